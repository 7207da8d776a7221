"""What the patient does at home, in versions that are never rewritten once they were begun."""

from django.db import models
from django.db.models import Q

from clinic.base import Keyed, one_of
from clinic.constraints import CompositeForeignKey, Trigger
from clinic.history import tracked
from clinic.models import Practitioner, Site
from clinic.scopes import BODY, FACE, PERIOCULAR, PROFESSIONS, REGIONS
from patients.models import Lesion, Patient
from treatments.models.ingredients import IngredientClass
from treatments.models.plans import TreatmentPlan
from treatments.policies.plans.ladder import NIGHTS
from treatments.policies.plans.words import (
    ACTIVE,
    AVOID,
    DRAFT,
    EXFOLIANTS,
    EXTENTS,
    FAMILIES,
    HIGH,
    HOME_CARE_STATUSES,
    LOW,
    MASK,
    MOST_A_WEEK,
    PREGNANCY_ANSWERS,
    RETINOID,
    SPOT,
    STOPPED,
    STRENGTHS,
    STRONG,
    TIMES,
    TWICE_DAILY,
)

FIXED = Trigger(
    name="home_care_plan_is_fixed_once_started",
    timing="BEFORE INSERT OR UPDATE OR DELETE",
    function="treatments_guard_home_care",
)


def _fixed_with_its_plan(name: str) -> Trigger:
    return Trigger(name=name, timing="BEFORE INSERT OR UPDATE OR DELETE", function="treatments_guard_home_care_part")


def _of_the_plan(name: str) -> CompositeForeignKey:
    return CompositeForeignKey(name=name, fields=["plan", "patient"], to="treatments.HomeCarePlan", to_fields=["id", "patient"])


