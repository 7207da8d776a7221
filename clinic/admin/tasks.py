"""What is to be done: looked at, given to somebody, put off, done."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from clinic.admin.base import Given, ReadOnlyAdmin, Step
from clinic.admin.forms import WallTime, a_clock, moment_of
from clinic.admin_site import LEADERS
from clinic.models import Task, User
from clinic.models.tasks import DONE
from clinic.selectors.tasks import tasks_visible_to
from clinic.services.tasks import assign_task, finish_task, reopen_task, snooze_task


class AssigneeForm(forms.Form):
    """Who takes it."""

    assignee = forms.ModelChoiceField(User.objects.filter(is_active=True).order_by("username"))


class SnoozeForm(forms.Form):
    """Until when it rests."""

    until = WallTime()
    clock = a_clock()

    def clean(self) -> dict[str, Any]:
        """Read the time on that clock."""
        values = super().clean() or self.cleaned_data
        if site := values.get("clock"):
            values["until"] = moment_of(self, "until", site.zone)
        return values


def _is_open(task: Task) -> bool:
    return task.state != DONE


def _finish(given: Given) -> None:
    finish_task(actor=given.actor, task=given.row.pk, now=given.now)


def _assign(given: Given) -> None:
    assign_task(actor=given.actor, task=given.row.pk, assignee=given.values["assignee"])


def _snooze(given: Given) -> None:
    snooze_task(actor=given.actor, task=given.row.pk, until=given.values["until"], now=given.now)


def _reopen(given: Given) -> None:
    reopen_task(actor=given.actor, task=given.row.pk)


def _is_done(task: Task) -> bool:
    return task.state == DONE


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks of one's sites."""

    list_display = ("kind", "site", "role", "assignee", "urgent", "due_at", "state", "detail")
    list_filter = ("state", "urgent", "kind", "role", "site")
    ordering = ("-urgent", "due_at")
    steps = (
        Step(name="done", label="Mark as done", run=_finish, roles=LEADERS, when=_is_open),
        Step(name="assign", label="Assign", form=AssigneeForm, run=_assign, roles=LEADERS, when=_is_open),
        Step(name="snooze", label="Put off", form=SnoozeForm, run=_snooze, roles=LEADERS, when=_is_open),
        Step(name="reopen", label="Open again", run=_reopen, roles=LEADERS, when=_is_done),
    )

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """As everywhere."""
        return rows.filter(pk__in=tasks_visible_to(user).values("pk"))
