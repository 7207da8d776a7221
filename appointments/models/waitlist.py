"""Who waits for an earlier or any time, what for, and what was offered to them; times that were freed queue beside them."""

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from appointments.models.visits import Appointment
from clinic.base import Keyed, in_order, not_empty, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner, Site, User
from patients.models import BodySite, Lesion, Patient
from treatments.models import Treatment, TreatmentOrder

WAITING, OFFERED, BOOKED, WITHDRAWN, EXPIRED = "waiting", "offered", "booked", "withdrawn", "expired"
ENTRY_STATES = (WAITING, OFFERED, BOOKED, WITHDRAWN, EXPIRED)
ACCEPTED, DECLINED = "accepted", "declined"
OFFER_STATES = (OFFERED, ACCEPTED, DECLINED, EXPIRED, WITHDRAWN)
WEEK = [1, 2, 3, 4, 5, 6, 7]
"""Monday is 1."""
MOST_URGENT = 9


@tracked
class WaitlistEntry(Keyed):
    """
    A wish for a time at a site: on these days of the week (any when empty), between these hours of the site's clock, from one
    day to another, both included. `created_by` answers for the work as a booker would; a higher priority is served first.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="waitlist_entries")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    earliest = models.TimeField(null=True, blank=True)
    latest = models.TimeField(null=True, blank=True)
    first_on = models.DateField()
    last_on = models.DateField()
    order = models.ForeignKey(TreatmentOrder, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    priority = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    state = models.TextField(default=WAITING, choices=[(state, state) for state in ENTRY_STATES])
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "waitlist entries"
        constraints = [
            one_of("state", ENTRY_STATES, name="waitlist_entry_has_a_known_state"),
            in_order("first_on", "last_on", name="waitlist_days_are_in_order"),
            models.CheckConstraint(
                name="waitlist_hours_are_in_order",
                condition=Q(earliest__isnull=True) | Q(latest__isnull=True) | Q(earliest__lt=F("latest")),
            ),
            models.CheckConstraint(name="waitlist_weekdays_are_of_a_week", condition=Q(weekdays__contained_by=WEEK)),
            models.CheckConstraint(name="waitlist_priority_is_a_digit", condition=Q(priority__lte=MOST_URGENT)),
            models.CheckConstraint(
                name="waitlist_entry_that_ended_says_when",
                condition=Q(state__in=[WAITING, OFFERED], ended_at__isnull=True)
                | (~Q(state__in=[WAITING, OFFERED]) & Q(ended_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="waitlist_entry_patient_key"),
            CompositeForeignKey(
                name="waitlist_order_is_of_the_patient",
                fields=["order", "patient"],
                to="treatments.TreatmentOrder",
                to_fields=["id", "patient"],
            ),
        ]
        indexes = [
            models.Index(
                F("site"), F("priority").desc(), F("created_at"), F("id"), name="waitlist_in_order", condition=Q(state=WAITING)
            ),
        ]

    def __str__(self) -> str:
        return f"waitlist entry {self.pk}"


@tracked
class WaitlistItem(Keyed):
    """One treatment of the wish, on one lesion or at a body site; the rows of one `group` are one item of the API."""

    entry = models.ForeignKey(WaitlistEntry, models.PROTECT, related_name="items")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    group = models.PositiveSmallIntegerField()
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+", db_index=False)
    lesion = models.ForeignKey(Lesion, models.PROTECT, null=True, blank=True, related_name="+")
    body_site = models.ForeignKey(BodySite, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    depth = models.TextField(null=True, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="waitlist_item_is_of_a_lesion_or_of_a_body_site",
                condition=Q(lesion__isnull=True) | Q(body_site__isnull=True),
            ),
            CompositeForeignKey(
                name="waitlist_item_is_for_the_patient_of_its_entry",
                fields=["entry", "patient"],
                to="appointments.WaitlistEntry",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="waitlist_item_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.group} of waitlist entry {self.entry_id}"


@tracked
class WaitlistOffer(Keyed):
    """A held visit that was offered to somebody who waits, until `expires_at`."""

    entry = models.ForeignKey(WaitlistEntry, models.PROTECT, related_name="offers")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="waitlist_offers")
    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="offer")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.TextField(default=OFFERED, choices=[(state, state) for state in OFFER_STATES])
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("state", OFFER_STATES, name="waitlist_offer_has_a_known_state"),
            models.CheckConstraint(name="waitlist_offer_lasts_beyond_its_making", condition=Q(expires_at__gt=F("offered_at"))),
            models.CheckConstraint(
                name="waitlist_offer_that_ended_says_when",
                condition=Q(state=OFFERED, ended_at__isnull=True) | (~Q(state=OFFERED) & Q(ended_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["entry"], condition=Q(state=OFFERED), name="waitlist_entry_has_one_open_offer"),
            CompositeForeignKey(
                name="waitlist_offer_is_for_the_patient_who_waits",
                fields=["entry", "patient"],
                to="appointments.WaitlistEntry",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="waitlist_offer_is_of_a_visit_of_the_patient",
                fields=["appointment", "patient"],
                to="appointments.Appointment",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="open_offer_holds_its_visit",
                timing="AFTER INSERT OR UPDATE",
                function="appointment_guard_offer",
                deferred=True,
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class FreedSlot(Keyed):
    """
    A time that a visit held and holds no more, for the worker to offer; the database writes it together with the change.

    The row is gone once it was offered or nobody wanted it. `due_at` is when it is tried again after a failure; null: at once.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="+", db_index=False)
    during = DateTimeRangeField()
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [not_empty("during", name="freed_time_lasts")]

    def __str__(self) -> str:
        return f"freed {self.during}"
