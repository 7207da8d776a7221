"""The lesion as a lasting record, and the catalogues that describe it."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.scopes import EYELID, LESION_DEPTHS, PERIOCULAR, REGIONS, UNKNOWN
from patients.models.people import Patient
from patients.policies.appearance import CAUSES, COLOURS
from patients.policies.charts import CHARTS
from patients.policies.courses import LESION_STATUSES, WATCHING
from patients.policies.findings import KINDS

LATERALITIES = ("left", "right", "midline")
CERTAINTIES = ("none", "provisional", "confirmed", "refuted")


class BodySite(Keyed):
    """A place on the body. One that borders the eye counts as eyelid until a clinician has verified the region."""

    code = models.SlugField(unique=True)
    name = models.TextField()
    region = models.TextField()
    icd10cm = models.TextField(blank=True)
    hcpcs = models.TextField(blank=True)
    snomed = models.TextField(blank=True)
    authority_region = models.GeneratedField(
        expression=Case(When(region=PERIOCULAR, then=Value(EYELID)), default=F("region"), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            one_of("region", REGIONS, name="body_site_has_a_known_region"),
            models.UniqueConstraint(fields=["id", "authority_region"], name="body_site_region_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Diagnosis(Keyed):
    """A diagnosis that an assessment may name; the catalogue stays open."""

    code = models.SlugField(unique=True)
    name = models.TextField()
    icd10cm = models.TextField(blank=True)
    kind = models.TextField()

    class Meta:
        constraints = [one_of("kind", KINDS, name="diagnosis_has_a_known_kind")]

    def __str__(self) -> str:
        return self.name


class MiliaType(Keyed):
    """A type of milia, with what it means for treatment."""

    code = models.SlugField(unique=True)
    name = models.TextField()
    guidance = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


@tracked
class Lesion(Keyed):
    """
    One lesion, or a cluster that shares site, region and depth.

    `region` comes from the body site until an assessment corrects it; `authority_region` is what rules judge:
    near the eye and unverified counts as eyelid. Diagnosis, certainty, suspicion, region and depth change through
    assessments alone, in `patients.services.assessments`. A record that turned out to be the same lesion as another names
    that one in `merged_into` from then on, and is judged as it is; whatever was signed about it stays as it was signed.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="lesions")
    body_site = models.ForeignKey(BodySite, models.PROTECT, related_name="+")
    laterality = models.TextField(blank=True, choices=[(word, word) for word in LATERALITIES])
    chart = models.TextField(blank=True, choices=[(word, word) for word in CHARTS])
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    milia_type = models.ForeignKey(MiliaType, models.PROTECT, null=True, blank=True, related_name="+")
    depth = models.TextField(default=UNKNOWN, choices=[(word, word) for word in LESION_DEPTHS])
    size_mm = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    count = models.PositiveSmallIntegerField(default=1)
    first_noted_on = models.DateField(null=True, blank=True)
    colour = models.TextField(blank=True, choices=[(word, word) for word in COLOURS])
    hard = models.BooleanField(null=True, blank=True)
    dome_shaped = models.BooleanField(null=True, blank=True)
    painful = models.BooleanField(null=True, blank=True)
    red = models.BooleanField(null=True, blank=True)
    clustered = models.BooleanField(null=True, blank=True)
    picked = models.BooleanField(null=True, blank=True)
    products = models.TextField(blank=True)
    cause = models.TextField(blank=True, choices=[(word, word) for word in CAUSES])
    cause_note = models.TextField(blank=True)
    status = models.TextField(default=WATCHING, choices=[(word, word) for word in LESION_STATUSES])
    recurrence_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="recurrences")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")
    region = models.TextField()
    region_verified = models.BooleanField(default=False)
    diagnosis = models.ForeignKey(Diagnosis, models.PROTECT, null=True, blank=True, related_name="+")
    diagnosis_certainty = models.TextField(default="none", choices=[(word, word) for word in CERTAINTIES])
    suspicious = models.BooleanField(default=False)
    plaque_reviewed = models.BooleanField(default=False)
    authority_region = models.GeneratedField(
        expression=Case(
            When(Q(region=PERIOCULAR, region_verified=False), then=Value(EYELID)),
            default=F("region"),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            one_of("region", REGIONS, name="lesion_has_a_known_region"),
            one_of("depth", LESION_DEPTHS, name="lesion_has_a_known_depth"),
            one_of("diagnosis_certainty", CERTAINTIES, name="lesion_has_a_known_certainty"),
            one_of("status", LESION_STATUSES, name="lesion_has_a_known_status"),
            models.CheckConstraint(name="lesion_has_one_side", condition=Q(laterality="") | Q(laterality__in=LATERALITIES)),
            models.CheckConstraint(
                name="lesion_lies_on_its_chart",
                condition=Q(chart="", x__isnull=True, y__isnull=True)
                | Q(chart__in=CHARTS, x__isnull=False, y__isnull=False, x__range=(0, 1), y__range=(0, 1)),
            ),
            models.CheckConstraint(name="lesion_counts_at_least_one", condition=Q(count__gte=1)),
            models.CheckConstraint(name="lesion_has_a_known_colour", condition=Q(colour="") | Q(colour__in=COLOURS)),
            models.CheckConstraint(name="lesion_has_a_known_cause", condition=Q(cause="") | Q(cause__in=CAUSES)),
            models.UniqueConstraint(fields=["id", "patient"], name="lesion_patient_key"),
            models.UniqueConstraint(fields=["id", "authority_region", "depth"], name="lesion_authority_key"),
            CompositeForeignKey(
                name="recurrence_is_of_the_same_patient",
                fields=["recurrence_of", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="lesions_of_one_patient_are_merged",
                fields=["merged_into", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            CompositeForeignKey(
                name="merged_lesion_is_judged_as_the_lasting_one",
                fields=["merged_into", "authority_region", "depth"],
                to="patients.Lesion",
                to_fields=["id", "authority_region", "depth"],
            ),
            Trigger(
                name="lesion_follows_its_course",
                timing="BEFORE INSERT OR UPDATE OF status, recurrence_of_id, merged_into_id",
                function="patients_lesion_course",
            ),
        ]

    def __str__(self) -> str:
        return f"lesion {self.pk}"
