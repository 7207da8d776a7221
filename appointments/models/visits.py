"""Visits and their items, as people write them. What they occupy and lean on, the database derives (guard.py)."""

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat

from appointments.policies.statuses import BOOKED, HELD, LIVE, STATUSES
from clinic.base import Keyed, not_empty, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner, Room, Seat, Site, User
from clinic.scopes import EYELID, HANDS_ON, LESION_DEPTHS, LEVELS, PIERCING, PROFESSIONS, REGIONS
from patients.models import BodySite, Lesion, Patient
from treatments.models import Encounter, OrderItem, Treatment

GUARDED = (
    *(
        f"{{0}}.{column}"
        for column in (
            "patient_id",
            "site_id",
            "practitioner_id",
            "profession",
            "room_id",
            "devices",
            "supervision",
            "supervisor_id",
            "supervisor_profession",
            "seat_id",
            "during",
            "blocked",
        )
    ),
    "appointment_is_live({0}.status)",
    "appointment_is_staffed({0}.status)",
)
GUARDED_CHANGED = " IS DISTINCT FROM ".join(f"({', '.join(GUARDED).format(row)})" for row in ("old", "new"))


@tracked
class Appointment(Keyed):
    """
    A visit: `during` is the treatment, `blocked` adds the buffers (UTC ranges, half-open).

    `supervision` is the strictest level of its items; `seat` is the supervisor's place that it takes.
    `decision` is the snapshot of why it was allowed. `revision` counts every move. A held visit ends at `held_until` by itself.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="appointments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="appointments", db_index=False)
    profession = models.TextField()
    room = models.ForeignKey(Room, models.PROTECT, related_name="+", db_index=False)
    devices = ArrayField(models.UUIDField(), default=list, blank=True)
    supervision = models.TextField(default="none")
    supervisor = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    supervisor_profession = models.TextField(null=True, blank=True)
    seat = models.ForeignKey(Seat, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    during = DateTimeRangeField()
    blocked = DateTimeRangeField()
    status = models.TextField(default=BOOKED, choices=[(status, status) for status in STATUSES])
    revision = models.PositiveIntegerField(default=1)
    booked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    booked_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    previous_starts = ArrayField(models.DateTimeField(), default=list, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="USD")
    decision = models.JSONField(default=dict)
    reassignment_reason = models.TextField(blank=True)
    needs_reassignment_since = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)
    encounter = models.OneToOneField(Encounter, models.PROTECT, null=True, blank=True, related_name="appointment")

    class Meta:
        constraints = [
            not_empty("during", name="visit_lasts"),
            models.CheckConstraint(name="visit_lies_within_what_it_blocks", condition=Q(blocked__contains=F("during"))),
            one_of("status", STATUSES, name="visit_has_a_known_status"),
            one_of("profession", PROFESSIONS, name="visit_is_done_in_a_known_profession"),
            one_of("supervision", LEVELS, name="visit_has_a_known_level_of_supervision"),
            models.CheckConstraint(
                name="visit_has_a_supervisor_when_supervised",
                condition=Q(
                    supervision="none",
                    supervisor__isnull=True,
                    supervisor_profession__isnull=True,
                    seat__isnull=True,
                )
                | (
                    ~Q(supervision="none")
                    & Q(supervisor__isnull=False, supervisor_profession__isnull=False, seat__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="nobody_supervises_themselves",
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("practitioner")),
            ),
            models.CheckConstraint(
                name="held_visit_says_until_when",
                condition=Q(status=HELD, held_until__isnull=False) | (~Q(status=HELD) & Q(held_until__isnull=True)),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="visit_patient_key"),
            CompositeForeignKey(
                name="visit_room_is_at_its_site", fields=["room", "site"], to="clinic.Room", to_fields=["id", "site"]
            ),
            CompositeForeignKey(
                name="visit_seat_is_of_its_supervisor",
                fields=["seat", "supervisor"],
                to="clinic.Seat",
                to_fields=["id", "practitioner"],
            ),
            Trigger(
                name="visit_follows_its_course",
                timing="BEFORE UPDATE",
                function="appointment_guard_course",
                rest=f"FOR EACH ROW WHEN (old.status <> new.status OR {GUARDED_CHANGED})",
            ),
            Trigger(name="visit_guard_insert", timing="AFTER INSERT", function="appointment_guard"),
            Trigger(
                name="visit_guard_update",
                timing="AFTER UPDATE",
                function="appointment_guard",
                rest=f"FOR EACH ROW WHEN (old.status <> new.status OR {GUARDED_CHANGED})",
            ),
            Trigger(name="visit_guard_delete", timing="BEFORE DELETE", function="appointment_guard_gone"),
            Trigger(
                name="visit_is_complete",
                timing="AFTER INSERT OR UPDATE",
                function="appointment_guard_complete",
                deferred=True,
            ),
            Trigger(
                name="visit_frees_its_time",
                timing="AFTER UPDATE",
                function="appointment_note_freed",
                rest=f"FOR EACH ROW WHEN (old.status <> new.status OR {GUARDED_CHANGED})",
            ),
            Trigger(
                name="held_visit_takes_its_offer_along",
                timing="AFTER UPDATE",
                function="appointment_guard_offer",
                rest="FOR EACH ROW WHEN (old.status = 'held' AND new.status <> 'held')",
                deferred=True,
            ),
        ]
        indexes = [
            models.Index(F("site"), F("during__startswith"), name="visit_by_site_and_start"),
            models.Index(F("practitioner"), F("during__startswith"), name="visit_by_practitioner"),
            models.Index(
                fields=["needs_reassignment_since"],
                name="visit_to_reassign",
                condition=Q(status="needs_reassignment"),
            ),
            models.Index(F("during__endswith"), name="visit_live_by_end", condition=Q(status__in=LIVE)),
            models.Index(fields=["held_until"], name="visit_held_until", condition=Q(status=HELD)),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"

    @property
    def start(self):
        return self.during.lower

    @property
    def end(self):
        return self.during.upper


@tracked
class AppointmentItem(Keyed):
    """
    One act on one lesion (or body site); the rows of one `group` are one item of the API.

    `authorised_by` is who answers for restricted work: the booking practitioner, or the signer of the order;
    `authorised_at` is the moment of booking, when that authority was relied on.
    """

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="items")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    group = models.UUIDField()
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+", db_index=False)
    minutes = models.PositiveSmallIntegerField()
    lesion = models.ForeignKey(Lesion, models.PROTECT, null=True, blank=True, related_name="appointment_items")
    lesion_depth = models.TextField(null=True, blank=True)
    body_site = models.ForeignKey(BodySite, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    act = models.TextField()
    depth = models.TextField()
    region = models.TextField()
    supervision = models.TextField(default="none")
    authorised_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    authorised_profession = models.TextField(null=True, blank=True)
    authorised_at = models.DateTimeField(null=True, blank=True)
    order_item = models.ForeignKey(OrderItem, models.PROTECT, null=True, blank=True, related_name="appointment_items")
    holds_order = models.BooleanField(default=True)
    scope = models.GeneratedField(
        expression=Concat(F("act"), Value("/"), F("depth"), Value("@"), F("region"), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    restricted = models.GeneratedField(
        expression=Case(
            When(act__in=sorted(PIERCING), then=Value(True)),
            When(act__in=sorted(HANDS_ON), region=EYELID, then=Value(True)),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            one_of("supervision", LEVELS, name="item_has_a_known_level_of_supervision"),
            one_of("region", REGIONS, name="item_has_a_known_region"),
            models.CheckConstraint(
                name="item_knows_the_depth_of_its_lesion",
                condition=Q(lesion__isnull=True, lesion_depth__isnull=True)
                | Q(lesion__isnull=False, lesion_depth__in=LESION_DEPTHS),
            ),
            models.CheckConstraint(
                name="item_is_of_a_lesion_or_of_a_body_site",
                condition=Q(lesion__isnull=True) | Q(body_site__isnull=True),
            ),
            models.CheckConstraint(
                name="item_of_unknown_place_counts_as_eyelid",
                condition=Q(lesion__isnull=False) | Q(body_site__isnull=False) | Q(region=EYELID),
            ),
            models.CheckConstraint(
                name="lancet_reaches_its_lesion",
                condition=~Q(act="lancet_extraction")
                | Q(lesion__isnull=False, depth="dermal")
                | Q(lesion__isnull=False, depth="epidermal", lesion_depth__in=["epidermal", "stratum_corneum"])
                | Q(lesion__isnull=False, depth="stratum_corneum", lesion_depth="stratum_corneum"),
            ),
            models.CheckConstraint(
                name="restricted_item_has_an_authoriser",
                condition=Q(restricted=False)
                | Q(
                    authorised_by__isnull=False,
                    authorised_profession__isnull=False,
                    authorised_at__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                fields=["order_item"], condition=Q(holds_order=True), name="order_item_stands_in_one_visit"
            ),
            CompositeForeignKey(
                name="item_is_for_the_patient_of_its_visit",
                fields=["appointment", "patient"],
                to="appointments.Appointment",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="item_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="item_act_is_of_its_treatment",
                fields=["treatment", "act", "depth"],
                to="treatments.TreatmentAct",
                to_fields=["treatment", "act", "depth"],
            ),
            CompositeForeignKey(
                name="item_region_is_of_its_body_site",
                fields=["body_site", "region"],
                to="patients.BodySite",
                to_fields=["id", "authority_region"],
            ),
            Trigger(name="item_guard", timing="AFTER INSERT OR UPDATE", function="appointment_guard_item"),
            Trigger(name="item_guard_delete", timing="BEFORE DELETE", function="appointment_guard_gone"),
            Trigger(
                name="item_leaves_a_complete_visit",
                timing="AFTER UPDATE OR DELETE",
                function="appointment_guard_complete",
                deferred=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act}/{self.depth}@{self.region}"
