"""What a clinician found: signed when made, never edited."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.base import Keyed, one_of
from clinic.constraints import Trigger
from clinic.history import tracked
from clinic.models import Practitioner
from clinic.scopes import PROFESSIONS
from patients.models.lesions import CERTAINTIES, Diagnosis, Lesion, MiliaType
from patients.models.people import Patient
from patients.policies.findings import CONFIRMED, DIAGNOSING, REFUTED


@tracked
class Assessment(Keyed):
    """
    One finding for lesions that share it; one by a PA or NP confirms only when a physician co-signed it.

    `excluded` and `suspected` are codes of the diagnoses that it might have been and is not, or may still be.
    `lesion_count` is how many lesions it was signed for: no other joins them afterwards.
    """

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
    excluded = ArrayField(models.SlugField(), default=list, blank=True)
    suspected = ArrayField(models.SlugField(), default=list, blank=True)
    dermoscopy = models.TextField(blank=True)
    note = models.TextField(blank=True)
    lesion_count = models.PositiveSmallIntegerField(default=1)
    cosigned_by = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    cosigned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("profession", PROFESSIONS, name="assessment_is_signed_in_a_known_profession"),
            one_of("certainty", CERTAINTIES, name="assessment_has_a_known_certainty"),
            models.CheckConstraint(
                name="diagnosis_is_settled_by_a_profession_that_diagnoses",
                condition=~Q(certainty__in=[CONFIRMED, REFUTED]) | Q(profession__in=DIAGNOSING),
            ),
            models.CheckConstraint(
                name="settled_assessment_names_its_diagnosis", condition=Q(certainty="none") | Q(diagnosis__isnull=False)
            ),
            models.CheckConstraint(name="assessment_is_about_a_lesion", condition=Q(lesion_count__gte=1)),
            models.CheckConstraint(
                name="assessment_is_cosigned_by_another",
                condition=Q(cosigned_by__isnull=True) | ~Q(cosigned_by=F("signed_by")),
            ),
            models.CheckConstraint(
                name="assessment_is_cosigned_at_a_moment",
                condition=Q(cosigned_by__isnull=True, cosigned_at__isnull=True)
                | Q(cosigned_by__isnull=False, cosigned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_excludes_or_suspects_a_diagnosis", condition=~Q(excluded__overlap=F("suspected"))
            ),
            Trigger(name="assessment_names_known_diagnoses", timing="BEFORE INSERT", function="patients_assessment_codes"),
            Trigger(
                name="signed_assessment_is_not_changed",
                timing="BEFORE UPDATE OR DELETE",
                function="patients_assessment_is_signed",
            ),
            Trigger(
                name="signed_assessments_are_kept",
                timing="BEFORE TRUNCATE",
                function="patients_assessment_is_signed",
                rest="FOR EACH STATEMENT",
            ),
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


@tracked
class AssessedLesion(Assessment.lesions.through):
    """A lesion that an assessment is about; the rows of its many-to-many table, so that they have a history too."""

    class Meta:
        proxy = True
