"""What can be consented to, whose signature counts, and until when."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from clinic.errors import Malformed, Refusal
from clinic.scopes import ACTS, HANDS_ON
from patients.policies.ages import ADULT, is_minor

PROCEDURE_KINDS: Final = tuple(act for act in ACTS if act in HANDS_ON)
PHOTOS: Final = "photos"
EMAIL, SMS, MARKETING = "email", "sms", "marketing"
CHANNEL_KINDS: Final = (EMAIL, SMS, MARKETING)
KINDS: Final = (*PROCEDURE_KINDS, PHOTOS, *CHANNEL_KINDS)

PATIENT, GUARDIAN = "patient", "guardian"
SIGNER_ROLES: Final = (PATIENT, GUARDIAN)
LEGAL_GUARDIAN: Final = "legal guardian"
"""The relationship of whoever goes on to sign for somebody who has come of age."""
SIGNERS: Final = "Clinic policy: an adult consents in person, unless a legal guardianship that goes on is charted; a guardian does for a minor"
TEXTS: Final = "Clinic policy: consent is given to the text that is shown, and only the present version is shown"


@dataclass(frozen=True, kw_only=True)
class Person:
    """
    Whose consent it is, and the guardian as charted (blank where there is none).

    `guardian_for_adult` says that the guardianship is a legal one and goes on beyond the eighteenth birthday.
    """

    name: str
    birth_date: date
    guardian_name: str = ""
    guardian_relationship: str = ""
    guardian_for_adult: bool = False


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs: the patient, or a guardian with name and relationship (both blank: as charted)."""

    role: str
    name: str = ""
    relationship: str = ""


def named_signer(*, person: Person, signer: Signer) -> Signer:
    """
    The signer with the name and relationship that are kept.

    :raises Malformed: for a guardian whom neither the form nor the chart names, and a patient under another name.
    """
    if signer.role == PATIENT:
        if signer.relationship or (signer.name and not same_name(signer.name, person.name)):
            raise Malformed({"signed_by": "The patient signs under the name on the chart, and is nobody's relative here."})
        return Signer(role=PATIENT, name=person.name)
    is_charted = bool(person.guardian_name) and (not signer.name or same_name(signer.name, person.guardian_name))
    if is_charted:
        relationship = signer.relationship or person.guardian_relationship or GUARDIAN
        return Signer(role=GUARDIAN, name=person.guardian_name, relationship=relationship)
    if not signer.name or not signer.relationship:
        raise Malformed({"signed_by": "Name the guardian and the relationship: the chart does not."})
    return signer


def signer_refusal(*, person: Person, signer: Signer, on: date) -> Refusal | None:
    """Why that signature would not count on that day of the site, if so."""
    if is_minor(born=person.birth_date, on=on):
        return _guardian_required(person) if signer.role == PATIENT else None
    entitled = person.guardian_for_adult and same_name(signer.name, person.guardian_name)
    if signer.role == GUARDIAN and not entitled:
        return Refusal(
            code="guardian_not_entitled",
            detail=f"The patient is {ADULT} or older, and the chart names no legal guardianship of this person that goes on.",
            source=SIGNERS,
            mend="Let the patient sign, or chart first that a legal guardianship goes on.",
        )
    return None


def text_refusal(*, present: int | None, told: int) -> Refusal | None:
    """Why the version that was told is not the one to sign, if so; `present` is None where no text is in force."""
    if present == told:
        return None
    now = f"version {present} is shown now" if present else "no text is in force in this language"
    return Refusal(
        code="consent_text_stale",
        detail=f"Version {told} of this text is not the present one: {now}.",
        source=TEXTS,
        mend=f"Show version {present} and have that signed." if present else "Choose a language in which the text exists.",
    )


def counts_on(*, birth_date: date, role: str, signed_on: date, on: date) -> bool:
    """Whether a signature still speaks for the patient: a guardian's for a minor ends with the eighteenth birthday."""
    return role == PATIENT or is_minor(born=birth_date, on=on) or not is_minor(born=birth_date, on=signed_on)


def same_name(one: str, other: str) -> bool:
    """Whether the names differ in capitals and blanks at most."""
    return one.casefold().split() == other.casefold().split()


def _guardian_required(person: Person) -> Refusal:
    who = f"{person.guardian_name}, the guardian on the chart," if person.guardian_name else "the parent or legal guardian"
    return Refusal(
        code="guardian_required",
        detail=f"The patient is under {ADULT} and does not sign.",
        source=SIGNERS,
        mend=f"Have {who} read the text and sign it.",
    )
