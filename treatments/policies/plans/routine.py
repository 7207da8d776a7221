"""Rules of home care that look at the routine itself: where, how strong, how often, how long."""

from collections import defaultdict
from collections.abc import Iterator

from clinic.errors import Refusal
from clinic.scopes import EYELID, PERIOCULAR
from treatments.policies.plans.care import REGION_WORDS, Care, CareItem
from treatments.policies.plans.words import (
    AVOID,
    EXFOLIANTS,
    HIGH,
    LOW,
    MASK,
    MEDIUM,
    MOST_A_WEEK,
    RETINOID,
    SPOT,
    UNDER_SUNSCREEN,
    WHOLE,
)

EYES = frozenset({EYELID, PERIOCULAR})
RETINOID_SOURCE = "Clinical guidelines 002 and 004: a strong retinoid only on the spot, a weak one on the whole face, restraint around the eyes"
LADDER_SOURCE = (
    "Clinical guideline 002: begin with the lowest strength on one or two evenings a week, a stronger one much later"
)
EYE_SOURCE = "Clinic policy after clinical guidelines 000, 003 and 004: no acid, scrub, mask or retinoid near the eye"
CAP_SOURCE = "Clinical guidelines 000, 002 and 004: exfoliants and masks at most three times a week"
SUN_SOURCE = "Clinical guideline 004: sunscreen every day; Cosmetic Ingredient Review: acids make the skin burn more easily"
SPOT_SOURCE = "Clinic policy: what goes on the spot names the lesions that it is for"
ONE_SOURCE = "Clinic policy: one retinoid in one place, so that its ladder can be climbed"
AUTHOR_SOURCE = "Clinical guideline 002: a stronger retinoid is a clinician's decision"
STRONGER = frozenset({MEDIUM, HIGH})


def strong_retinoids(care: Care) -> Iterator[Refusal]:
    """G22: high strength near the eye, or on more than the spot."""
    for item in care.of(RETINOID):
        if item.strength == HIGH and (item.region in EYES or item.extent == WHOLE):
            yield Refusal(
                code="retinoid_too_strong",
                gate="G22",
                detail=f"{item.named} is too strong for {'the area of the eye' if item.region in EYES else 'a whole area'}.",
                source=RETINOID_SOURCE,
                mend="Take a low strength for the whole face, a high one only on the spot and away from the eye.",
            )


def near_the_eye(care: Care) -> Iterator[Refusal]:
    """Nothing strong on the lid; around the eye a weak prescription retinoid at most."""
    for item in care.items:
        is_weak_prescription = (item.family, item.strength) == (RETINOID, LOW) and item.ingredient.prescription
        if item.region in EYES and item.is_strong and not (item.region == PERIOCULAR and is_weak_prescription):
            yield Refusal(
                code="eye_area_protected",
                detail=f"{item.named} does not belong near the eye.",
                source=EYE_SOURCE,
                mend="Leave it out there: a gentle cleanser, a light moisturiser and sunscreen remain.",
            )


def unknown_uses(care: Care) -> Iterator[Refusal]:
    """Strength, region, extent and time of day are ones in which the class is used."""
    for item in care.items:
        ingredient, strengths = item.ingredient, item.ingredient.strengths_at(item.region, item.extent)
        is_told_otherwise = ingredient.family == AVOID or (item.is_strong and (item.region in EYES or item.strength == HIGH))
        if item.strength not in strengths and not is_told_otherwise:
            yield _catalogue(
                item,
                "strength_not_allowed",
                f"{item.named} is not used in this strength on {'the spot' if item.extent == SPOT else 'the whole area'}.",
                f"Take one of these strengths: {', '.join(word or 'without strength' for word in strengths)}."
                if strengths
                else "Choose another place or another class.",
            )
        if ingredient.times and item.time_of_day not in ingredient.times:
            yield _catalogue(
                item,
                "time_not_allowed",
                f"{item.named} is not used at this time of day ({item.time_of_day}).",
                f"Use it at one of these times: {', '.join(ingredient.times)}.",
            )
        if not _lasts_as_it_should(item):
            least, most = ingredient.minutes or (0, 0)
            yield _catalogue(
                item,
                "minutes_not_allowed",
                f"{item.named} stays on for {least} to {most} minutes." if most else f"{item.named} is not timed.",
                f"Say from {least} to {most} minutes." if most else "Leave the minutes out.",
            )


