"""What the papers and rosters come to: looked at, never written."""

from typing import Any

from django.contrib import admin

from clinic.admin.base import ReadOnlyAdmin
from clinic.admin.presence import local_period
from clinic.models import Opening, Privilege, Shift, SupervisionCover


@admin.register(Privilege)
class PrivilegeAdmin(ReadOnlyAdmin):
    """Who may do what, where and when."""

    list_display = ("practitioner", "site", "profession", "scope", "supervision", "when")
    list_filter = ("site", "profession", "supervision")
    search_fields = ("practitioner__name", "scope")

    @admin.display(description="when", ordering="valid")
    def when(self, row: Privilege) -> str:
        """On the clock of the site."""
        return local_period(row.valid, row.site.zone)


@admin.register(SupervisionCover)
class SupervisionCoverAdmin(ReadOnlyAdmin):
    """Who supervises whom, for what."""

    list_display = ("supervisor", "practitioner", "site", "scope", "supervision", "when")
    list_filter = ("site", "supervision")
    search_fields = ("supervisor__name", "practitioner__name", "scope")

    @admin.display(description="when", ordering="valid")
    def when(self, row: SupervisionCover) -> str:
        """On the clock of the site."""
        return local_period(row.valid, row.site.zone)


class PresenceAdmin(ReadOnlyAdmin):
    """Rosters less time off and closures."""

    @admin.display(description="when", ordering="during")
    def when(self, row: Any) -> str:
        """On the clock of the site."""
        return local_period(row.during, row.site.zone)


@admin.register(Shift)
class ShiftAdmin(PresenceAdmin):
    """When somebody is there."""

    list_display = ("practitioner", "site", "when")
    list_filter = ("site",)
    search_fields = ("practitioner__name",)


@admin.register(Opening)
class OpeningAdmin(PresenceAdmin):
    """When a room or device can be used."""

    list_display = ("resource", "site", "when")
    list_filter = ("site",)
