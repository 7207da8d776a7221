"""What is done with a task, over HTTP: given to somebody, put off, done, opened again; and its history."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local
from clinic.api.schema import ACTS, describe
from clinic.api.strict import Moment, Strict, read
from clinic.api.tasks import STATES, TaskShown, show_task
from clinic.api.versions import answer
from clinic.models import Task
from clinic.policies.task_course import STEPS
from clinic.selectors.people import user_named
from clinic.selectors.tasks import TaskStep, steps_of, task_visible_to
from clinic.services.tasks import assign_task, finish_task, reopen_task, snooze_task

NOTE = 1000


class AssignInput(Strict):
    """Whom it goes to, by user id or username; the caller when nobody is named."""

    assignee = serializers.CharField(max_length=150, required=False)


class TaskNoteInput(Strict):
    """What there is to say about it."""

    note = serializers.CharField(max_length=NOTE, required=False, allow_blank=True, default="")


class SnoozeInput(TaskNoteInput):
    """When it shows up again."""

    until = Moment()


class TaskStepShown(serializers.Serializer[Any]):
    """One thing that happened to a task, and how it stood then; `by` is a user, null for what happened by itself."""

    at = serializers.DateTimeField()
    step = serializers.ChoiceField(STEPS)
    by = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(STATES)
    assignee = serializers.UUIDField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class TaskHistoryShown(serializers.Serializer[Any]):
    """All of it, the oldest first."""

    results = TaskStepShown(many=True)


class Done(ApiView):
    """A task is done."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Say that it is done", taken=TaskNoteInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """Finish it."""
        given = read(TaskNoteInput, request)
        visible = task_visible_to(request.user, task)
        return answer(show_task(finish_task(actor=request.user, task=visible.id, now=timezone.now(), **given)))


class Assign(ApiView):
    """A task goes to somebody."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Give it to somebody", taken=AssignInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """Assign it."""
        given = read(AssignInput, request)
        visible = task_visible_to(request.user, task)
        assignee = user_named(given["assignee"]) if "assignee" in given else request.user
        return answer(show_task(assign_task(actor=request.user, task=visible.id, assignee=assignee)))


class Snooze(ApiView):
    """A task is put off."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Put it off", taken=SnoozeInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """Snooze it."""
        given = read(SnoozeInput, request)
        visible = task_visible_to(request.user, task)
        return answer(show_task(snooze_task(actor=request.user, task=visible.id, now=timezone.now(), **given)))


class Reopen(ApiView):
    """A task was not done after all."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Open it again", taken=TaskNoteInput, shown=TaskShown, refuses=ACTS)
    def post(self, request: Request, task: UUID) -> Response:
        """It waits for whom it waited before."""
        given = read(TaskNoteInput, request)
        visible = task_visible_to(request.user, task)
        return answer(show_task(reopen_task(actor=request.user, task=visible.id, **given)))


class History(ApiView):
    """What happened to a task."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Who opened, assigned, put off, finished and reopened it, and when", shown=TaskHistoryShown)
    def get(self, request: Request, task: UUID) -> Response:
        """The oldest first."""
        visible = task_visible_to(request.user, task)
        return answer({"results": [_shown(step, visible) for step in steps_of(visible)]})


def _shown(step: TaskStep, task: Task) -> dict[str, Any]:
    zone, standing = task.site.zone, step.standing
    return {
        "at": local(step.at, zone),
        "step": step.step,
        "by": step.by and str(step.by),
        "state": standing.state,
        "assignee": standing.assignee and str(standing.assignee),
        "snoozed_until": local(standing.until, zone),
        "note": standing.note,
    }
