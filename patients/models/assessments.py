"""What a clinician found: signed when made, never edited."""

from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.history import tracked
from clinic.models import Practitioner
from clinic.scopes import PROFESSIONS
from patients.models.lesions import CERTAINTIES, Diagnosis, Lesion, MiliaType
from patients.models.people import Patient


@tracked
class Assessment(Keyed):
    """One finding for lesions that share it; one by a PA or NP confirms only when a physician co-signed it."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="assessments")
    lesions = models.ManyToManyField(Lesion, related_name="assessments")
    signed_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    profession = models.TextField()
    signed_at = models.DateTimeField()
    diagnosis = models.ForeignKey(Diagnosis, models.PROTECT, null=True, blank=True, related_name="+")
    certainty = models.TextField(default="none", choices=[(word, word) for word in CERTAINTIES])
    milia_type = models.ForeignKey(MiliaType, models.PROTECT, null=True, blank=True, related_name="+")
    depth = models.TextField(blank=True)
    region = models.TextField(blank=True)
    region_verified = models.BooleanField(null=True, blank=True)
    suspicious = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)
    cosigned_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    cosigned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("profession", PROFESSIONS, name="assessment_is_signed_in_a_known_profession"),
            one_of("certainty", CERTAINTIES, name="assessment_has_a_known_certainty"),
            models.CheckConstraint(
                name="assessment_is_cosigned_by_another",
                condition=Q(cosigned_by__isnull=True) | ~Q(cosigned_by=F("signed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


@tracked
class AssessedLesion(Assessment.lesions.through):
    """A lesion that an assessment is about; the rows of its many-to-many table, so that they have a history too."""

    class Meta:
        proxy = True
