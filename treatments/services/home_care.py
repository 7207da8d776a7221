"""Home care: written, changed while it is a draft, and written anew as the next version."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.base import uuid7
from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import Practitioner, Site, User
from clinic.services.changes import share
from patients.models import Patient
from patients.selectors.clinicians import clinician_of
from treatments.models import HomeCareItem, HomeCareLesion, HomeCarePlan, TreatmentPlan
from treatments.policies.plans.words import DRAFT, UNASKED
from treatments.selectors.routines import NewCare, NewItem, WrittenCare, written_care
from treatments.services.plans import refuse


@transaction.atomic
def draft_home_care(
    *, actor: User, patient: Patient, site: Site, care: NewCare, plan: TreatmentPlan | None = None, now: datetime
) -> HomeCarePlan:
    """
    Write the first version of home care, which nobody follows yet.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises RuleBroken: with every reason why the author may not write it, or why it would harm.
    :raises Malformed: naming an ingredient class that does not exist.
    """
    author = clinician_of(actor)
    if plan and plan.patient_id != patient.pk:
        raise RuleBroken("plan_of_another_patient", "The treatment plan is another patient's.")
    key = uuid7()
    row = HomeCarePlan(id=key, series=key, version=1, patient=patient, site=site, author=author, plan=plan, written_at=now)
    return write_care(row, care, now=now)


@transaction.atomic
def next_version(*, actor: User, home_care: HomeCarePlan, changes: Mapping[str, Any], now: datetime) -> HomeCarePlan:
    """
    Write the next version as a draft: what the latest one says, with these changes; it replaces it when it is started.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition` while this one is a draft, `version_in_draft` while another one is.
    :raises RuleBroken: as for a first version.
    """
    author = clinician_of(actor)
    Patient.objects.select_for_update(no_key=True).get(pk=home_care.patient_id)
    versions = HomeCarePlan.objects.filter(series=home_care.series)
    old = held_home_care(home_care)
    if old.status == DRAFT:
        raise Conflict("illegal_transition", "This version is still a draft: change it instead.")
    if versions.filter(status=DRAFT).exists():
        raise Conflict("version_in_draft", "The next version is being written already.")
    number = max(versions.values_list("version", flat=True)) + 1
    row = HomeCarePlan(
        id=uuid7(),
        series=old.series,
        version=number,
        patient=old.patient,
        site=old.site,
        author=author,
        plan=old.plan,
        written_at=now,
    )
    return write_care(row, replace(content_of(old), **{"pregnancy_answer": UNASKED, **changes}), now=now)


@transaction.atomic
def redraft_home_care(*, actor: User, home_care: HomeCarePlan, changes: Mapping[str, Any], now: datetime) -> HomeCarePlan:
    """
    Change what a draft says.

    :raises NotAllowed: for anybody but its author.
    :raises Conflict: `illegal_transition`, once it was started or stopped.
    :raises RuleBroken: as when it was written.
    """
    author = clinician_of(actor)
    row = held_home_care(home_care)
    require_own_draft(author, row)
    wanted = replace(content_of(row), **changes)
    row.items.all().delete()
    row.targets.all().delete()
    return write_care(row, wanted, now=now)


def held_home_care(home_care: HomeCarePlan) -> HomeCarePlan:
    """The version as it is now, locked."""
    rows = HomeCarePlan.objects.select_related("patient", "site", "author__user", "plan")
    return rows.select_for_update(of=("self",)).get(pk=home_care.pk)


def require_own_draft(author: Practitioner, home_care: HomeCarePlan) -> None:
    """
    Drafts are their author's to change and to start.

    :raises NotAllowed: for anybody else.
    :raises Conflict: `illegal_transition` for what is no draft.
    """
    if home_care.author_id != author.pk:
        raise NotAllowed("not_permitted", "A draft is its author's: stop it, or write a version of your own.")
    if home_care.status != DRAFT:
        raise Conflict("illegal_transition", f"This version is {home_care.status}: write the next version instead.")


def judged_care(row: HomeCarePlan, care: NewCare, *, now: datetime) -> WrittenCare:
    """
    Nobody changes the author's papers or the lesions from here on; who writes it and what it says is allowed.

    :raises RuleBroken: with every reason why not.
    """
    share(keys=[row.author_id, *care.lesions])
    written = written_care(row=row, care=care, now=now)
    refuse(written.reasons)
    return written


def write_care(row: HomeCarePlan, care: NewCare, *, now: datetime) -> HomeCarePlan:
    """Judge a draft and write it with all that it names."""
    judged = judged_care(row, care, now=now)
    take_judgement(row, judged)
    row.pregnancy_answer, row.note = care.pregnancy_answer, care.note
    row.save()
    HomeCareLesion.objects.bulk_create(
        HomeCareLesion(plan=row, patient=row.patient, lesion=lesion, region=lesion.authority_region)
        for lesion in judged.lesions
    )
    HomeCareItem.objects.bulk_create(
        HomeCareItem(
            plan=row,
            patient=row.patient,
            position=position,
            ingredient=ingredient,
            family=ingredient.family,
            prescription=ingredient.prescription,
            strength=item.strength,
            region=item.region,
            extent=item.extent,
            per_week=item.per_week,
            time_of_day=item.time_of_day,
            minutes=item.minutes,
        )
        for position, (item, ingredient) in enumerate(judged.items, start=1)
    )
    return row


def take_judgement(row: HomeCarePlan, judged: WrittenCare) -> None:
    """Keep under whom it was written and what was told about it."""
    row.profession, row.supervisor_id = judged.author.profession, judged.author.supervisor
    row.warnings = judged.warnings


def content_of(row: HomeCarePlan) -> NewCare:
    """What the version says."""
    return NewCare(
        items=[
            NewItem(
                ingredient=item.ingredient.code,
                region=item.region,
                strength=item.strength,
                extent=item.extent,
                per_week=item.per_week,
                time_of_day=item.time_of_day,
                minutes=item.minutes,
            )
            for item in row.items.select_related("ingredient").order_by("position")
        ],
        lesions=tuple(row.targets.order_by("id").values_list("lesion", flat=True)),
        pregnancy_answer=row.pregnancy_answer,
        note=row.note,
    )
