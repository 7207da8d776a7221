"""A finding that somebody else has to look at, followed until the answer is there."""

from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner, Site, User
from patients.models.assessments import Assessment
from patients.models.lesions import Lesion
from patients.models.people import Patient
from patients.policies.courses import BOOKED, CLOSED, DECLINED, OPEN, REFERRAL_STATUSES
from patients.policies.referring import DESTINATIONS, OUTCOMES, SOON, URGENCIES


@tracked
class Referral(Keyed):
    """
    Some lesions of a patient, referred to a specialty; `site` is where the staff follow it.

    `assessment` is the finding that opened it by itself. `outcome` is what came of it, `decline_reason` why nobody went.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="referrals")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    to = models.TextField(choices=[(word, word) for word in DESTINATIONS])
    urgency = models.TextField(default=SOON, choices=[(word, word) for word in URGENCIES])
    reason = models.TextField()
    assessment = models.ForeignKey(Assessment, models.PROTECT, null=True, blank=True, related_name="referrals")
    opened_by = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    status = models.TextField(default=OPEN, choices=[(word, word) for word in REFERRAL_STATUSES])
    booked_with = models.TextField(blank=True)
    booked_for = models.DateTimeField(null=True, blank=True)
    seen_on = models.DateField(null=True, blank=True)
    outcome = models.TextField(blank=True, choices=[(word, word) for word in OUTCOMES])
    outcome_note = models.TextField(blank=True)
    decline_reason = models.TextField(blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("to", DESTINATIONS, name="referral_goes_to_a_known_specialty"),
            one_of("urgency", URGENCIES, name="referral_has_a_known_urgency"),
            one_of("status", REFERRAL_STATUSES, name="referral_has_a_known_status"),
            models.CheckConstraint(name="referral_gives_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="booked_referral_has_a_time", condition=~Q(status=BOOKED) | Q(booked_for__isnull=False)
            ),
            models.CheckConstraint(
                name="closed_referral_has_its_outcome",
                condition=Q(status=CLOSED, outcome__in=list(OUTCOMES)) | (~Q(status=CLOSED) & Q(outcome="")),
            ),
            models.CheckConstraint(
                name="declined_referral_has_its_reason",
                condition=(Q(status=DECLINED) & ~Q(decline_reason="")) | (~Q(status=DECLINED) & Q(decline_reason="")),
            ),
            models.CheckConstraint(
                name="referral_is_ended_by_somebody",
                condition=Q(status__in=[CLOSED, DECLINED], ended_by__isnull=False, ended_at__isnull=False)
                | (~Q(status__in=[CLOSED, DECLINED]) & Q(ended_by__isnull=True, ended_at__isnull=True)),
            ),
            models.UniqueConstraint(fields=["id", "patient"], name="referral_patient_key"),
            Trigger(name="referral_follows_its_course", timing="BEFORE UPDATE", function="patients_referral_course"),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="referral_to_follow", condition=~Q(status__in=[CLOSED, DECLINED])),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"


@tracked
class ReferredLesion(Keyed):
    """A lesion of the patient that the referral is about."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="items")
    lesion = models.ForeignKey(Lesion, models.PROTECT, related_name="referred")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "lesion"], name="lesion_is_referred_once"),
            CompositeForeignKey(
                name="referred_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="referral_is_of_the_patient_of_its_lesions",
                fields=["referral", "patient"],
                to="patients.Referral",
                to_fields=["id", "patient"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesion_id} of {self.referral_id}"
