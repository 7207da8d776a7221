"""The course of home care: started, replaced by its next version, completed, stopped, and ended by what forbids it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict
from clinic.models import User
from clinic.models.people import PRACTITIONER
from clinic.scopes import EYELID, PERIOCULAR
from clinic.services.changes import share
from clinic.services.tasks import open_task
from patients.models import Patient
from patients.selectors.clinicians import clinician_of
from treatments.models import HomeCareItem, HomeCarePlan, RetinoidRung
from treatments.policies.plans.ladder import ladder_from
from treatments.policies.plans.words import ACTIVE, COMPLETED, DRAFT, RETINOID, SPOT, STOPPED, STRONG, SUPERSEDED
from treatments.selectors.plans import active_home_care_for, active_home_care_of
from treatments.services.home_care import content_of, held_home_care, judged_care, require_own_draft, take_judgement
from treatments.signals import home_care_ended, home_care_started

WAS_STOPPED, CHECK = "home_care_stopped", "home_care_check"
SAID = {
    WAS_STOPPED: "Home care was stopped by itself: {why} Tell the patient, and write a new version.",
    CHECK: "Breastfeeding was recorded during home care with a retinoid: decide whether it goes on.",
}
PREGNANCY = "Pregnancy was recorded."
NEAR_THE_EYE = "A lesion of it turned out to lie near the eye."


@transaction.atomic
def start_home_care(*, actor: User, home_care: HomeCarePlan, now: datetime) -> HomeCarePlan:
    """
    Begin a version today, judged once more, in place of the one before it; repeated, it changes nothing.

    :raises NotAllowed: for anybody but its author.
    :raises Conflict: `illegal_transition`, once it has ended; `other_home_care`, while the patient follows another plan.
    :raises RuleBroken: as when it was written.
    """
    author = clinician_of(actor)
    share(keys=[home_care.author_id, *content_of(home_care).lesions])
    Patient.objects.select_for_update(no_key=True).get(pk=home_care.patient_id)
    row = held_home_care(home_care)
    if row.status == ACTIVE and row.author_id == author.pk:
        return row
    require_own_draft(author, row)
    judged = judged_care(row, content_of(row), now=now)
    before = _replaced(row, actor, now)
    take_judgement(row, judged)
    row.starts_on = now.astimezone(row.site.zone).date()
    _build_ladders(row, before)
    row.status, row.started_at = ACTIVE, now
    row.save(update_fields=["status", "started_at", "starts_on", "profession", "supervisor", "warnings"])
    home_care_started.send(sender=None, home_care=row, now=now)
    return row


@transaction.atomic
def stop_home_care(*, actor: User, home_care: HomeCarePlan, reason: str, now: datetime) -> HomeCarePlan:
    """
    Stop a version, or give a draft up; repeated, it changes nothing.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition`, once it is completed or superseded.
    """
    clinician_of(actor)
    row = held_home_care(home_care)
    if row.status == STOPPED:
        return row
    _require_status(row, {DRAFT, ACTIVE})
    return _end(row, STOPPED, actor=actor, reason=reason, now=now)


@transaction.atomic
def complete_home_care(*, actor: User, home_care: HomeCarePlan, now: datetime) -> HomeCarePlan:
    """
    The home care has done its work; repeated, it changes nothing.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition` for what is not active.
    """
    clinician_of(actor)
    row = held_home_care(home_care)
    if row.status == COMPLETED:
        return row
    _require_status(row, {ACTIVE})
    return _end(row, COMPLETED, actor=actor, reason="", now=now)


@transaction.atomic
def end_what_is_forbidden(*, patient: Patient, held: Iterable[Any], actor: User, now: datetime) -> None:
    """
    Pregnancy ends home care with a retinoid at once; breastfeeding has its author look at it again.

    `held` are contraindications about to be recorded, each with its code and its last day (None while it lasts).
    """
    row = active_home_care_of(patient)
    if row is None or not row.items.filter(family=RETINOID).exists():
        return
    codes = {one.code for one in held if one.until is None or one.until >= row.starts_on}
    if "pregnant" in codes:
        _end(row, STOPPED, actor=actor, reason=PREGNANCY, now=now)
        _open(row, WAS_STOPPED, now, why=PREGNANCY)
    elif "breastfeeding" in codes:
        _open(row, CHECK, now)


@transaction.atomic
def end_what_came_near_the_eye(*, lesions: Collection[UUID], actor: User, now: datetime) -> None:
    """Stop home care that puts something strong on the spot of a lesion which is now judged to lie near the eye."""
    for plan in active_home_care_for(lesions).order_by("id"):
        row = held_home_care(plan)
        targets = row.targets.filter(lesion__in=lesions).select_related("lesion")
        moved = {
            target.region
            for target in targets
            if target.lesion.authority_region in {EYELID, PERIOCULAR} and target.lesion.authority_region != target.region
        }
        strong = row.items.filter(extent=SPOT, region__in=moved, family__in=STRONG)
        if row.status == ACTIVE and strong.exists():
            _end(row, STOPPED, actor=actor, reason=NEAR_THE_EYE, now=now)
            _open(row, WAS_STOPPED, now, why=NEAR_THE_EYE)


def _require_status(row: HomeCarePlan, statuses: Collection[str]) -> None:
    if row.status not in statuses:
        raise Conflict("illegal_transition", f"This version is {row.status}, and stays so.")


def _replaced(row: HomeCarePlan, actor: User, now: datetime) -> HomeCarePlan | None:
    """The version that the patient has followed until now, superseded."""
    before = active_home_care_of(row.patient)
    if before is None:
        return None
    if before.series != row.series:
        raise Conflict("other_home_care", "The patient follows another home-care plan: stop it, or write its next version.")
    return _end(before, SUPERSEDED, actor=actor, reason="", now=now)


def _end(row: HomeCarePlan, status: str, *, actor: User, reason: str, now: datetime) -> HomeCarePlan:
    row.status, row.ended_at, row.stop_reason = status, now, reason
    row.save(update_fields=["status", "ended_at", "stop_reason"])
    home_care_ended.send(sender=None, home_care=row, actor=actor, now=now)
    return row


def _build_ladders(row: HomeCarePlan, before: HomeCarePlan | None) -> None:
    """The rungs of every retinoid; one that goes on as it was keeps the days of its ladder."""
    climbing = (
        {_place(rung.item): rung.from_on for rung in before.rungs.filter(number=1).select_related("item")} if before else {}
    )
    RetinoidRung.objects.bulk_create(
        RetinoidRung(plan=row, patient=row.patient, item=item, number=rung.number, from_on=rung.from_on, nights=rung.nights)
        for item in row.items.filter(family=RETINOID).order_by("position")
        for rung in ladder_from(climbing.get(_place(item), row.starts_on))
    )


def _place(item: HomeCareItem) -> tuple[UUID, str, str, str]:
    return item.ingredient_id, item.strength, item.region, item.extent


def _open(row: HomeCarePlan, kind: str, due_at: datetime, *, why: str = "") -> None:
    open_task(
        kind=kind,
        subject=row.pk,
        site=row.site,
        role=PRACTITIONER,
        due_at=due_at,
        detail=SAID[kind].format(why=why),
        assignee=row.author.user,
    )
