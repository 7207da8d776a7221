"""What all pages of the admin share: roles decide, services write, refusals are sentences, nothing is deleted in bulk."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import pghistory
import structlog
from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from clinic.admin.changes import changes_of
from clinic.admin.refusals import REFUSED, sentences
from clinic.admin_site import LEADERS
from clinic.models import User
from clinic.models.people import MANAGER
from clinic.selectors.people import has_role, visible_sites

MANAGERS = frozenset({MANAGER})
Moved = Collection[UUID]


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody asks for on a page: who, when, about which row, with which values."""

    actor: User
    now: datetime
    row: Any = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that is done with a row on a page of its own; `run` calls one service and gives the visits that moved."""

    name: str
    label: str
    run: Callable[[Given], Moved | None]
    form: type[forms.Form] = forms.Form
    roles: frozenset[str] = MANAGERS
    when: Callable[[Any], bool] = lambda row: True
    said: str = ""


class ReadOnlyAdmin(ModelAdmin):
    """Leaders look, nobody writes; `visible` narrows the rows to those that the user may see."""

    readers: ClassVar[frozenset[str]] = LEADERS
    writers: ClassVar[frozenset[str]] = frozenset()
    steps: ClassVar[Sequence[Step]] = ()
    for_superusers: ClassVar[bool] = False
    actions = None
    list_per_page = 50
    show_full_result_count = False
    list_select_related = True
    change_form_template = "clinic/admin/change.html"
    object_history_template = "clinic/admin/history.html"

    def visible(self, user: User, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The rows that the user may see: those of their sites, where rows have a site."""
        if any(column.name == "site" for column in self.model._meta.concrete_fields):
            return rows.filter(site__in=visible_sites(user))
        return rows

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Only what the user may see."""
        return self.visible(request.user, super().get_queryset(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may see rows sees the heading."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By role."""
        return self._holds(request, self.readers)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: papers end, and what is filed is withdrawn by its own step."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Every column but the key."""
        meta = self.model._meta
        columns = [column.name for column in (*meta.concrete_fields, *meta.many_to_many) if not column.primary_key]
        return self.fields or columns

    def get_urls(self) -> list[Any]:
        """The pages of the steps come before the stock ones."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_step"
        view = self.admin_site.admin_view(self.step_view)
        return [path("<path:object_id>/step/<slug:name>/", view, name=name), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The stock page, which names the steps; what is refused is shown on the form."""
        offered = self._offered(request, object_id) if object_id else []
        context = {**(extra_context or {}), "steps": offered}
        try:
            with recorded(request):
                return super().changeform_view(request, object_id, form_url, context)
        except REFUSED as error:
            request.refused = sentences(error)
        return super().changeform_view(request, object_id, form_url, context)

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask for what the step needs, do it, and say which visits moved."""
        row = self.get_object(request, unquote(object_id))
        step = next((step for step in self.steps if step.name == name), None)
        if row is None or step is None:
            raise Http404
        if not self._may(request, step):
            raise PermissionDenied
        form = step.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._done(request, step, row, form):
            return redirect(self._page_of(row))
        context = self.admin_site.each_context(request) | {
            "title": f"{step.label}: {row}",
            "step": step,
            "form": form,
            "row": row,
            "opts": self.opts,
            "back": self._page_of(row),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "clinic/admin/step.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every change of the row, as the database recorded it: what, when, who and why."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return super().history_view(request, object_id, {**(extra_context or {}), "changes": changes_of(row)})

    def _done(self, request: HttpRequest, step: Step, row: Any, form: forms.Form) -> bool:
        given = Given(actor=request.user, now=timezone.now(), row=row, values=form.cleaned_data)
        try:
            with recorded(request), transaction.atomic():
                moved = step.run(given)
                self.log_change(request, row, step.label)
        except REFUSED as error:
            for sentence in sentences(error):
                form.add_error(None, sentence)
            return False
        messages.success(request, f"Done: {step.label.lower()}.")
        tell_moved(request, moved or ())
        return True

    def _offered(self, request: HttpRequest, object_id: str) -> list[dict[str, str]]:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
        return [
            {"label": step.label, "url": reverse(name, args=[row.pk, step.name])}
            for step in self.steps
            if self._may(request, step) and step.when(row)
        ]

    def _may(self, request: HttpRequest, step: Step) -> bool:
        return self._holds(request, step.roles) and self.has_view_permission(request)

    def _holds(self, request: HttpRequest, roles: Collection[str]) -> bool:
        user = request.user
        return user.is_authenticated and (has_role(user, roles) or (self.for_superusers and user.is_superuser and bool(roles)))

    def _page_of(self, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        still_there = self.model._default_manager.filter(pk=row.pk).exists()
        return reverse(f"{name}_change", args=[row.pk]) if still_there else reverse(f"{name}_changelist")


def tell_moved(request: HttpRequest, moved: Moved) -> None:
    """Say how many visits lost their ground."""
    if moved:
        visits = "1 visit needs" if len(moved) == 1 else f"{len(moved)} visits need"
        messages.warning(request, f"{visits} another practitioner: the front desk has them on its list.")


def recorded(request: HttpRequest) -> Any:
    """The context in which history rows are written: who, and in which request."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return pghistory.context(user=str(request.user.pk), request_id=request_id)
