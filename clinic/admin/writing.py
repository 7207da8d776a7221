"""Pages on which managers write: one service for filing, one for correcting, and nothing saved beside it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.admin.base import MANAGERS, Given, Moved, ReadOnlyAdmin, tell_moved
from clinic.admin.forms import ServiceForm
from clinic.errors import NotAllowed
from clinic.models import Site, User
from clinic.selectors.people import has_role, visible_sites


class ServiceAdmin(ReadOnlyAdmin):
    """Rows that managers file (`file`) and correct (`correct`): one service each, nothing is saved beside it."""

    writers = MANAGERS
    filed: ClassVar[Sequence[str]] = ()
    corrected: ClassVar[Sequence[str]] = ()
    form = ServiceForm
    correction_form: ClassVar[type[ServiceForm] | None] = None
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.TextField: {"widget": AdminTextInputWidget}}

    def file(self, given: Given) -> tuple[Any, Moved]:
        """Make the row."""
        raise NotImplementedError

    def correct(self, given: Given) -> tuple[Any, Moved]:
        """Change the row."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By role, where rows are filed by hand."""
        return bool(self.filed) and self._holds(request, self.writers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By role, where rows can be corrected."""
        return bool(self.corrected) and self._holds(request, self.writers)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """What is asked for a new row, or all that is known of one."""
        return super().get_fields(request, obj) if obj else self.filed

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Of a row on file, whatever is not corrected by hand."""
        return [name for name in self.get_fields(request, obj) if name not in self.corrected] if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[forms.ModelForm]:
        """The form, with what was refused a moment ago."""
        form = self.form if obj is None else self.correction_form or ServiceForm
        kwargs["form"] = type(form.__name__, (form,), {"refused": getattr(request, "refused", ())})
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A site is one of the user's."""
        if db_field.related_model is Site:
            kwargs.setdefault("queryset", visible_sites(request.user).filter(active=True).order_by("name"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Call the service, and let the page go on with the row that it made."""
        given = Given(actor=request.user, now=timezone.now(), row=obj, values=form.cleaned_data)
        row, moved = (self.correct if change else self.file)(given)
        obj.__dict__.update(row.__dict__)
        tell_moved(request, moved)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has written what belongs to the row."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Nothing is deleted from a page."""
        raise PermissionDenied

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Show what was filed."""
        return (
            redirect(self._page_of(obj)) if IS_POPUP_VAR not in request.POST else super().response_post_save_add(request, obj)
        )


def require_manager_at(user: User, site: Site) -> None:
    """
    What belongs to a site is filed by a manager of it.

    :raises NotAllowed: `not_permitted`.
    """
    if not has_role(user, MANAGERS, site=site):
        raise NotAllowed("not_permitted", "Only a manager of this site files that.")
