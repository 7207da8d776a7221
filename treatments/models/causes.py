"""Which earlier procedure of ours a lesion came from."""

from django.db import models

from clinic.base import Keyed
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner
from patients.models import Lesion, Patient
from treatments.models.procedures import Procedure


@tracked
class LesionCause(Keyed):
    """The signed procedure behind a lesion's cause, and who said so; the word for the cause stands with the lesion."""

    lesion = models.ForeignKey(Lesion, models.PROTECT, related_name="caused_by")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="caused")
    told_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = "cause of a lesion"
        verbose_name_plural = "causes of lesions"
        constraints = [
            models.UniqueConstraint(fields=["lesion"], name="lesion_has_one_causing_procedure"),
            CompositeForeignKey(
                name="caused_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="causing_procedure_is_of_the_patient",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="causing_procedure_fits_the_lesion",
                timing="BEFORE INSERT OR UPDATE",
                function="treatments_guard_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesion_id} came from {self.procedure_id}"
