"""What patients answer about the healing: each answer is a report of its own, and only ever added."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import User
from patients.models import Patient, Photo
from treatments.models.procedures import Procedure
from treatments.policies.aftercare import (
    DISCHARGE,
    FEVER,
    LANGUAGES,
    PAIN_AT_MOST,
    PUS,
    PUS_SEEN,
    RED_FLAGS,
    REDNESS,
    SPREADING,
    SPREADING_REDNESS,
    STRONG_PAIN,
    STRONG_PAIN_FELT,
    VISION,
    WORDS_AT_MOST,
)


def _flagged(code: str, answer: Q) -> Q:
    return ~answer | Q(red_flags__contains=[code])


@tracked
class AftercareReport(Keyed):
    """
    What a patient answers about the healing after a procedure, with what of it cannot wait (`red_flags`).

    `submission` is the key under which it was sent, so that the same answers are kept once. `entered_by` is who wrote it
    down for the patient, null when the patient did. `pain` goes from 0 to 10.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="aftercare_reports")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="aftercare_reports")
    submission = models.UUIDField()
    answered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.TextField(choices=[(word, word) for word in LANGUAGES])
    redness = models.TextField(choices=[(word, word) for word in REDNESS])
    pain = models.PositiveSmallIntegerField()
    discharge = models.TextField(choices=[(word, word) for word in DISCHARGE])
    fever = models.BooleanField()
    vision_changed = models.BooleanField()
    lid_swollen = models.BooleanField()
    words = models.CharField(max_length=WORDS_AT_MOST, blank=True)
    photo = models.OneToOneField(Photo, models.PROTECT, null=True, blank=True, related_name="+")
    red_flags = ArrayField(models.TextField(choices=[(code, code) for code in RED_FLAGS]), default=list, blank=True)

    class Meta:
        constraints = [
            one_of("language", LANGUAGES, name="aftercare_report_is_in_a_known_language"),
            one_of("redness", REDNESS, name="aftercare_report_knows_the_redness"),
            one_of("discharge", DISCHARGE, name="aftercare_report_knows_the_discharge"),
            models.CheckConstraint(name="aftercare_pain_is_at_most_ten", condition=Q(pain__lte=PAIN_AT_MOST)),
            models.CheckConstraint(
                name="aftercare_report_knows_its_red_flags", condition=Q(red_flags__contained_by=list(RED_FLAGS))
            ),
            models.CheckConstraint(
                name="aftercare_report_hides_no_red_flag",
                condition=_flagged(SPREADING_REDNESS, Q(redness=SPREADING))
                & _flagged(PUS_SEEN, Q(discharge=PUS))
                & _flagged(FEVER, Q(fever=True))
                & _flagged(VISION, Q(vision_changed=True))
                & _flagged(STRONG_PAIN_FELT, Q(pain__gte=STRONG_PAIN)),
            ),
            models.UniqueConstraint(fields=["procedure", "submission"], name="aftercare_answers_are_kept_once"),
            CompositeForeignKey(
                name="aftercare_report_is_of_the_patient_of_its_procedure",
                fields=["procedure", "patient"],
                to="treatments.Procedure",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="aftercare_photo_is_of_the_patient",
                fields=["photo", "patient"],
                to="patients.Photo",
                to_fields=["id", "patient"],
            ),
            Trigger(
                name="aftercare_report_is_about_signed_work",
                timing="BEFORE INSERT",
                function="treatments_guard_aftercare",
            ),
            Trigger(
                name="red_flag_opens_an_urgent_task",
                timing="AFTER INSERT",
                function="treatments_check_red_flag",
                rest="FOR EACH ROW WHEN (cardinality(new.red_flags) > 0)",
                deferred=True,
            ),
            Trigger(
                name="aftercare_report_is_kept",
                timing="BEFORE UPDATE OR DELETE",
                function="treatments_keep_aftercare",
            ),
            Trigger(
                name="aftercare_reports_are_never_emptied",
                timing="BEFORE TRUNCATE",
                function="procedure_is_never_emptied",
                rest="FOR EACH STATEMENT",
            ),
        ]
        indexes = [models.Index(fields=["procedure", "answered_at"], name="aftercare_by_procedure")]

    def __str__(self) -> str:
        return f"aftercare report {self.pk}"
