"""What a patient tells about a lesion, until a clinician makes a lesion of it or not."""

from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import User
from patients.models.lesions import LATERALITIES, BodySite, Lesion
from patients.models.people import Patient
from patients.policies.charts import CHARTS

REPORTED, ACCEPTED, DECLINED = "reported", "accepted", "declined"
REPORT_STATES = (REPORTED, ACCEPTED, DECLINED)


@tracked
class LesionReport(Keyed):
    """
    A lesion in the patient's own words: a draft that nothing can be booked for, ordered or signed about.

    Accepted, it names the lesion that was noted from it; declined, the reason. Then it stays as it is.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="lesion_reports")
    body_site = models.ForeignKey(BodySite, models.PROTECT, related_name="+")
    laterality = models.TextField(blank=True, choices=[(word, word) for word in LATERALITIES])
    words = models.TextField(blank=True)
    count = models.PositiveSmallIntegerField(default=1)
    first_noted_on = models.DateField(null=True, blank=True)
    chart = models.TextField(blank=True, choices=[(word, word) for word in CHARTS])
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    painful = models.BooleanField(null=True, blank=True)
    red = models.BooleanField(null=True, blank=True)
    picked = models.BooleanField(null=True, blank=True)
    products = models.TextField(blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    state = models.TextField(default=REPORTED, choices=[(word, word) for word in REPORT_STATES])
    lesion = models.OneToOneField(Lesion, models.PROTECT, null=True, blank=True, related_name="report")
    decline_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("state", REPORT_STATES, name="report_has_a_known_state"),
            models.CheckConstraint(name="report_counts_at_least_one", condition=Q(count__gte=1)),
            models.CheckConstraint(
                name="reported_lesion_lies_on_its_chart",
                condition=Q(chart="", x__isnull=True, y__isnull=True)
                | Q(chart__in=CHARTS, x__isnull=False, y__isnull=False, x__range=(0, 1), y__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="accepted_report_has_a_lesion",
                condition=Q(state=ACCEPTED, lesion__isnull=False) | (~Q(state=ACCEPTED) & Q(lesion__isnull=True)),
            ),
            models.CheckConstraint(
                name="declined_report_has_a_reason",
                condition=(Q(state=DECLINED) & ~Q(decline_reason="")) | (~Q(state=DECLINED) & Q(decline_reason="")),
            ),
            models.CheckConstraint(
                name="report_is_decided_by_somebody",
                condition=Q(state=REPORTED, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=REPORTED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            CompositeForeignKey(
                name="reported_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            Trigger(name="decided_report_is_not_changed", timing="BEFORE UPDATE OR DELETE", function="patients_report_decided"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
