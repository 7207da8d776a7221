"""By which channels a patient is reached for what, and in plain words why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from clinic.policies.protocol import CHANNELS, EMAIL, MARKETING, PORTAL, SMS, TRANSACTIONAL, TREATMENT
from patients.policies import consents
from patients.policies.ages import ADULT, is_minor

CLASSES: Final = (TRANSACTIONAL, TREATMENT, MARKETING)
OF_CARE: Final = (TRANSACTIONAL, TREATMENT)

BY: Final = {EMAIL: "by e-mail", SMS: "by text message", PORTAL: "in the portal"}
ABOUT: Final = {TRANSACTIONAL: "messages about visits", TREATMENT: "messages about care", MARKETING: "offers"}
ADDRESS: Final = {EMAIL: "e-mail address", SMS: "phone number", PORTAL: "portal"}
WRITTEN: Final = "47 CFR 64.1200(f)(9): offers need prior express written consent"


@dataclass(frozen=True, kw_only=True)
class Word:
    """What somebody said once: this class of messages by that channel, yes or no."""

    channel: str
    consent_class: str
    granted: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Contact:
    """
    What is known about reaching a patient.

    `own` and `guardian` are addresses by channel, blank where there is none; `zone` is the patient's; `chosen` is the one
    channel that was asked for, if any; `words` are in the order in which they were said; `stopped_at` says since when the
    number to which texts would go takes none.
    """

    born: date
    zone: ZoneInfo
    own: Mapping[str, str]
    guardian: Mapping[str, str]
    chosen: str = ""
    merged: bool = False
    words: Sequence[Word] = ()
    stopped_at: datetime | None = None


def is_childs(contact: Contact, *, at: datetime) -> bool:
    """Whether the guardian was or is written to, on that day of the patient's zone."""
    return is_minor(born=contact.born, on=at.astimezone(contact.zone).date())


def address_of(contact: Contact, *, channel: str, now: datetime) -> str:
    """Where a message would go: to the guardian of a minor alone, from the eighteenth birthday on to the patient alone."""
    return (contact.guardian if is_childs(contact, at=now) else contact.own)[channel]


def refusal(contact: Contact, *, channel: str, consent_class: str, now: datetime) -> str:
    """Why nothing of that class goes that way now, in a short sentence; empty if it may go."""
    if contact.merged:
        return "the patient was merged into another one"
    return (
        _chosen_refusal(contact, channel)
        or _address_refusal(contact, channel, now)
        or _stopped_refusal(contact, channel)
        or consent_refusal(contact, channel=channel, consent_class=consent_class, now=now)
    )


def consent_refusal(contact: Contact, *, channel: str, consent_class: str, now: datetime) -> str:
    """
    What the patient has said of that class and channel, if it forbids a message.

    Unless something else was said, messages of care go to the address that the patient gave (HIPAA asks no authorisation
    for them), by text only after consent (47 CFR 64.1200(a)), and offers never. What was said before the eighteenth
    birthday was the guardian's word, and ended with it.
    """
    said = [word for word in contact.words if (word.channel, word.consent_class) == (channel, consent_class)]
    counting = [word for word in said if is_childs(contact, at=word.at) == is_childs(contact, at=now)]
    if counting:
        last = counting[-1]
        return (
            "" if last.granted else f"no {ABOUT[consent_class]} {BY[channel]} are wanted, said on {_written(last.at, contact)}"
        )
    if channel != SMS and consent_class in OF_CARE:
        return ""
    if said:
        return (
            f"the patient is {ADULT} now and has not consented to {ABOUT[consent_class]} {BY[channel]}: "
            "the guardian's consent counts no more"
        )
    if consent_class == MARKETING:
        return f"no written consent to offers {BY[channel]} is recorded"
    return "no consent to text messages is recorded"


def granted_by(kind: str, *, is_allowed: Callable[[str], bool]) -> list[tuple[str, str]]:
    """
    The channels and classes to which a signed consent of that kind says yes, none for one that is about no messages.

    Consent to offers counts for the channels that the patient allows for messages of care.
    """
    if kind == consents.MARKETING:
        return [(channel, MARKETING) for channel in CHANNELS if is_allowed(channel)]
    return [(channel, of_care) for channel in (EMAIL, SMS) if channel == kind for of_care in OF_CARE]


def ended_with(kind: str) -> list[tuple[str, str]]:
    """The channels and classes to which the withdrawal of such a consent says no; whoever wants no texts wants no offers in texts."""
    if kind == consents.MARKETING:
        return [(channel, MARKETING) for channel in CHANNELS]
    return [(channel, each) for channel in (EMAIL, SMS) if channel == kind for each in CLASSES]


def _chosen_refusal(contact: Contact, channel: str) -> str:
    """Only where the patient asked to be reached (45 CFR 164.522(b)); what waits in the portal reaches nobody unasked."""
    if contact.chosen in ("", channel) or channel == PORTAL:
        return ""
    return f"the patient asked to be reached {BY[contact.chosen]} alone"


def _address_refusal(contact: Contact, channel: str, now: datetime) -> str:
    if address_of(contact, channel=channel, now=now):
        return ""
    if is_childs(contact, at=now):
        return f"the patient is under {ADULT}, and the guardian has no {ADDRESS[channel]} on the chart"
    if contact.guardian[channel]:
        return f"the patient is {ADULT} now and has given no {ADDRESS[channel]}: the guardian's counts no more"
    return f"there is no {ADDRESS[channel]}"


def _stopped_refusal(contact: Contact, channel: str) -> str:
    if channel != SMS or contact.stopped_at is None:
        return ""
    return f"the number asked for no more texts on {_written(contact.stopped_at, contact)}"


def _written(moment: datetime, contact: Contact) -> str:
    day = moment.astimezone(contact.zone)
    return f"{day.day} {day:%B %Y}"
