"""The site of the admin: who may come in at all."""

from typing import Final

from django.contrib.admin import AdminSite
from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from clinic.models.people import MANAGER, MEDICAL_DIRECTOR
from clinic.selectors.people import has_role

LEADERS: Final = frozenset({MANAGER, MEDICAL_DIRECTOR})


class ClinicAdminSite(AdminSite):
    """Managers and medical directors with `is_staff`; a superuser too, who opens the first site and gives the first roles."""

    site_header = "Pearl"
    site_title = "Pearl"
    index_title = "Manage the clinic"
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        """By membership: the permissions of Django count for nothing here."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        prefetch_related_objects([user], "memberships__site")
        return user.is_superuser or has_role(user, LEADERS)
