"""Home care as somebody wrote it, judged against the catalogue, the patient's skin and the author's papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.errors import Malformed, Refusal, RuleBroken
from clinic.policies.matrix import Key
from clinic.scopes import REGIONS
from patients.models import Lesion, Patient
from treatments.models import HomeCarePlan, IngredientClass
from treatments.policies.plans.care import Care, CareItem
from treatments.policies.plans.home_care import CareJudgement, judge_care
from treatments.policies.plans.words import DAILY, EVENING, UNASKED, WHOLE
from treatments.selectors.authors import Authorship, authorship_anywhere, authorship_of
from treatments.selectors.facts import patient_facts
from treatments.selectors.plans import PRESCRIBERS, climbed_regions, ingredient_facts, is_oily, treated

PLANS, PRESCRIBES = "home_care_plan", "prescribe_topical_retinoid"


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """A line of the routine: class by code, region, and how; without a time of day, the first that the class is used at."""

    ingredient: str
    region: str
    strength: str = ""
    extent: str = WHOLE
    per_week: int = DAILY
    time_of_day: str = ""
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewCare:
    """What home care says; `pregnancy_answer` is the patient's own, asked before a retinoid."""

    items: Sequence[NewItem] = ()
    lesions: Sequence[UUID] = ()
    pregnancy_answer: str = UNASKED
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class WrittenCare:
    """Home care that was judged: who may write it (or why not), what stands against it, and the rows that it names."""

    author: Authorship
    judgement: CareJudgement
    items: Sequence[tuple[CareItem, IngredientClass]]
    lesions: Sequence[Lesion]

    @property
    def reasons(self) -> list[Refusal]:
        """Everything for which it is refused."""
        return [*self.author.reasons, *self.judgement.refusals]

    @property
    def warnings(self) -> list[dict[str, str]]:
        """What is told about it, as it is kept."""
        return [warning.as_dict() for warning in self.judgement.warnings]


def written_care(*, row: HomeCarePlan, care: NewCare, now: datetime) -> WrittenCare:
    """
    Judge the author of the version, and what it would say, as if it began today.

    :raises RuleBroken: `lesion_of_another_patient`.
    :raises Malformed: naming a class that does not exist, or one that is named twice for the same place.
    """
    lesions = _lesions(row.patient, care.lesions)
    items = _items(care.items)
    author = _authorship(row, [item for item, _ in items], now)
    today = now.astimezone(row.site.zone).date()
    judgement = judge_care(
        Care(
            items=[item for item, _ in items],
            starts_on=today,
            lesions=treated(lesions),
            oily=is_oily(row.patient),
            contraindications=patient_facts(row.patient).contraindications,
            pregnancy_answer=care.pregnancy_answer,
            climbed=climbed_regions(row, on=today),
            prescriber=author.profession in PRESCRIBERS,
        )
    )
    return WrittenCare(author=author, judgement=judgement, items=items, lesions=lesions)


def _lesions(patient: Patient, wanted: Sequence[UUID]) -> list[Lesion]:
    keys = list(dict.fromkeys(wanted))
    rows = Lesion.objects.filter(patient=patient).select_related("milia_type").in_bulk(keys)
    if len(rows) < len(keys):
        raise RuleBroken("lesion_of_another_patient", "Home care names lesions of its own patient only.")
    return [rows[key] for key in keys]


def _items(wanted: Sequence[NewItem]) -> list[tuple[CareItem, IngredientClass]]:
    classes = {row.code: row for row in IngredientClass.objects.filter(code__in={item.ingredient for item in wanted})}
    unknown = [place for place, item in enumerate(wanted) if item.ingredient not in classes]
    if unknown:
        raise Malformed({f"items[{place}].ingredient": "There is no such class: see ingredient-classes/." for place in unknown})
    places = [(item.ingredient, item.region, item.extent) for item in wanted]
    if len(set(places)) < len(places):
        raise Malformed({"items": "One class is named twice for the same place."})
    return [(_as_facts(item, classes[item.ingredient]), classes[item.ingredient]) for item in wanted]


def _as_facts(item: NewItem, row: IngredientClass) -> CareItem:
    return CareItem(
        ingredient=ingredient_facts(row),
        region=item.region,
        strength=item.strength,
        extent=item.extent,
        per_week=item.per_week,
        time_of_day=item.time_of_day or next(iter(row.times), EVENING),
        minutes=item.minutes,
    )


def _authorship(row: HomeCarePlan, items: Sequence[CareItem], now: datetime) -> Authorship:
    keys: list[Key] = [(PLANS, "none", item.region) for item in items]
    keys += [(PRESCRIBES, "none", item.region) for item in items if item.ingredient.prescription]
    if keys:
        return authorship_of(practitioner=row.author, site=row.site, keys=list(dict.fromkeys(keys)), now=now)
    choices: list[Key] = [(PLANS, "none", region) for region in REGIONS]
    return authorship_anywhere(practitioner=row.author, site=row.site, choices=choices, now=now)
