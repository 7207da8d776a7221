"""Where the clinic works: sites, their rooms and their devices."""

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.base import Keyed, one_of
from clinic.history import tracked

GRID_MINUTES = (5, 15)


@tracked
class Site(Keyed):
    """A place with one time zone (IANA name) and one jurisdiction (ISO 3166-2)."""

    code = models.SlugField(unique=True)
    name = models.TextField()
    time_zone = models.TextField()
    jurisdiction = models.TextField()
    phone = models.TextField(blank=True)
    address = models.TextField(blank=True)
    grid_minutes = models.PositiveSmallIntegerField(default=15)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            # Every zone of today is a whole number of quarters from UTC: such a grid is the same in UTC and on the wall.
            one_of("grid_minutes", GRID_MINUTES, name="site_grid_divides_a_quarter"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@tracked
class Room(Keyed):
    """A room with the equipment that stands in it (codes of the catalogue)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms")
    name = models.TextField()
    equipment = ArrayField(models.TextField(), default=list, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="room_name_is_unique_at_its_site"),
            models.UniqueConstraint(fields=["id", "site"], name="room_key"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class Device(Keyed):
    """A device that a visit takes for itself, such as the laser."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="devices")
    name = models.TextField()
    kind = models.TextField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="device_name_is_unique_at_its_site")]

    def __str__(self) -> str:
        return self.name
