"""How each kind of event is told: a title, and one sentence for each thing that there is to say about it."""

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any, Final

TOLD_IN_FULL: Final = frozenset(
    {"note", "reason", "words", "dermoscopy", "signer", "text", "place", "diagnosis", "work", "results", "aftercare"}
)
"""Free texts and names; every other value is a code, and is told with spaces."""

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "lesion_noted": ("Lesion noted: {place}", "{count} of them", "First noted on {first_noted_on}", "{recurs:Came back}"),
    "lesion_status": ("Lesion {status}: {place}", "It was {was}"),
    "assessment_signed": (
        "Assessed: {diagnosis}",
        "{certainty}",
        "{suspicious:Suspicious}",
        "Depth {depth}",
        "Region {region}",
        "{verified:Region verified}",
        "Suspected: {suspected}",
        "Excluded: {excluded}",
        "Dermoscopy: {dermoscopy}",
        "{note}",
    ),
    "assessment_cosigned": ("Assessment co-signed: {diagnosis}",),
    "contraindication_recorded": ("Contraindication: {code}", "Since {since}", "Until {until}"),
    "consent_signed": ("Consent signed: {kind}", "By {signer}", "{relationship} of the patient"),
    "consent_withdrawn": ("Consent withdrawn: {kind}", "{reason}"),
    "photo_taken": ("Photo taken: {place}", "{view}"),
    "photo_removed": ("Picture removed: {place}", "{because}"),
    "lesion_reported": ("Lesion reported by the patient: {place}", "{words}"),
    "report_accepted": ("Report of the patient accepted: {place}",),
    "report_declined": ("Report of the patient declined: {place}", "{reason}"),
    "referral_opened": ("Referred to {to}", "{urgency}", "{reason}"),
    "referral_closed": ("Referral to {to} closed: {outcome}", "{note}"),
    "referral_declined": ("Referral to {to} declined", "{note}"),
    "lesions_merged": ("Two records are one lesion", "{reason}"),
    "lesions_parted": ("Merged records are two lesions again", "{reason}"),
    "order_signed": ("Order signed: {work}", "{revoked:Revoked since}", "{note}"),
    "override_given": ("Exception from {gate} given: {work}", "{reason}"),
    "override_confirmed": ("Exception from {gate} confirmed: {work}",),
    "arrived": ("Arrived", "The stay is {status}"),
    "procedure": ("Done: {work}", "{results}", "Under {supervision} supervision", "Aftercare: {aftercare}", "{note}"),
    "procedure_drafted": ("Logged, not signed yet: {work}", "{results}", "{note}"),
    "procedure_cosigned": ("Log co-signed: {work}",),
    "addendum": ("Added to a signed log", "{text}"),
    "complication": ("Complication: {kind}", "{severity}", "{note}"),
    "aftercare_reported": (
        "The patient told of the healing",
        "Cannot wait: {flags}",
        "Redness {redness}",
        "Pain {pain} of 10",
        "Discharge {discharge}",
        "{fever:Fever}",
        "{vision:Vision changed}",
        "{lid:Lid swollen}",
        "{words}",
    ),
    "incident_reported": ("Incident: {kind}", "{words}"),
    "incident_reviewed": ("Incident reviewed: {kind}", "{words}"),
    "incident_closed": ("Incident closed: {kind}", "{words}"),
    "lesion_caused": ("Cause named: {place}", "{cause}", "{work} on {day}"),
    "plan_written": ("Plan written", "{steps}", "The consultation ended with {outcome}", "{note}"),
    "plan_started": ("Plan begun",),
    "plan_ended": ("Plan {status}", "{reason}"),
    "plan_step_closed": (
        "Step of the plan {state}: {kind}",
        "{log:With the signed log}",
        "With the referral to {to}",
        "{note}",
    ),
    "home_care_written": ("Home care written, version {version}", "{routine}", "{note}"),
    "home_care_started": ("Home care begun, version {version}",),
    "home_care_ended": ("Home care {status}, version {version}", "{reason}"),
    "visit_booked": ("Visit booked: {work}",),
    "visit": ("Visit {status}: {work}", "{reason}", "Moved {moves} times"),
    "time_offered": ("Time offered from the waitlist: {state}",),
    "message_sent": ("Message sent: {kind}", "By {channel}"),
    "message_not_sent": ("Message not sent: {kind}", "By {channel}", "{reason}"),
}
KINDS: Final = tuple(EVENTS)


def told(kind: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """
    Title and detail of an event.

    A sentence is left out where something that it names is empty; `{name:words}` says the words where it is not.
    """
    title, *sentences = EVENTS[kind]
    said = [_filled(sentence, data) for sentence in sentences if all(data.get(name) for name in _names(sentence))]
    return _filled(title, data), ". ".join(said)


def _filled(sentence: str, data: Mapping[str, Any]) -> str:
    return "".join(before + _value(name, words, data) for before, name, words, _ in _parsed(sentence))


def _value(name: str | None, words: str | None, data: Mapping[str, Any]) -> str:
    if name is None:
        return ""
    if words:
        return words
    text = str(data.get(name) or "")
    return text if name in TOLD_IN_FULL else text.replace("_", " ")


@cache
def _parsed(sentence: str) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
    return tuple(Formatter().parse(sentence))


def _names(sentence: str) -> list[str]:
    return [name for _, name, _, _ in _parsed(sentence) if name]
