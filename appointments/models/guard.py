"""
What live visits occupy and what they lean on.

Both tables are derived by the triggers of the visits and items, and hold only what is live. Nobody else writes them.
"""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from appointments.models.visits import Appointment, AppointmentItem
from clinic.base import not_empty
from clinic.constraints import CompositeForeignKey, PeriodForeignKey, Trigger, WithoutOverlaps, derived
from clinic.models import Practitioner, Site
from clinic.scopes import ON_SITE_LEVELS
from patients.models import Lesion


class ResourceClaim(models.Model):
    """Somebody or something is taken by a visit: practitioner, room, device, patient, supervisor or a supervisor's seat."""

    resource = models.UUIDField()
    kind = models.TextField()
    during = DateTimeRangeField()
    opening = models.UUIDField(null=True)
    appointment = models.ForeignKey(Appointment, models.DO_NOTHING, related_name="claims")

    class Meta:
        constraints = [
            not_empty("during", name="claim_lasts"),
            WithoutOverlaps(name="claim_is_free", fields=["resource"], period="during"),
            PeriodForeignKey(
                name="claimed_resource_is_open",
                fields=["opening"],
                period="during",
                to="clinic.Opening",
                to_fields=["resource"],
                to_period="during",
            ),
            derived("claim_is_derived"),
            Trigger(
                name="claim_leaves_a_complete_visit",
                timing="AFTER UPDATE OR DELETE",
                function="appointment_guard_complete",
                deferred=True,
            ),
        ]
        indexes = [
            models.Index(fields=["opening"], name="claim_opening", condition=Q(opening__isnull=False)),
            # Claims of one resource never overlap: of those before a span only the last can reach into it.
            models.Index(fields=["resource", "during"], include=["appointment"], name="claim_by_resource_and_start"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resource} {self.during}"


def _covered_by(name: str, fields: list[str], period: str, to: str, to_fields: list[str], to_period: str) -> PeriodForeignKey:
    return PeriodForeignKey(name=name, fields=fields, period=period, to=to, to_fields=to_fields, to_period=to_period)


PRIVILEGE_KEY = ["practitioner", "site", "profession", "scope", "supervision"]


class Authority(models.Model):
    """Why one item of a live visit is lawful; each key says who must hold what, for the whole time."""

    item = models.OneToOneField(AppointmentItem, models.DO_NOTHING, primary_key=True, related_name="authority")
    appointment = models.ForeignKey(Appointment, models.DO_NOTHING, related_name="authorities")
    practitioner = models.ForeignKey(Practitioner, models.DO_NOTHING, related_name="+", db_index=False)
    site = models.ForeignKey(Site, models.DO_NOTHING, related_name="+", db_index=False)
    profession = models.TextField()
    scope = models.TextField()
    restricted = models.BooleanField()
    supervision = models.TextField()
    supervisor = models.ForeignKey(Practitioner, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    supervisor_profession = models.TextField(null=True)
    during = DateTimeRangeField()
    blocked = DateTimeRangeField()
    lesion = models.ForeignKey(Lesion, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    region = models.TextField()
    lesion_depth = models.TextField(null=True)
    authorised_by = models.ForeignKey(Practitioner, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    authorised_profession = models.TextField(null=True)
    authorised_at = DateTimeRangeField(null=True)
    supervisor_level = models.GeneratedField(
        expression=Case(When(supervisor__isnull=False, then=Value("none")), output_field=models.TextField()),
        output_field=models.TextField(null=True),
        db_persist=True,
    )
    present_supervisor = models.GeneratedField(
        expression=Case(When(supervision__in=sorted(ON_SITE_LEVELS), then=F("supervisor")), output_field=models.UUIDField()),
        output_field=models.UUIDField(null=True),
        db_persist=True,
    )
    authoriser_level = models.GeneratedField(
        expression=Case(When(authorised_by__isnull=False, then=Value("none")), output_field=models.TextField()),
        output_field=models.TextField(null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name_plural = "authorities"
        indexes = [
            models.Index(fields=["practitioner"], name="authority_practitioner"),
            models.Index(fields=["supervisor"], name="authority_supervisor", condition=Q(supervisor__isnull=False)),
            models.Index(
                fields=["present_supervisor"], name="authority_present", condition=Q(present_supervisor__isnull=False)
            ),
            models.Index(fields=["authorised_by"], name="authority_authoriser", condition=Q(authorised_by__isnull=False)),
            models.Index(fields=["lesion"], name="authority_lesion", condition=Q(lesion__isnull=False)),
        ]
        constraints = [
            not_empty("during", name="authority_lasts"),
            models.CheckConstraint(
                name="supervised_work_has_a_supervisor",
                condition=Q(supervision="none", supervisor__isnull=True, supervisor_profession__isnull=True)
                | (~Q(supervision="none") & Q(supervisor__isnull=False, supervisor_profession__isnull=False)),
            ),
            models.CheckConstraint(
                name="supervisor_is_somebody_else",
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("practitioner")),
            ),
            models.CheckConstraint(
                name="restricted_work_has_an_authorised_booker",
                condition=Q(restricted=False)
                | Q(
                    authorised_by__isnull=False,
                    authorised_profession__isnull=False,
                    authorised_at__isnull=False,
                ),
            ),
            _covered_by("performer_is_privileged", PRIVILEGE_KEY, "during", "clinic.Privilege", PRIVILEGE_KEY, "valid"),
            _covered_by(
                "performer_is_on_shift", ["practitioner", "site"], "blocked", "clinic.Shift", ["practitioner", "site"], "during"
            ),
            _covered_by(
                "supervisor_has_agreed",
                ["supervisor", "practitioner", "site", "scope", "supervision"],
                "during",
                "clinic.SupervisionCover",
                ["supervisor", "practitioner", "site", "scope", "supervision"],
                "valid",
            ),
            _covered_by(
                "supervisor_is_privileged",
                ["supervisor", "site", "supervisor_profession", "scope", "supervisor_level"],
                "during",
                "clinic.Privilege",
                PRIVILEGE_KEY,
                "valid",
            ),
            _covered_by(
                "supervisor_is_on_shift",
                ["present_supervisor", "site"],
                "during",
                "clinic.Shift",
                ["practitioner", "site"],
                "during",
            ),
            _covered_by(
                "booker_is_authorised",
                ["authorised_by", "site", "authorised_profession", "scope", "authoriser_level"],
                "authorised_at",
                "clinic.Privilege",
                PRIVILEGE_KEY,
                "valid",
            ),
            CompositeForeignKey(
                name="item_is_of_what_its_lesion_is",
                fields=["lesion", "region", "lesion_depth"],
                to="patients.Lesion",
                to_fields=["id", "authority_region", "depth"],
            ),
            derived("authority_is_derived"),
            Trigger(
                name="authority_leaves_a_complete_visit",
                timing="AFTER UPDATE OR DELETE",
                function="appointment_guard_complete",
                deferred=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner_id}: {self.scope} {self.during}"
