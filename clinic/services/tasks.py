"""What somebody on the staff has to see to: opened once, given to somebody, put off, done, opened again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import pghistory
from django.db import transaction

from clinic.errors import Conflict, NotFound, RuleBroken
from clinic.models import Site, Task, User
from clinic.models.tasks import DONE, OPEN, SNOOZED
from clinic.selectors.people import roles_of


@transaction.atomic
def open_task(
    *,
    kind: str,
    subject: UUID,
    site: Site,
    role: str,
    due_at: datetime,
    detail: str = "",
    assignee: User | None = None,
    urgent: bool = False,
) -> Task:
    """Open a task, or give the one of that kind at that site that is not yet done about the same subject."""
    task = Task(
        kind=kind, subject=subject, site=site, role=role, due_at=due_at, detail=detail, assignee=assignee, urgent=urgent
    )
    Task.objects.bulk_create([task], ignore_conflicts=True)
    return Task.objects.exclude(state=DONE).select_related("site").get(kind=kind, subject=subject, site=site)


@transaction.atomic
def finish_task(*, actor: User, task: UUID, now: datetime, note: str = "") -> Task:
    """Mark the task as done by the actor, with what there is to say; one that is done already stays as it is."""
    held = _held(task)
    if held.state != DONE:
        held.state, held.done_by, held.done_at = DONE, actor, now
        held.snoozed_until, held.note = None, note
        _keep(held, actor, "state", "done_by", "done_at", "snoozed_until", "note")
    return held


@transaction.atomic
def finish_tasks_about(*, subjects: Collection[UUID], kind: str, actor: User | None, now: datetime) -> int:
    """Mark the open and snoozed tasks of that kind about these subjects as done; how many there were."""
    waiting = Task.objects.filter(subject__in=subjects, kind=kind).exclude(state=DONE)
    return waiting.update(state=DONE, done_by=actor, done_at=now, snoozed_until=None)


@transaction.atomic
def assign_task(*, actor: User, task: UUID, assignee: User) -> Task:
    """
    Give the task to one person.

    :raises RuleBroken: `assignee_elsewhere`, for somebody who does not work at the task's site.
    :raises Conflict: `illegal_transition`, once it is done.
    """
    held = _held(task)
    _require_not_done(held)
    if not assignee.is_active or not roles_of(assignee, site=held.site):
        raise RuleBroken("assignee_elsewhere", "A task goes to somebody who works at its site.")
    held.assignee = assignee
    return _keep(held, actor, "assignee")


@transaction.atomic
def snooze_task(*, actor: User, task: UUID, until: datetime, now: datetime, note: str = "") -> Task:
    """
    Put the task off until then.

    :raises RuleBroken: `in_the_past`, unless that is still to come.
    :raises Conflict: `illegal_transition`, once it is done.
    """
    held = _held(task)
    _require_not_done(held)
    if until <= now:
        raise RuleBroken("in_the_past", "A task is put off until a moment that is still to come.")
    held.state, held.snoozed_until, held.note = SNOOZED, until, note
    return _keep(held, actor, "state", "snoozed_until", "note")


@transaction.atomic
def reopen_task(*, actor: User, task: UUID, note: str = "") -> Task:
    """
    It was not done after all: it waits again, for whom it waited before.

    :raises Conflict: `illegal_transition`, unless it is done, and while another one says the same.
    """
    held = _held(task)
    if held.state != DONE:
        raise Conflict("illegal_transition", "The task is not done yet.")
    again = Task.objects.filter(kind=held.kind, subject=held.subject, site=held.site).exclude(state=DONE)
    if again.exists():
        raise Conflict("illegal_transition", "The same was asked again meanwhile: see the task that is open.")
    held.state, held.done_by, held.done_at, held.note = OPEN, None, None, note
    return _keep(held, actor, "state", "done_by", "done_at", "note")


def wake_tasks(*, now: datetime) -> int:
    """Open again every task whose rest is over; how many there were."""
    return Task.objects.filter(state=SNOOZED, snoozed_until__lte=now).update(state=OPEN, snoozed_until=None)


def _held(task: UUID) -> Task:
    held = Task.objects.select_for_update(of=("self",)).select_related("site").filter(id=task).first()
    if held is None:
        raise NotFound
    return held


def _keep(task: Task, actor: User, *fields: str) -> Task:
    with pghistory.context(user=str(actor.pk)):
        task.save(update_fields=fields)
    return task


def _require_not_done(task: Task) -> None:
    if task.state == DONE:
        raise Conflict("illegal_transition", "The task is done already.")
