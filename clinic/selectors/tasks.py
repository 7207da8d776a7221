"""The tasks that somebody may see, whose they are, and what happened to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value, When

from clinic.errors import NotFound
from clinic.models import Task, User
from clinic.models.people import MANAGER, MEDICAL_DIRECTOR
from clinic.models.tasks import DONE, OPEN, SNOOZED
from clinic.policies.task_course import FINISHED, WOKEN, Standing, step_between
from clinic.selectors.people import as_uuid, has_role

NOBODY = "none"
FIRST = timedelta(days=365_000)
COUNTS = {
    "open": Count("id", filter=Q(state=OPEN)),
    "snoozed": Count("id", filter=Q(state=SNOOZED)),
    "urgent": Count("id", filter=Q(urgent=True) & ~Q(state=DONE)),
}


@dataclass(frozen=True, kw_only=True)
class TaskStep:
    """One thing that happened to a task: when, by whom (None: by itself), and how it stood then."""

    at: datetime
    step: str
    by: UUID | None
    standing: Standing


def tasks_visible_to(
    user: User, *, site: str | None = None, role: str | None = None, state: str | None = None, kind: str | None = None
) -> QuerySet[Task]:
    """
    The tasks of the user, narrowed where asked.

    A manager sees all of their sites, a medical director all there are; everybody else those of their own roles at their
    sites, and whatever was given to them by name.
    """
    asked = {"site__code": site, "role": role, "state": state, "kind": kind}
    given = {name: value for name, value in asked.items() if value is not None}
    return Task.objects.filter(_may_see(user), **given).select_related("site")


def task_visible_to(user: User, task: UUID) -> Task:
    """
    That task.

    :raises NotFound: if it does not exist or is not one that the user sees.
    """
    found = tasks_visible_to(user).filter(id=task).first()
    if found is None:
        raise NotFound
    return found


def narrowed(
    tasks: QuerySet[Task],
    *,
    user: User,
    now: datetime,
    mine: bool | None = None,
    overdue: bool | None = None,
    assignee: str | None = None,
    due_before: datetime | None = None,
) -> QuerySet[Task]:
    """
    Those of the user, those overdue, of one person (id or username, `none` for nobody) or due before a moment.

    Mine is what was given to me, and what waits for one of my roles at its site and was given to nobody. Overdue is what
    is open beyond its time; what was put off is not.
    """
    late = Q(state=OPEN, due_at__lt=now)
    tests = ((mine, _of(user)), (overdue, late))
    for wanted, condition in tests:
        if wanted is not None:
            tasks = tasks.filter(condition if wanted else ~condition)
    if assignee is not None:
        tasks = tasks.filter(_given_to(assignee))
    return tasks if due_before is None else tasks.filter(due_at__lt=due_before)


def most_urgent_first(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The same with `pressing`, by which they are read: urgent ones before all others, each by when it is due."""
    before_all = ExpressionWrapper(F("due_at") - Value(FIRST), output_field=DateTimeField())
    return tasks.annotate(pressing=Case(When(urgent=True, then=before_all), default=F("due_at")))


def steps_of(task: Task) -> list[TaskStep]:
    """All that happened to the task, the oldest first."""
    steps, before = [], None
    for event in task.history.order_by("pgh_id"):
        after = Standing(state=event.state, assignee=event.assignee_id, until=event.snoozed_until, note=event.note)
        step = step_between(before, after)
        steps.append(TaskStep(at=event.pgh_created_at, step=step, by=_who(event, step), standing=after))
        before = after
    return steps


def task_counts(tasks: QuerySet[Task], *, now: datetime, by: Iterable[str]) -> list[dict[str, Any]]:
    """How many of these are open, overdue, urgent and put off, for each of these columns; none where all are done."""
    fields = tuple(by)
    overdue = Count("id", filter=Q(state=OPEN, due_at__lt=now))
    waiting = tasks.exclude(state=DONE).order_by(*fields).values(*fields)
    return list(waiting.annotate(**COUNTS, overdue=overdue))


def _who(event: Any, step: str) -> UUID | None:
    """Rest ends by itself, an end names who did it; of all else the history knows."""
    if step == WOKEN:
        return None
    return event.done_by_id if step == FINISHED else as_uuid((event.pgh_context or {}).get("user") or "")


def _may_see(user: User) -> Q:
    if has_role(user, {MEDICAL_DIRECTOR}):
        return Q()
    held = user.memberships.all()
    own = [Q(site=one.site_id) if one.role == MANAGER else Q(site=one.site_id, role=one.role) for one in held]
    here = Q(assignee=user, site__in={one.site_id for one in held})
    return reduce(or_, own, here)


def _of(user: User) -> Q:
    roles = [Q(site=one.site_id, role=one.role, assignee=None) for one in user.memberships.all()]
    return reduce(or_, roles, Q(assignee=user))


def _given_to(reference: str) -> Q:
    if reference == NOBODY:
        return Q(assignee=None)
    key = as_uuid(reference)
    return Q(assignee=key) if key else Q(assignee__username=reference)
