"""The gates that are asked at the log alone: what was recorded of the work, judged as a whole before it is signed."""

from collections.abc import Iterator

from clinic.errors import Refusal
from clinic.scopes import EYELID, HANDS_ON
from treatments.policies.gates.findings import WARN
from treatments.policies.log.facts import FORM_OF, Logged, LoggedItem, OutcomeFacts
from treatments.policies.log.peels import peel_refusals

CONSULTATION = "free-consultation"
TALK = frozenset({"consult_free"})
LANCET, LASER, REVIEW = "lancet_extraction", "laser_resurfacing", "post_procedure_review"
MOST_ATTEMPTS, LONGEST_PRESS = 2, 30
"""Attempts on one lesion in one session; seconds of each press."""
DAYS_BETWEEN = 1
ASEPSIS = "Clinical guidelines 002 and 004, and OAC 4713-8-04(F): clean skin, a new sterile sharp for each patient, a sharps container"
ATTEMPTS = "Clinical guideline 002, taken as a ceiling: too much pressure drives what is in the milium deeper"
RECORD = "Clinic policy: a log says how each lesion came out, and when the work was done"
PROTECTION = "The authority matrix: lasers are used with the eyes protected"
CHECKS = (
    ("cleansed", "that the skin was cleansed"),
    ("sterile", "that the sharp was sterile"),
    ("single_use", "that it was for single use"),
    ("sharps_disposed_at", "when the sharp went into the container"),
)


def log_refusals(logged: Logged) -> list[Refusal]:
    """All that keeps this log from being signed, beside what is judged at every other moment of a visit."""
    asked = (_time, _sterility, _outcomes, _consultation, _protection, _reviews)
    found = [refusal for gate in asked for refusal in gate(logged)]
    return found + [refusal for item in logged.items for refusal in peel_refusals(item, requires=logged.requires)]


def log_warnings(logged: Logged) -> list[Refusal]:
    """G23: more attempts, longer presses or a sooner second try than is good for the skin."""
    return [
        Refusal(
            code="attempts_exceeded",
            gate="G23",
            severity=WARN,
            detail=f"A lesion of {item.treatment.name} {why}.",
            source=ATTEMPTS,
            mend="Say in a note why, and give the skin at least a day before the next attempt.",
            resource=outcome.lesion_id,
        )
        for item in logged.items
        for outcome in item.outcomes
        for why in _too_much(outcome, logged)
    ]


def _too_much(outcome: OutcomeFacts, logged: Logged) -> Iterator[str]:
    if outcome.attempts > MOST_ATTEMPTS:
        yield f"was tried {outcome.attempts} times; {MOST_ATTEMPTS} are the most in one session"
    if outcome.seconds is not None and outcome.seconds > LONGEST_PRESS:
        yield f"was pressed for {outcome.seconds} seconds; {LONGEST_PRESS} are the most for one press"
    tried = outcome.last_tried_at
    if outcome.attempts and tried and (logged.start - tried).total_seconds() < DAYS_BETWEEN * 86_400:
        yield "was tried again within a day"


def _time(logged: Logged) -> Iterator[Refusal]:
    if logged.start < logged.earliest or logged.end > logged.latest:
        yield _refusal(
            "outside_the_visit",
            "The time of the work lies outside this stay of the patient.",
            RECORD,
            "Give the time at which the work was done; another visit has a log of its own.",
        )


def _sterility(logged: Logged) -> Iterator[Refusal]:
    """G24: a sharp is asked for everything, other work by hand for clean skin."""
    for item in logged.items:
        if item.facts.acts.isdisjoint(HANDS_ON):
            continue
        sharp = LANCET in item.facts.acts
        missing = [words for name, words in (CHECKS if sharp else CHECKS[:1]) if not getattr(item.checklist, name)]
        if sharp and not any(item.lots):
            missing.append("the lot of the instrument")
        if missing:
            yield Refusal(
                code="sterility_not_recorded",
                gate="G24",
                detail=f"The log of {item.treatment.name} does not say {', '.join(missing)}.",
                source=ASEPSIS,
                mend="Record it if it was so; if it was not, report an incident.",
            )


def _outcomes(logged: Logged) -> Iterator[Refusal]:
    for item in logged.items:
        told = {outcome.lesion_id for outcome in item.outcomes if outcome.result}
        if any(lesion.id not in told for lesion in item.facts.lesions):
            yield _refusal(
                "outcome_missing",
                f"A lesion of {item.treatment.name} has no result.",
                RECORD,
                "Say of each lesion whether it came out complete, partial, not expressed, or was not done and why.",
            )
        for form in _forms_missing(item):
            yield _refusal(
                "settings_missing",
                f"The log of {item.treatment.name} lacks its {form} settings.",
                RECORD,
                f"Fill in {form}.",
            )


def _forms_missing(item: LoggedItem) -> list[str]:
    asked = {FORM_OF[act] for act in item.facts.acts if act in FORM_OF} - {"microdermabrasion"}
    return sorted(asked - item.settings)


def _consultation(logged: Logged) -> Iterator[Refusal]:
    """G26: nothing is done in a free consultation but talk."""
    extra = [item for item in logged.items if not item.facts.acts <= TALK]
    if CONSULTATION in logged.booked and extra:
        yield Refusal(
            code="consultation_only",
            gate="G26",
            detail=f"{extra[0].treatment.name} is logged in a free consultation.",
            source="Clinical guideline 004: the first consultation is free; clinic policy: and nothing else",
            mend="Book the treatment as a visit of its own; if it was done all the same, report an incident.",
        )


def _protection(logged: Logged) -> Iterator[Refusal]:
    for item in logged.items:
        if LASER not in item.facts.acts:
            continue
        at_lid = EYELID in logged.regions
        if not (item.corneal_shield if at_lid else item.eye_protection):
            what = "corneal shields" if at_lid else "eye protection"
            yield _refusal(
                "protection_not_recorded",
                f"The log of {item.treatment.name} does not say that {what} was used.",
                PROTECTION,
                "Record it if it was so; if it was not, report an incident.",
            )


def _reviews(logged: Logged) -> Iterator[Refusal]:
    """Some professions review only what did not pierce the skin."""
    if "non_piercing_only" in logged.requires and any(
        REVIEW in item.facts.acts and item.after_piercing for item in logged.items
    ):
        yield Refusal(
            code="privilege_missing",
            gate="G04",
            detail="This profession reviews what did not pierce the skin, and a lesion that is reviewed was pierced.",
            source="The authority matrix",
            mend="Hand the review over to a practitioner who may pierce the skin.",
        )


def _refusal(code: str, detail: str, source: str, mend: str) -> Refusal:
    return Refusal(code=code, detail=detail, source=source, mend=mend)
