"""Sites, rooms and devices, as managers keep them; whatever closes for good moves the visits that lean on it."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import available_timezones

import pghistory
from django.db import transaction

from clinic.errors import RuleBroken
from clinic.models import Device, Licence, Membership, PlannedShift, Privilege, Room, Site, User, WeeklyRule
from clinic.models.people import MANAGER
from clinic.models.places import GRID_MINUTES
from clinic.services.changes import change_authority, hold
from clinic.services.presence import Moved, change_presence, rebuild_openings, rebuild_presence

SUBDIVISION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


@transaction.atomic
def open_site(
    *,
    actor: User,
    code: str,
    name: str,
    time_zone: str,
    jurisdiction: str,
    now: datetime,
    phone: str = "",
    address: str = "",
    grid_minutes: int = 15,
) -> tuple[Site, Moved]:
    """
    Add a place to work at: who opens it manages it, and whoever is licensed there has authority there from now on.

    :raises RuleBroken: `time_zone_unknown` (IANA name), `jurisdiction_unknown` (ISO 3166-2), `grid_unknown`.
    """
    if time_zone not in available_timezones():
        raise RuleBroken(
            "time_zone_unknown", f"There is no time zone {time_zone!r}: write an IANA name, such as America/New_York."
        )
    if not SUBDIVISION.fullmatch(jurisdiction):
        raise RuleBroken("jurisdiction_unknown", "A jurisdiction is written as in ISO 3166-2, such as US-OH.")
    _require_grid(grid_minutes)
    site = Site(
        code=code,
        name=name,
        time_zone=time_zone,
        jurisdiction=jurisdiction,
        phone=phone,
        address=address,
        grid_minutes=grid_minutes,
    )

    def change() -> Site:
        site.save(force_insert=True)
        Membership.objects.create(user=actor, site=site, role=MANAGER)
        return site

    licensed = Licence.objects.filter(jurisdiction=jurisdiction).values_list("practitioner_id", flat=True).distinct()
    return change_authority(practitioners=list(licensed), actor=actor, reason="site_opened", now=now, change=change)


@transaction.atomic
def correct_site(
    *,
    actor: User,
    site: Site,
    name: str,
    phone: str,
    address: str,
    grid_minutes: int,
    active: bool,
    now: datetime,
) -> tuple[Site, Moved]:
    """
    Change what is said of a site, or whether it works; zone and jurisdiction stay, since another law makes another site.

    :raises RuleBroken: `grid_unknown`.
    """
    _require_grid(grid_minutes)
    was_active = Site.objects.get(pk=site.pk).active
    people, things = _whoever_works_at(site) if active != was_active else ([], [])

    def change() -> Site:
        current = Site.objects.select_for_update().get(pk=site.pk)
        current.name, current.phone, current.address = name, phone, address
        current.grid_minutes, current.active = grid_minutes, active
        current.save(update_fields=["name", "phone", "address", "grid_minutes", "active"])
        rebuild_presence(practitioners=people, now=now)
        rebuild_openings(resources=things, now=now)
        return current

    hold(keys=[site.pk])
    return change_authority(
        practitioners=people, keys=[*things, site.pk], actor=actor, reason="site_changed", now=now, change=change
    )


@transaction.atomic
def add_room(*, actor: User, site: Site, name: str, equipment: Sequence[str] = ()) -> Room:
    """Add a room with what stands in it; it is open once a weekly rule says when."""
    with pghistory.context(user=str(actor.pk), why="room_added"):
        return Room.objects.create(site=site, name=name, equipment=list(equipment))


@transaction.atomic
def correct_room(
    *, actor: User, room: Room, name: str, equipment: Sequence[str], active: bool, now: datetime
) -> tuple[Room, Moved]:
    """Rename or refit a room, close it for good or open it again."""

    def change() -> Room:
        current = Room.objects.select_for_update().get(pk=room.pk)
        current.name, current.equipment, current.active = name, list(equipment), active
        current.save(update_fields=["name", "equipment", "active"])
        return current

    return change_presence(actor=actor, reason="room_changed", now=now, change=change, resources=[room.pk])


@transaction.atomic
def add_device(*, actor: User, site: Site, name: str, kind: str) -> Device:
    """Add a device of a kind that the catalogue names; it is there once a weekly rule says when."""
    with pghistory.context(user=str(actor.pk), why="device_added"):
        return Device.objects.create(site=site, name=name, kind=kind)


@transaction.atomic
def correct_device(*, actor: User, device: Device, name: str, active: bool, now: datetime) -> tuple[Device, Moved]:
    """Rename a device, take it out of use or back into it."""

    def change() -> Device:
        current = Device.objects.select_for_update().get(pk=device.pk)
        current.name, current.active = name, active
        current.save(update_fields=["name", "active"])
        return current

    return change_presence(actor=actor, reason="device_changed", now=now, change=change, resources=[device.pk])


def _require_grid(minutes: int) -> None:
    if minutes not in GRID_MINUTES:
        words = " or ".join(str(grid) for grid in GRID_MINUTES)
        raise RuleBroken("grid_unknown", f"Visits begin every {words} minutes.")


def _whoever_works_at(site: Site) -> tuple[Collection[UUID], list[UUID]]:
    """Practitioners with privileges or a roster there; rooms and devices of the site."""
    holders = (
        model.objects.filter(site=site).exclude(practitioner=None).values_list("practitioner_id", flat=True).distinct()
        for model in (Privilege, WeeklyRule, PlannedShift)
    )
    licensed = Licence.objects.filter(jurisdiction=site.jurisdiction).values_list("practitioner_id", flat=True).distinct()
    people = {holder for found in (*holders, licensed) for holder in found}
    things = [key for kind in (Room, Device) for key in kind.objects.filter(site=site).values_list("id", flat=True)]
    return sorted(people), things