def too_often(care: Care) -> Iterator[Refusal]:
    """Each class keeps its cap; exfoliants together, and masks together, three uses a week in one region."""
    for item in care.items:
        if item.per_week > item.ingredient.most_per_week and item.family != AVOID:
            yield _too_often(f"{item.named} is planned {item.per_week} times a week.", item.ingredient.most_per_week)
    for families, word in ((EXFOLIANTS, "Exfoliants"), ((MASK,), "Masks")):
        uses: dict[str, list[int]] = defaultdict(list)
        for item in care.of(*families):
            uses[item.region].append(item.per_week)
        for region, counts in uses.items():
            if len(counts) > 1 and sum(counts) > MOST_A_WEEK:
                yield _too_often(f"{word} {REGION_WORDS[region]} are planned {sum(counts)} times a week together.", MOST_A_WEEK)


def to_avoid(care: Care) -> Iterator[Refusal]:
    """What favours milia is no home care."""
    for item in care.of(AVOID):
        yield _catalogue(
            item, "ingredient_to_avoid", f"{item.ingredient.name}: this is to be left out, not used.", "Take it off the plan."
        )


def ladders(care: Care) -> Iterator[Refusal]:
    """A retinoid for a whole area begins low; a stronger one follows it after months, and is a clinician's to say."""
    for item in care.of(RETINOID):
        if item.strength == MEDIUM and item.extent == WHOLE and item.region not in EYES:
            if item.region not in care.climbed:
                yield Refusal(
                    code="retinoid_ladder",
                    detail=f"{item.named} comes too early: a low strength has not been used there for twelve weeks.",
                    source=LADDER_SOURCE,
                    mend="Begin with the low strength, and make a new version when its ladder has been climbed.",
                )
            if not care.prescriber:
                yield Refusal(
                    code="retinoid_ladder",
                    detail=f"{item.named} is not for this author to decide.",
                    source=AUTHOR_SOURCE,
                    mend="Ask a physician, a physician assistant or a nurse practitioner.",
                )


def crowded_retinoids(care: Care) -> Iterator[Refusal]:
    """One retinoid for one place."""
    for region in dict.fromkeys(item.region for item in care.of(RETINOID)):
        for extent in (SPOT, WHOLE):
            here = [item for item in care.of(RETINOID) if (item.region, item.extent) == (region, extent)]
            if len(here) > 1:
                yield Refusal(
                    code="one_retinoid",
                    detail=f"{len(here)} retinoids are planned for the same place {REGION_WORDS[region]}.",
                    source=ONE_SOURCE,
                    mend="Choose one of them.",
                )


def without_sunscreen(care: Care) -> Iterator[Refusal]:
    """Whoever thins the skin protects it every day; sunscreen of the face serves the area around the eye too."""
    protected = {item.region for item in care.items if item.is_daily_sunscreen}
    for region in dict.fromkeys(item.region for item in care.of(*UNDER_SUNSCREEN)):
        if region not in protected and not (region in EYES and protected):
            yield Refusal(
                code="sunscreen_missing",
                detail=f"The plan makes the skin {REGION_WORDS[region]} burn more easily, and names no daily sunscreen for it.",
                source=SUN_SOURCE,
                mend="Add sunscreen for the whole of that area, seven times a week.",
            )


def spots_without_lesions(care: Care) -> Iterator[Refusal]:
    """What goes on the spot has a spot to go to."""
    regions = {lesion.region for lesion in care.lesions}
    for item in care.items:
        if item.extent == SPOT and item.region not in regions:
            yield Refusal(
                code="spot_without_lesion",
                detail=f"{item.named} is for the spot, and the plan names no lesion there.",
                source=SPOT_SOURCE,
                mend="Name the lesions; one beside the eye counts as eyelid until a clinician has verified its region.",
            )


def _lasts_as_it_should(item: CareItem) -> bool:
    if item.ingredient.minutes is None:
        return item.minutes is None
    least, most = item.ingredient.minutes
    return item.minutes is not None and least <= item.minutes <= most


def _too_often(detail: str, most: int) -> Refusal:
    return Refusal(code="too_often", detail=detail, source=CAP_SOURCE, mend=f"Plan {most} uses a week at most.")


def _catalogue(item: CareItem, code: str, detail: str, mend: str) -> Refusal:
    return Refusal(code=code, detail=detail, source=item.ingredient.source, mend=mend)
