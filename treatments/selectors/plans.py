"""Plans and home care of the patients whom somebody may see, and what is asked about them."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Model, Prefetch, QuerySet

from clinic.models import User
from clinic.scopes import PHYSICIANS
from patients.models import Lesion, Patient, SkinProfile
from patients.policies.findings import COSIGNED_PROFESSIONS
from patients.selectors.records import patients_visible_to
from treatments.models import (
    Encounter,
    HomeCareItem,
    HomeCareLesion,
    HomeCarePlan,
    IngredientClass,
    PlanStep,
    PlanStepLesion,
    RetinoidRung,
    TreatmentPlan,
)
from treatments.policies.plans.care import CareItem, Ingredient, TreatedLesion
from treatments.policies.plans.ladder import has_climbed
from treatments.policies.plans.words import ACTIVE, AVOID, RETINOID, SUPERSEDED

M = TypeVar("M", bound=Model)
NEONATAL = "neonatal"
PRESCRIBERS = PHYSICIANS | COSIGNED_PROFESSIONS
FREE_CONSULTATION = "consult_free"


def plans_visible_to(user: User) -> QuerySet[TreatmentPlan]:
    """Treatment plans of the patients whom the user may see, with their steps."""
    steps = (
        PlanStep.objects.select_related("treatment", "closed_by__user")
        .prefetch_related(Prefetch("targets", PlanStepLesion.objects.order_by("id")))
        .order_by("position")
    )
    return (
        _of_visible_patients(TreatmentPlan.objects.all(), user)
        .select_related("patient", "site", "author__user")
        .prefetch_related(Prefetch("steps", steps))
    )


def home_care_visible_to(user: User) -> QuerySet[HomeCarePlan]:
    """Home-care plans of the patients whom the user may see, every version, with what they hold."""
    items = (
        HomeCareItem.objects.select_related("ingredient")
        .prefetch_related(Prefetch("rungs", RetinoidRung.objects.order_by("number")))
        .order_by("position")
    )
    targets = HomeCareLesion.objects.select_related("lesion__body_site").order_by("id")
    return (
        _of_visible_patients(HomeCarePlan.objects.all(), user)
        .select_related("patient", "site", "author__user", "supervisor__user")
        .prefetch_related(Prefetch("items", items), Prefetch("targets", targets))
    )


def encounters_visible_to(user: User) -> QuerySet[Encounter]:
    """Stays of the patients whom the user may see."""
    return _of_visible_patients(Encounter.objects.select_related("patient", "site"), user)


def ingredient_classes() -> QuerySet[IngredientClass]:
    """The catalogue of home care, what is to be avoided last."""
    return IngredientClass.objects.all()


def classes_to_avoid() -> QuerySet[IngredientClass]:
    """What a patient with milia leaves out."""
    return IngredientClass.objects.filter(family=AVOID).order_by("code")


def was_free_consultation(encounter: Encounter) -> bool:
    """Whether the visit of that stay was a free consultation; a stay without a visit was not."""
    return Encounter.objects.filter(pk=encounter.pk, appointment__items__act=FREE_CONSULTATION).exists()


def is_oily(patient: Patient) -> bool | None:
    """The skin type of the patient on that axis; None where nobody asked."""
    return SkinProfile.objects.filter(patient=patient).values_list("oily", flat=True).first()


def ingredient_facts(row: IngredientClass) -> Ingredient:
    """What the rules know of a class."""
    return Ingredient(
        code=row.code,
        name=row.names["en"],
        family=row.family,
        source=row.source,
        prescription=row.prescription,
        most_per_week=row.most_per_week,
        times=tuple(row.times),
        minutes=(row.minutes[0], row.minutes[1]) if row.minutes else None,
        suits=row.suits,
        strengths=row.strengths,
    )


def item_facts(item: HomeCareItem) -> CareItem:
    """What the rules know of a line of home care."""
    return CareItem(
        ingredient=ingredient_facts(item.ingredient),
        region=item.region,
        strength=item.strength,
        extent=item.extent,
        per_week=item.per_week,
        time_of_day=item.time_of_day,
        minutes=item.minutes,
    )


def treated(lesions: Iterable[Lesion]) -> list[TreatedLesion]:
    """What the rules of home care know of these lesions, as they are now."""
    return [
        TreatedLesion(
            region=lesion.authority_region,
            suspicious=lesion.suspicious,
            neonatal=bool(lesion.milia_type) and lesion.milia_type.code == NEONATAL,
        )
        for lesion in lesions
    ]


def climbed_regions(plan: HomeCarePlan, *, on: date) -> frozenset[str]:
    """The regions in which earlier versions of the plan, one after the other, have had a retinoid for long enough."""
    since: dict[str, date] = {}
    earlier = HomeCarePlan.objects.filter(series=plan.series, version__lt=plan.version, started_at__isnull=False)
    for version in earlier.order_by("version").prefetch_related("items"):
        if version.status not in {ACTIVE, SUPERSEDED}:
            since = {}
            continue
        regions = {item.region for item in version.items.all() if item.family == RETINOID}
        since = {region: since.get(region, version.starts_on) for region in regions}
    return frozenset(region for region, first in since.items() if has_climbed(since=first, on=on))


def active_home_care_of(patient: Patient) -> HomeCarePlan | None:
    """The home care that the patient follows now, locked; None where there is none."""
    active = HomeCarePlan.objects.filter(patient=patient, status=ACTIVE).select_related("site", "author__user")
    return active.select_for_update(of=("self",)).first()


def active_home_care_for(lesions: Iterable[object]) -> QuerySet[HomeCarePlan]:
    """Active home care that is meant for any of these lesions."""
    return HomeCarePlan.objects.filter(status=ACTIVE, targets__lesion__in=list(lesions)).distinct()


def _of_visible_patients(rows: QuerySet[M], user: User) -> QuerySet[M]:
    return rows.filter(patient__in=patients_visible_to(user).select_related(None).values("pk"))
