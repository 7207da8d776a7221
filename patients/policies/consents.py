"""What can be consented to, whose signature counts, and until when."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from clinic.errors import Refusal
from clinic.scopes import ACTS, HANDS_ON
from patients.policies.ages import ADULT, is_minor

PROCEDURE_KINDS: Final = tuple(act for act in ACTS if act in HANDS_ON)
PHOTOS: Final = "photos"
EMAIL, SMS, MARKETING = "email", "sms", "marketing"
CHANNEL_KINDS: Final = (EMAIL, SMS, MARKETING)
KINDS: Final = (*PROCEDURE_KINDS, PHOTOS, *CHANNEL_KINDS)

PATIENT, GUARDIAN = "patient", "guardian"
SIGNER_ROLES: Final = (PATIENT, GUARDIAN)
SOURCE: Final = "Clinic policy: an adult consents in person, and a guardian for whoever is under 18 or has one on the chart"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whose consent it is: the birth date, and the guardian as charted (blank where there is none)."""

    birth_date: date
    guardian_name: str = ""


def signer_refusal(*, person: Person, role: str, name: str, on: date) -> Refusal | None:
    """Why that signature would not count on that day of the site, if so."""
    if is_minor(born=person.birth_date, on=on):
        return _guardian_required(person) if role == PATIENT else None
    if role == GUARDIAN and (not person.guardian_name or _folded(name) != _folded(person.guardian_name)):
        return Refusal(
            code="guardian_not_entitled",
            detail=f"The patient is {ADULT} or older, and this person is not on the chart as the guardian.",
            source=SOURCE,
            mend="Let the patient sign, or enter the guardian on the chart first.",
        )
    return None


def counts_on(*, birth_date: date, role: str, signed_on: date, on: date) -> bool:
    """Whether a signature still speaks for the patient: a guardian's for a minor ends with the eighteenth birthday."""
    return role == PATIENT or is_minor(born=birth_date, on=on) or not is_minor(born=birth_date, on=signed_on)


def _guardian_required(person: Person) -> Refusal:
    who = f"{person.guardian_name}, the guardian on the chart," if person.guardian_name else "the parent or legal guardian"
    return Refusal(
        code="guardian_required",
        detail=f"The patient is under {ADULT} and does not sign.",
        source=SOURCE,
        mend=f"Have {who} read the text and sign it.",
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
