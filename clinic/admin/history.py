"""The rows of history, to be looked at: also of what is no more."""

from collections.abc import Callable
from typing import Any

import pghistory.models
from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet

from clinic.admin.base import ReadOnlyAdmin
from clinic.models import User

Visible = Callable[[User, QuerySet[Any]], QuerySet[Any]]


class HistoryAdmin(ReadOnlyAdmin):
    """Events of one kind, newest first."""

    list_display = ("pgh_created_at", "pgh_label", "pgh_obj_id", "why", "who")
    list_filter = ("pgh_label",)
    ordering = ("-pgh_id",)
    list_select_related = False

    @admin.display(description="why")
    def why(self, event: Any) -> str:
        """The reason that was given."""
        return (event.pgh_context or {}).get("why", "")

    @admin.display(description="by")
    def who(self, event: Any) -> str:
        """The id of the user."""
        return (event.pgh_context or {}).get("user") or ""


def register_history(app_label: str, visible: Visible | None = None) -> None:
    """Register the event models of the app; `visible` narrows them to what the user may see."""
    for model in apps.get_app_config(app_label).get_models():
        if issubclass(model, pghistory.models.Event):
            narrowed = {"visible": lambda self, user, rows: visible(user, rows)} if visible else {}
            admin.site.register(model, type(f"{model.__name__}Admin", (HistoryAdmin,), narrowed))
