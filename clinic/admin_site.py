"""The site of the admin: who may come in at all."""

from typing import Any, Final

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Event

from clinic.models.people import MANAGER, MEDICAL_DIRECTOR
from clinic.selectors.people import has_role
from clinic.services.tokens import TooMany, count_attempt, forget_attempts

LEADERS: Final = frozenset({MANAGER, MEDICAL_DIRECTOR})


class SignInForm(AdminAuthenticationForm):
    """Counts the tries together with those for tokens: ten a minute for a name from an address."""

    def clean(self) -> dict[str, Any]:
        """Count first, so that a guess costs the same whether it is right or wrong."""
        if not settings.THROTTLED:
            return super().clean()
        username = self.cleaned_data.get("username", "")
        try:
            attempts = count_attempt(username=username, address=_address_of(self.request), now=timezone.now())
        except TooMany as error:
            raise ValidationError(error.detail) from None
        values = super().clean()
        forget_attempts(attempts=attempts)
        return values


class ClinicAdminSite(AdminSite):
    """Managers and medical directors with `is_staff`; a superuser too, who opens the first site and gives the first roles."""

    site_header = "Pearl"
    site_title = "Pearl"
    index_title = "Manage the clinic"
    site_url = None
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """By membership: the permissions of Django count for nothing here."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        prefetch_related_objects([user], "memberships__site")
        return user.is_superuser or has_role(user, LEADERS)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """What people work with first; the rows of history under a heading of their own."""
        sections = super().get_app_list(request, app_label)
        events = []
        for section in sections:
            events += [entry for entry in section["models"] if issubclass(entry["model"], Event)]
            section["models"] = [entry for entry in section["models"] if not issubclass(entry["model"], Event)]
        if events and app_label is None:
            history = {
                "name": "History",
                "app_label": "history",
                "app_url": reverse("admin:index"),
                "has_module_perms": True,
                "models": events,
            }
            sections.append(history)
        return [section for section in sections if section["models"]]


def _address_of(request: HttpRequest) -> str:
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
