"""A dermatologist's reasoned exception from a soft gate; hard gates know none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from clinic.errors import NotAllowed, Refusal, RuleBroken
from clinic.models import Practitioner, Site, User
from clinic.selectors.people import visible_sites
from patients.models import Lesion, Patient
from patients.selectors.clinicians import clinician_of, is_dermatologist
from treatments.models import Override, Treatment
from treatments.models.overrides import SOFT_GATES
from treatments.policies.facts import ItemFacts
from treatments.policies.gates.findings import HARD
from treatments.policies.gates.judgement import judge
from treatments.selectors.facts import lesion_facts, patient_facts, treatment_facts

VALID_FOR = timedelta(days=30)
FEWEST_CHARACTERS = 20
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class NewOverride:
    """What is to be allowed in spite of a gate: one treatment by code, of one lesion or (None) wherever it is done."""

    treatment: str
    gate: str
    reason: str
    lesion: Lesion | None = None


@transaction.atomic
def give_override(*, actor: User, patient: Patient, site: Site, override: NewOverride, now: datetime) -> Override:
    """
    Lift one soft gate for one visit within 30 days, once a second person has confirmed it.

    :raises RuleBroken: `no_break_glass` for a gate that is hard (always, or for this patient and treatment),
        `reason_too_short`, `treatment_not_offered`, `lesion_of_another_patient`.
    :raises NotAllowed: for anybody but a dermatologist of that site.
    """
    giver = clinician_of(actor)
    if override.gate not in SOFT_GATES:
        raise _hard(actor, override)
    if not is_dermatologist(giver, now=now, site=site):
        raise NotAllowed("not_permitted", "Only a dermatologist licensed at this site overrides a gate.")
    if len(override.reason.strip()) < FEWEST_CHARACTERS:
        raise RuleBroken("reason_too_short", f"Give the reason in {FEWEST_CHARACTERS} characters or more.")
    if override.lesion and override.lesion.patient_id != patient.pk:
        raise RuleBroken("lesion_of_another_patient", "The lesion belongs to another patient.")
    treatment = _offered(override.treatment, site)
    if _is_hard_here(patient, treatment, site, override, now):
        raise _hard(actor, override)
    return _given(giver, actor, patient, site, treatment, override, now)


@transaction.atomic
def confirm_override(*, actor: User, override: Override, now: datetime) -> Override:
    """
    The second person's word; repeated, it changes nothing.

    :raises NotAllowed: for the giver, and for somebody who does not work at the site.
    :raises RuleBroken: `override_expired`.
    """
    row = Override.objects.select_for_update(of=("self",)).select_related("site").get(pk=override.pk)
    if row.given_by_user_id == actor.pk:
        raise NotAllowed("not_permitted", "Another member of staff than the one who gave it confirms an override.")
    if not visible_sites(actor).filter(pk=row.site_id).exists():
        raise NotAllowed("not_permitted", "An override is confirmed by somebody who works at its site.")
    if row.confirmed_by_id is not None:
        return row
    if row.expires_at <= now:
        raise RuleBroken("override_expired", "This override has expired: a dermatologist gives a new one.")
    row.confirmed_by, row.confirmed_at = actor, now
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row


def _given(
    giver: Practitioner, actor: User, patient: Patient, site: Site, treatment: Treatment, override: NewOverride, now: datetime
) -> Override:
    return Override.objects.create(
        patient=patient,
        site=site,
        treatment=treatment,
        lesion=override.lesion,
        gate=override.gate,
        reason=override.reason.strip(),
        given_by=giver,
        given_by_user=actor,
        given_at=now,
        expires_at=now + VALID_FOR,
    )


def _offered(code: str, site: Site) -> Treatment:
    treatment = Treatment.objects.filter(code=code, active=True, sites=site).prefetch_related("acts").first()
    if treatment is None:
        raise RuleBroken("treatment_not_offered", f"{code} is not offered at {site.name}: choose a treatment of this site.")
    return treatment


def _is_hard_here(patient: Patient, treatment: Treatment, site: Site, override: NewOverride, now: datetime) -> bool:
    """Some soft gates are hard for some: for a toddler, or for a peel on an infection."""
    item = ItemFacts(treatment=treatment_facts(treatment), lesions=(lesion_facts(override.lesion),) if override.lesion else ())
    judgement = judge(patient=patient_facts(patient), items=[item], on=now.astimezone(site.zone).date())
    return any(reason.gate == override.gate and reason.severity == HARD for reason in judgement.refusals)


def _hard(actor: User, override: NewOverride) -> RuleBroken:
    log.warning("override_refused", user=str(actor.pk), gate=override.gate)
    detail = f"Nobody overrides {override.gate}: milia are harmless and their treatment can wait, so there is no emergency."
    reason = Refusal(
        code="no_break_glass",
        gate="G28",
        detail=detail,
        source="Clinical guidelines 001 and 003: milia are harmless, and leaving them be is a choice",
        mend="Meet what the gate asks for, or leave the lesion be.",
    )
    return RuleBroken(reason.code, detail, reasons=[reason])
