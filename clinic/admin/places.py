"""Sites, rooms and devices."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from clinic.admin.base import Given, Moved
from clinic.admin.writing import ServiceAdmin, require_manager_at
from clinic.models import Device, Room, Site, User
from clinic.selectors.people import visible_sites
from clinic.services.places import add_device, add_room, correct_device, correct_room, correct_site, open_site


@admin.register(Site)
class SiteAdmin(ServiceAdmin):
    """Whoever opens a site manages it; zone and jurisdiction stay what they are."""

    list_display = ("name", "code", "time_zone", "jurisdiction", "active")
    filed = ("code", "name", "time_zone", "jurisdiction", "phone", "address", "grid_minutes")
    corrected = ("name", "phone", "address", "grid_minutes", "active")
    for_superusers = True

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """One's own; a superuser sees all."""
        return rows if user.is_superuser else rows.filter(pk__in=visible_sites(user).values("pk"))

    def file(self, given: Given) -> tuple[Site, Moved]:
        """Open it."""
        return open_site(actor=given.actor, now=given.now, **given.values)

    def correct(self, given: Given) -> tuple[Site, Moved]:
        """Correct it."""
        require_manager_at(given.actor, given.row)
        return correct_site(actor=given.actor, site=given.row, now=given.now, **given.values)


@admin.register(Room)
class RoomAdmin(ServiceAdmin):
    """Rooms and their equipment."""

    list_display = ("name", "site", "equipment", "active")
    list_filter = ("site", "active")
    filed = ("site", "name", "equipment")
    corrected = ("name", "equipment", "active")

    def file(self, given: Given) -> tuple[Room, Moved]:
        """Add it."""
        require_manager_at(given.actor, given.values["site"])
        return add_room(actor=given.actor, **given.values), ()

    def correct(self, given: Given) -> tuple[Room, Moved]:
        """Correct it."""
        require_manager_at(given.actor, given.row.site)
        return correct_room(actor=given.actor, room=given.row, now=given.now, **given.values)


@admin.register(Device)
class DeviceAdmin(ServiceAdmin):
    """Devices that a visit takes for itself."""

    list_display = ("name", "kind", "site", "active")
    list_filter = ("site", "kind", "active")
    filed = ("site", "name", "kind")
    corrected = ("name", "active")

    def file(self, given: Given) -> tuple[Device, Moved]:
        """Add it."""
        require_manager_at(given.actor, given.values["site"])
        return add_device(actor=given.actor, **given.values), ()

    def correct(self, given: Given) -> tuple[Device, Moved]:
        """Correct it."""
        require_manager_at(given.actor, given.row.site)
        return correct_device(actor=given.actor, device=given.row, now=given.now, **given.values)
