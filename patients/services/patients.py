"""Registering patients and correcting what is known about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.errors import Malformed, NotAllowed, RuleBroken
from clinic.models import Site, User
from clinic.selectors.people import visible_sites
from patients.models import Patient
from patients.policies.ages import is_minor
from patients.policies.consents import LEGAL_GUARDIAN
from patients.selectors.clinicians import is_dermatologist
from patients.selectors.records import is_charted

NO_GUARDIAN = {
    "guardian_name": "",
    "guardian_relationship": "",
    "guardian_email": "",
    "guardian_phone": "",
    "guardian_for_adult": False,
}


@dataclass(frozen=True, kw_only=True)
class Guardian:
    """Who speaks for a minor; `for_adult` says that a legal guardianship goes on once the patient has come of age."""

    name: str
    relationship: str = ""
    email: str = ""
    phone: str = ""
    for_adult: bool = False

    def columns(self) -> dict[str, Any]:
        """As the patient's row keeps it."""
        told = (self.name, self.relationship, self.email, self.phone, self.for_adult)
        return dict(zip(NO_GUARDIAN, told, strict=True))


@dataclass(frozen=True, kw_only=True)
class NewPatient:
    """A patient as told at the desk; a blank time zone is that of the site, phones are in E.164."""

    registered_site: Site
    given_name: str
    family_name: str
    birth_date: date
    email: str = ""
    phone: str = ""
    language: str = "en"
    time_zone: str = ""
    preferred_channel: str = ""
    guardian: Guardian | None = None


@transaction.atomic
def register_patient(*, actor: User, patient: NewPatient, now: datetime) -> Patient:
    """
    Open a chart at a site where the actor works.

    :raises NotAllowed: at any other site.
    :raises RuleBroken: `guardian_missing`, for a minor without a guardian.
    :raises Malformed: for a birth date in the future, and a guardianship that goes on without being a legal one.
    """
    _require_works_at(actor, patient.registered_site)
    row = Patient(
        registered_site=patient.registered_site,
        given_name=patient.given_name,
        family_name=patient.family_name,
        birth_date=patient.birth_date,
        email=patient.email,
        phone=patient.phone,
        language=patient.language,
        time_zone=patient.time_zone or patient.registered_site.time_zone,
        preferred_channel=patient.preferred_channel,
        **(patient.guardian.columns() if patient.guardian else {}),
    )
    _require_born_and_spoken_for(row, now)
    row.save(force_insert=True)
    return row


@transaction.atomic
def correct_patient(*, actor: User, patient: Patient, changes: Mapping[str, Any], now: datetime) -> Patient:
    """
    Change what is known about a patient; `guardian` is a Guardian, or None to take it away.

    :raises NotAllowed: when a site elsewhere is named, and when anybody but a dermatologist changes the birth date of a
        patient about whom an assessment was signed.
    :raises RuleBroken: `guardian_missing`, for a minor without a guardian.
    :raises Malformed: for a birth date in the future, and a guardianship that goes on without being a legal one.
    """
    row = Patient.objects.select_for_update(of=("self",), no_key=True).select_related("registered_site").get(pk=patient.pk)
    if changes.get("registered_site", row.registered_site) != row.registered_site:
        _require_works_at(actor, changes["registered_site"])
    if changes.get("birth_date", row.birth_date) != row.birth_date and is_charted(row):
        _require_dermatologist(actor, now)
    values = dict(changes)
    if "guardian" in values:
        guardian = values.pop("guardian")
        values |= guardian.columns() if guardian else NO_GUARDIAN
    for name, value in values.items():
        setattr(row, name, value)
    _require_born_and_spoken_for(row, now)
    row.save()
    return row


def _require_works_at(actor: User, site: Site) -> None:
    if not visible_sites(actor).filter(pk=site.pk).exists():
        raise NotAllowed("not_permitted", "A patient is registered by the staff of the site.")


def _require_dermatologist(actor: User, now: datetime) -> None:
    practitioner = getattr(actor, "practitioner", None)
    if practitioner is None or not is_dermatologist(practitioner, now=now):
        raise NotAllowed(
            "not_permitted",
            "Age decides what is allowed: only a dermatologist changes the birth date once a finding is signed.",
        )


def _require_born_and_spoken_for(row: Patient, now: datetime) -> None:
    today = now.astimezone(row.registered_site.zone).date()
    if row.birth_date > today:
        raise Malformed({"birth_date": "This day is yet to come."})
    if row.guardian_for_adult and row.guardian_relationship.casefold() != LEGAL_GUARDIAN:
        raise Malformed({"guardian.for_adult": f"Only a {LEGAL_GUARDIAN} goes on to sign: tell the relationship so."})
    if is_minor(born=row.birth_date, on=today) and not row.guardian_name:
        raise RuleBroken("guardian_missing", "The patient is under 18: name the guardian who speaks for them.")
