"""When people and rooms are there: weekly rules and hand-made shifts, cut by time off and closures."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, not_empty
from clinic.constraints import WithoutOverlaps
from clinic.history import tracked
from clinic.models.people import Practitioner
from clinic.models.places import Device, Room, Site


@tracked
class WeeklyRule(Keyed):
    """Present at the site every such weekday (0 = Monday) from `starts` to `ends` on the site's wall clock."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="weekly_rules")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="weekly_rules")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="weekly_rules")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField()
    valid_through = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="weekly_rule_ends_after_it_starts", condition=Q(starts__lt=F("ends"))),
            models.CheckConstraint(name="weekly_rule_names_a_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="weekly_rule_is_of_one_resource",
                condition=Q(practitioner__isnull=False, room__isnull=True, device__isnull=True)
                | Q(practitioner__isnull=True, room__isnull=False, device__isnull=True)
                | Q(practitioner__isnull=True, room__isnull=True, device__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"weekday {self.weekday}, {self.starts}-{self.ends}"


@tracked
class PlannedShift(Keyed):
    """A shift filed by hand, beside the weekly rules."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="planned_shifts")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    during = DateTimeRangeField()

    class Meta:
        constraints = [not_empty("during", name="planned_shift_lasts")]

    def __str__(self) -> str:
        return f"{self.practitioner} {self.during}"


@tracked
class TimeOff(Keyed):
    """The practitioner is away from every site; filing it always succeeds."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="time_off")
    during = DateTimeRangeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [not_empty("during", name="time_off_lasts")]

    def __str__(self) -> str:
        return f"{self.practitioner} away {self.during}"


@tracked
class Closure(Keyed):
    """A site, or one room or device of it, is closed; filing it always succeeds."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="closures")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="closures")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="closures")
    during = DateTimeRangeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [not_empty("during", name="closure_lasts")]

    def __str__(self) -> str:
        return f"{self.room or self.device or self.site} closed {self.during}"


@tracked
class Shift(Keyed):
    """Derived: a practitioner is at a site, roster minus time off and closures; visits lean on it."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="shifts")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            not_empty("during", name="shift_lasts"),
            WithoutOverlaps(name="practitioner_is_at_one_site", fields=["practitioner"], period="during"),
            WithoutOverlaps(name="shift_key", fields=["practitioner", "site"], period="during"),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner} {self.during}"


@tracked
class Opening(Keyed):
    """Derived: a room or device can be used, opening hours minus closures; claims of it lean on this."""

    resource = models.UUIDField()
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    during = DateTimeRangeField()

    class Meta:
        constraints = [
            not_empty("during", name="opening_lasts"),
            WithoutOverlaps(name="opening_key", fields=["resource"], period="during"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.during}"
