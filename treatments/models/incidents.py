"""What happened against the rules, or went badly wrong: told once, reviewed by somebody else, closed with measures."""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Site, User
from patients.models import Lesion, Patient
from treatments.models.encounters import Encounter
from treatments.models.procedures import Procedure

REPORTED, REVIEWED, CLOSED = "open", "reviewed", "closed"
INCIDENT_STATUSES = (REPORTED, REVIEWED, CLOSED)


@tracked
class Incident(Keyed):
    """One incident of a stay; `procedure` is the draft that could not be signed because of it, where there is one."""

    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="incidents")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="incidents")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, blank=True, related_name="incidents")
    kind = models.SlugField()
    what_happened = models.TextField()
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    status = models.TextField(default=REPORTED, choices=[(word, word) for word in INCIDENT_STATUSES])
    finding = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    measures = models.TextField(blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("status", INCIDENT_STATUSES, name="incident_has_a_known_status"),
            models.CheckConstraint(name="incident_says_what_happened", condition=~Q(what_happened="") & ~Q(kind="")),
            models.CheckConstraint(
                name="incident_is_reviewed_by_somebody_else",
                condition=Q(status=REPORTED, reviewed_by__isnull=True, reviewed_at__isnull=True)
                | (~Q(status=REPORTED) & ~Q(finding="") & ~Q(reviewed_by=F("reported_by")) & Q(reviewed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="incident_is_closed_with_measures",
                condition=(~Q(status=CLOSED) & Q(closed_by__isnull=True, closed_at__isnull=True))
                | (Q(status=CLOSED, closed_by__isnull=False, closed_at__isnull=False) & ~Q(measures="")),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="incident_patient_key"),
            CompositeForeignKey(
                name="incident_is_of_its_encounter",
                fields=["encounter", "patient", "site"],
                to="treatments.Encounter",
                to_fields=["id", "patient", "site"],
            ),
            CompositeForeignKey(
                name="incident_is_about_a_procedure_of_the_patient",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            Trigger(name="incident_is_reported_first", timing="BEFORE INSERT", function="incident_is_reported_first"),
            Trigger(
                name="incident_follows_its_course", timing="BEFORE UPDATE OR DELETE", function="incident_follows_its_course"
            ),
            Trigger(
                name="incidents_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="procedure_is_never_emptied",
                rest="FOR EACH STATEMENT",
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}: {self.kind}"


@tracked
class IncidentLesion(Keyed):
    """A lesion that the incident concerns; named with the report and kept with it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="concerned")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    lesion = models.ForeignKey(Lesion, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "lesion"], name="incident_names_a_lesion_once"),
            CompositeForeignKey(
                name="concerned_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="concerned_lesion_is_of_its_incident",
                fields=["incident", "patient"],
                to="treatments.Incident",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="concerned_lesion_is_kept",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
                function="incident_lesion_is_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesion_id} in {self.incident_id}"
