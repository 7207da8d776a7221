"""The lists of tasks over HTTP."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, ordered_by, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local, moment, one_of, word, yes_or_no
from clinic.api.schema import choice, describe, page_of
from clinic.api.versions import answer
from clinic.models import Task
from clinic.models.people import ROLES
from clinic.models.tasks import DONE, OPEN, SNOOZED
from clinic.selectors.tasks import most_urgent_first, narrowed, task_counts, task_visible_to, tasks_visible_to

STATES: Final = (OPEN, SNOOZED, DONE)
YES_NO: Final = ("true", "false")
FILTERS: Final = {
    "site": word,
    "role": one_of(*ROLES),
    "state": one_of(*STATES),
    "kind": word,
    "mine": yes_or_no,
    "assignee": word,
    "due_before": moment,
    "overdue": yes_or_no,
    "ordering": ordered_by(["due_at"]),
}
COUNTS: Final = ("open", "overdue", "urgent", "snoozed")
ROLE: Final = ("site__code", "role")
PERSON: Final = ("assignee", "assignee__username")


class TaskShown(serializers.Serializer[Any]):
    """A task; `subject` is the id of what it is about, people are user ids."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    subject = serializers.UUIDField()
    site = serializers.SlugField()
    role = serializers.ChoiceField(ROLES)
    assignee = serializers.UUIDField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    urgent = serializers.BooleanField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    done_by = serializers.UUIDField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class TaskCountsShown(serializers.Serializer[Any]):
    """How many wait: `overdue` are open beyond their time, `urgent` among the open and the snoozed ones."""

    open = serializers.IntegerField()
    overdue = serializers.IntegerField()
    urgent = serializers.IntegerField()
    snoozed = serializers.IntegerField()


class RoleCountsShown(TaskCountsShown):
    """What waits for a role at a site."""

    site = serializers.SlugField()
    role = serializers.ChoiceField(ROLES)


class PersonCountsShown(TaskCountsShown):
    """What waits for one person; for nobody by name when the id is null."""

    assignee = serializers.UUIDField(allow_null=True)
    username = serializers.CharField(allow_null=True)


class TaskSummaryShown(serializers.Serializer[Any]):
    """What waits, by role and by person."""

    roles = RoleCountsShown(many=True)
    people = PersonCountsShown(many=True)


class Tasks(ApiView):
    """What is to be done at the caller's sites."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "My tasks and those of my roles, the most urgent first",
        shown=page_of(TaskShown),
        query={
            "site": "Site code.",
            "role": choice("role", ROLES, "Whose work it is."),
            "state": choice("state", STATES, "How far it is."),
            "kind": "The kind.",
            "mine": choice("mine", YES_NO, "Given to me, or to nobody yet and for one of my roles."),
            "assignee": "Given to this person, by user id or username; `none` for nobody.",
            "due_before": OpenApiParameter("due_before", OpenApiTypes.DATETIME, description="Due before this moment."),
            "overdue": choice("overdue", YES_NO, "Open beyond its time."),
            "ordering": choice("ordering", ("due_at", "-due_at"), "By when it is due alone."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, FILTERS)
        ordering = asked.pop("ordering", ("pressing", "id"))
        seen = {name: asked.pop(name) for name in ("site", "role", "state", "kind") if name in asked}
        rows = narrowed(tasks_visible_to(request.user, **seen), user=request.user, now=timezone.now(), **asked)
        return paged(request, most_urgent_first(rows), show_task, ordering=ordering)


class OneTask(ApiView):
    """A task."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A task", shown=TaskShown)
    def get(self, request: Request, task: UUID) -> Response:
        """Show it."""
        return answer(show_task(task_visible_to(request.user, task)))


class TaskSummary(ApiView):
    """How much waits for whom."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("How many tasks wait, by role and by person", shown=TaskSummaryShown, query={"site": "Site code."})
    def get(self, request: Request) -> Response:
        """Of the tasks that the caller sees."""
        tasks = tasks_visible_to(request.user, **filters(request, {"site": word}, paging=False))
        now = timezone.now()
        shown = {
            "roles": [_counted(row, site="site__code", role="role") for row in task_counts(tasks, now=now, by=ROLE)],
            "people": [
                _counted(row, assignee="assignee", username="assignee__username")
                for row in task_counts(tasks, now=now, by=PERSON)
            ],
        }
        return answer(shown)


def show_task(task: Task) -> dict[str, Any]:
    """The task with its moments in the zone of its site."""
    zone = task.site.zone
    return {
        "id": str(task.id),
        "kind": task.kind,
        "subject": str(task.subject),
        "site": task.site.code,
        "role": task.role,
        "assignee": task.assignee_id and str(task.assignee_id),
        "detail": task.detail,
        "urgent": task.urgent,
        "due_at": local(task.due_at, zone),
        "state": task.state,
        "snoozed_until": local(task.snoozed_until, zone),
        "done_by": task.done_by_id and str(task.done_by_id),
        "done_at": local(task.done_at, zone),
        "note": task.note,
    }


def _counted(row: dict[str, Any], **named: str) -> dict[str, Any]:
    whose = {name: row[column] and str(row[column]) for name, column in named.items()}
    return whose | {name: row[name] for name in COUNTS}
