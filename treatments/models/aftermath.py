"""What is added to a signed procedure: words that amend it, and complications, seen at once or later."""

from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner
from patients.models import Lesion, Patient
from treatments.models.kept import kept_with_its_procedure
from treatments.models.procedures import Procedure

SEVERITIES = ("mild", "moderate", "severe")


@tracked
class Addendum(Keyed):
    """A signed amendment; it is only ever added."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="addenda")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    signed_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "addenda"
        constraints = [
            models.CheckConstraint(name="addendum_says_something", condition=~Q(text="")),
            models.UniqueConstraint(fields=["id", "procedure"], name="addendum_procedure_key"),
            CompositeForeignKey(
                name="addendum_is_for_the_patient_of_its_procedure",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            Trigger(name="addendum_is_to_a_signed_procedure", timing="BEFORE INSERT", function="addendum_is_added"),
            Trigger(name="addendum_is_kept", timing="BEFORE UPDATE OR DELETE", function="addendum_is_kept"),
            Trigger(
                name="addenda_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="procedure_is_never_emptied",
                rest="FOR EACH STATEMENT",
            ),
        ]

    def __str__(self) -> str:
        return f"addendum to {self.procedure_id}"


@tracked
class Complication(Keyed):
    """Something that went wrong; one seen after the signature comes with an addendum."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="complications")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_index=False)
    addendum = models.ForeignKey(Addendum, models.PROTECT, null=True, blank=True, related_name="complications")
    lesion = models.ForeignKey(Lesion, models.PROTECT, null=True, blank=True, related_name="complications")
    kind = models.SlugField()
    severity = models.TextField(default="mild", choices=[(word, word) for word in SEVERITIES])
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("severity", SEVERITIES, name="complication_has_a_known_severity"),
            models.CheckConstraint(name="complication_has_a_kind", condition=~Q(kind="")),
            CompositeForeignKey(
                name="complication_is_for_the_patient_of_its_procedure",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="complication_is_told_by_its_addendum",
                fields=["addendum", "procedure"],
                to="treatments.Addendum",
                to_fields=["id", "procedure"],
            ),
            CompositeForeignKey(
                name="complicated_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            *kept_with_its_procedure("complication"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.severity})"
