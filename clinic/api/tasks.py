"""Tasks over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, ordered_by, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local, one_of, word
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import Moment, NoInput, Strict, read
from clinic.api.versions import answer
from clinic.models import Task
from clinic.models.people import ROLES
from clinic.models.tasks import DONE, OPEN, SNOOZED
from clinic.selectors.people import user_named
from clinic.selectors.tasks import task_visible_to, tasks_visible_to
from clinic.services.tasks import assign_task, finish_task, snooze_task

STATES = (OPEN, SNOOZED, DONE)


class TaskShown(serializers.Serializer[Any]):
    """A task; `subject` is the id of what it is about, people are user ids."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    subject = serializers.UUIDField()
    site = serializers.SlugField()
    role = serializers.ChoiceField(ROLES)
    assignee = serializers.UUIDField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    done_by = serializers.UUIDField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)


class AssignInput(Strict):
    """Whom it goes to, by user id or username; the caller when nobody is named."""

    assignee = serializers.CharField(max_length=150, required=False)


class SnoozeInput(Strict):
    """When it shows up again."""

    until = Moment()


class Tasks(ApiView):
    """What is to be done at the caller's sites."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Tasks of my sites, the most urgent first",
        shown=page_of(TaskShown),
        query={
            "site": "Site code.",
            "role": choice("role", ROLES, "Whose work it is."),
            "state": choice("state", STATES, "How far it is."),
            "ordering": choice("ordering", ("due_at", "-due_at"), "The most urgent first, or last."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"site": word, "role": one_of(*ROLES), "state": one_of(*STATES), "ordering": ordered_by(["due_at"])}
        asked = filters(request, allowed)
        ordering = asked.pop("ordering", ("due_at", "id"))
        return paged(request, tasks_visible_to(request.user, **asked), show_task, ordering=ordering)


class OneTask(ApiView):
    """A task."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A task", shown=TaskShown)
    def get(self, request: Request, task: UUID) -> Response:
        """Show it."""
        return answer(show_task(task_visible_to(request.user, task)))


class Done(ApiView):
    """A task is done."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Say that it is done", taken=NoInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """Finish it."""
        read(NoInput, request)
        visible = task_visible_to(request.user, task)
        return answer(show_task(finish_task(actor=request.user, task=visible.id, now=timezone.now())))


class Assign(ApiView):
    """A task goes to somebody."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Give it to somebody", taken=AssignInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """Assign it."""
        given = read(AssignInput, request)
        visible = task_visible_to(request.user, task)
        assignee = user_named(given["assignee"]) if "assignee" in given else request.user
        return answer(show_task(assign_task(task=visible.id, assignee=assignee)))


class Snooze(ApiView):
    """A task is put off."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Put it off", taken=SnoozeInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """Snooze it."""
        given = read(SnoozeInput, request)
        visible = task_visible_to(request.user, task)
        return answer(show_task(snooze_task(task=visible.id, now=timezone.now(), **given)))


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
        "due_at": local(task.due_at, zone),
        "state": task.state,
        "snoozed_until": local(task.snoozed_until, zone),
        "done_by": task.done_by_id and str(task.done_by_id),
        "done_at": local(task.done_at, zone),
    }
