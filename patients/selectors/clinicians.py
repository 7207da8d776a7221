"""Which member of staff speaks as a clinician, in which professions, and what they may diagnose."""

from datetime import datetime

from django.db.models import Q

from clinic.errors import NotAllowed
from clinic.models import Licence, Practitioner, Privilege, Site, User
from clinic.scopes import EYELID_PROFESSIONS, PHYSICIANS, PROFESSIONS, REGIONS, scope
from patients.models import Patient
from patients.policies.ages import is_minor
from patients.policies.findings import ALONE, COSIGNED_PROFESSIONS, Signer

DIAGNOSES = {scope(act="diagnose_lesion", depth="none", region=region): region for region in REGIONS}


def clinician_of(user: User) -> Practitioner:
    """
    The practitioner that the user is.

    :raises NotAllowed: for somebody who is no active practitioner.
    """
    practitioner = Practitioner.objects.select_related("user").filter(user=user, active=True).first()
    if practitioner is None:
        raise NotAllowed("not_permitted", "Only a practitioner does this.")
    return practitioner


def professions_of(practitioner: Practitioner, *, now: datetime, site: Site | None = None) -> list[str]:
    """
    The professions in which somebody works now (at that site, or anywhere), the most trusted first.

    Those that carry a privilege count; so does any other that is licensed and active, which may only tighten rules.
    """
    held = Privilege.objects.filter(practitioner=practitioner, valid__contains=now)
    licensed = Licence.objects.filter(
        practitioner=practitioner, status="active", valid_from__lte=now.date(), valid_through__gte=now.date()
    )
    if site is not None:
        held, licensed = held.filter(site=site), licensed.filter(jurisdiction=site.jurisdiction)
    if not practitioner.active:
        return []
    names = set(held.values_list("profession", flat=True).distinct())
    names |= set(licensed.exclude(profession__in=EYELID_PROFESSIONS).values_list("profession", flat=True))
    return sorted(names, key=PROFESSIONS.index)


def signers_of(practitioner: Practitioner, *, patient: Patient, now: datetime) -> list[Signer]:
    """As whom somebody may sign an assessment of the patient now, the most trusted profession first."""
    rows = Privilege.objects.filter(practitioner=practitioner, valid__contains=now, scope__in=DIAGNOSES)
    levels: dict[str, dict[str, str]] = {}
    for profession, key, level in rows.values_list("profession", "scope", "supervision"):
        known = levels.setdefault(profession, {})
        if level == ALONE or profession in COSIGNED_PROFESSIONS:
            region = DIAGNOSES[key]
            known[region] = ALONE if ALONE in {level, known.get(region)} else level
    if not is_minor(born=patient.birth_date, on=_today(patient, now)):
        levels.pop("pediatrician", None)
    return [
        Signer(profession=profession, diagnoses=levels.get(profession, {}))
        for profession in professions_of(practitioner, now=now)
    ]


def may_cosign(practitioner: Practitioner, *, patient: Patient, now: datetime) -> bool:
    """Whether somebody is a physician now; a pediatrician is one for children only."""
    professions = set(professions_of(practitioner, now=now)) & PHYSICIANS
    if not is_minor(born=patient.birth_date, on=_today(patient, now)):
        professions -= {"pediatrician"}
    return bool(professions)


def is_dermatologist(practitioner: Practitioner, *, now: datetime, site: Site | None = None) -> bool:
    """Whether somebody works as a dermatologist now, at that site or anywhere."""
    held = Privilege.objects.filter(practitioner=practitioner, profession="dermatologist", valid__contains=now)
    return practitioner.active and held.filter(Q(site=site) if site else Q()).exists()


def _today(patient: Patient, now: datetime):
    return now.astimezone(patient.registered_site.zone).date()