@tracked
class HomeCarePlan(Keyed):
    """
    One version of a patient's home care; versions of one `series` follow each other, and one is active at a time.

    `starts_on` is the day at the site on which it was begun. `pregnancy_answer` is what the patient said when asked before
    a retinoid. `supervisor` is the physician under whose general supervision a PA or NP prescribed.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="home_care_plans")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    author = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    profession = models.TextField()
    supervisor = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    plan = models.ForeignKey(TreatmentPlan, models.PROTECT, null=True, blank=True, related_name="home_care_plans")
    series = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    status = models.TextField(default=DRAFT, choices=[(word, word) for word in HOME_CARE_STATUSES])
    pregnancy_answer = models.TextField(blank=True, choices=[(word, word) for word in PREGNANCY_ANSWERS if word])
    note = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    written_at = models.DateTimeField()
    starts_on = models.DateField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("status", HOME_CARE_STATUSES, name="home_care_plan_has_a_known_status"),
            one_of("profession", PROFESSIONS, name="home_care_plan_is_written_in_a_known_profession"),
            one_of("pregnancy_answer", PREGNANCY_ANSWERS, name="pregnancy_answer_is_known"),
            models.CheckConstraint(name="stopped_home_care_plan_says_why", condition=~Q(status=STOPPED) | ~Q(stop_reason="")),
            models.CheckConstraint(
                name="active_home_care_plan_has_begun",
                condition=~Q(status=ACTIVE) | Q(starts_on__isnull=False, started_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["series", "version"], name="home_care_version_key"),
            models.UniqueConstraint(fields=["series"], condition=Q(status=DRAFT), name="home_care_series_has_one_draft"),
            models.UniqueConstraint(fields=["patient"], condition=Q(status=ACTIVE), name="patient_follows_one_home_care_plan"),
            models.UniqueConstraint(fields=["id", "patient"], name="home_care_plan_patient_key"),
            CompositeForeignKey(
                name="home_care_belongs_to_a_plan_of_the_patient",
                fields=["plan", "patient"],
                to="treatments.TreatmentPlan",
                to_fields=["id", "patient"],
            ),
            FIXED,
        ]
        indexes = [models.Index(fields=["patient", "status"], name="home_care_by_patient")]

    def __str__(self) -> str:
        return f"home care {self.series} version {self.version}"


@tracked
class HomeCareLesion(Keyed):
    """A lesion that the home care is for, and the region by which it was judged then."""

    plan = models.ForeignKey(HomeCarePlan, models.CASCADE, related_name="targets")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    lesion = models.ForeignKey(Lesion, models.PROTECT, related_name="+")
    region = models.TextField()

    class Meta:
        constraints = [
            one_of("region", REGIONS, name="home_care_lesion_has_a_known_region"),
            models.UniqueConstraint(fields=["plan", "lesion"], name="home_care_names_a_lesion_once"),
            _of_the_plan("home_care_lesion_is_for_the_patient_of_its_plan"),
            CompositeForeignKey(
                name="home_care_lesion_is_of_the_patient",
                fields=["lesion", "patient"],
                to="patients.Lesion",
                to_fields=["id", "patient"],
            ),
            _fixed_with_its_plan("home_care_lesions_are_fixed_once_started"),
        ]

    def __str__(self) -> str:
        return f"lesion of {self.plan_id}"


@tracked
class HomeCareItem(Keyed):
    """One class of ingredients in the routine: `per_week` uses (7: daily) on the spot or the whole of a region."""

    plan = models.ForeignKey(HomeCarePlan, models.CASCADE, related_name="items")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    ingredient = models.ForeignKey(IngredientClass, models.PROTECT, related_name="+")
    family = models.TextField()
    prescription = models.BooleanField()
    strength = models.TextField(blank=True)
    region = models.TextField()
    extent = models.TextField()
    per_week = models.PositiveSmallIntegerField()
    time_of_day = models.TextField(choices=[(word, word) for word in TIMES])
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("family", FAMILIES, name="home_care_item_has_a_known_family"),
            one_of("strength", STRENGTHS, name="home_care_item_has_a_known_strength"),
            one_of("region", REGIONS, name="home_care_item_has_a_known_region"),
            one_of("extent", EXTENTS, name="home_care_item_has_a_known_extent"),
            one_of("time_of_day", TIMES, name="home_care_item_has_a_known_time"),
            models.CheckConstraint(name="home_care_item_is_used", condition=Q(per_week__range=(1, TWICE_DAILY))),
            models.CheckConstraint(
                name="exfoliants_and_masks_are_used_three_times_a_week_at_most",
                condition=~Q(family__in=(*EXFOLIANTS, MASK)) | Q(per_week__lte=MOST_A_WEEK),
            ),
            models.CheckConstraint(
                name="strong_retinoid_stays_on_the_spot",
                condition=~Q(family=RETINOID, strength=HIGH) | Q(extent=SPOT, region__in=(FACE, BODY)),
            ),
            models.CheckConstraint(
                name="nothing_strong_comes_near_the_eye",
                condition=Q(region__in=(FACE, BODY))
                | ~Q(family__in=STRONG)
                | Q(region=PERIOCULAR, family=RETINOID, prescription=True, strength=LOW),
            ),
            models.CheckConstraint(name="home_care_uses_nothing_to_avoid", condition=~Q(family=AVOID)),
            models.UniqueConstraint(fields=["plan", "position"], name="home_care_has_its_items_in_order"),
            models.UniqueConstraint(
                fields=["plan", "ingredient", "region", "extent"], name="home_care_names_an_ingredient_once_for_a_place"
            ),
            CompositeForeignKey(
                name="home_care_item_is_of_its_ingredient",
                fields=["ingredient", "family", "prescription"],
                to="treatments.IngredientClass",
                to_fields=["id", "family", "prescription"],
            ),
            _of_the_plan("home_care_item_is_for_the_patient_of_its_plan"),
            _fixed_with_its_plan("home_care_items_are_fixed_once_started"),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.strength} @{self.region}"


@tracked
class RetinoidRung(Keyed):
    """A step of the ladder of a retinoid: from that day on it is used so many nights, if the skin has taken the one before."""

    plan = models.ForeignKey(HomeCarePlan, models.CASCADE, related_name="rungs")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    item = models.ForeignKey(HomeCareItem, models.CASCADE, related_name="rungs")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    nights = models.TextField(choices=[(word, word) for word in NIGHTS])

    class Meta:
        constraints = [
            one_of("nights", NIGHTS, name="rung_has_known_nights"),
            models.UniqueConstraint(fields=["item", "number"], name="ladder_has_its_rungs_in_order"),
            _of_the_plan("rung_is_for_the_patient_of_its_plan"),
            _fixed_with_its_plan("ladder_is_fixed_once_started"),
        ]

    def __str__(self) -> str:
        return f"rung {self.number} from {self.from_on}"
