"""All rules of home care, asked at once: those of the routine, and those that look at the patient."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from clinic.errors import Refusal, by_gate
from treatments.policies.gates.findings import HARD, WARN
from treatments.policies.plans import routine
from treatments.policies.plans.care import Care
from treatments.policies.plans.words import (
    ACID_CLEANSER,
    AHA,
    BHA,
    BREASTFEEDING,
    PREGNANT,
    RETINOID,
    SPOT,
    SUNSCREEN,
    TRYING,
    UNASKED,
)

G19_SOURCE = "Clinic policy: no retinoid in pregnancy or while trying for a child, caution while breastfeeding"
SKIN_SOURCE = "Clinical guidelines 000 and 002: salicylic acid for oily skin, alpha hydroxy acids for dry skin"
SUSPICIOUS_SOURCE = "Clinical guidelines 002 and 003: it may be a skin cancer or a contagious wart"
NEONATAL_SOURCE = "Clinical guidelines 000 and 001: a newborn's milia go within weeks and are not treated"
SUN_SOURCE = "Clinical guideline 004: sunscreen every day"
EMPTY_SOURCE = "Clinic policy: a plan says what to do"
NO_RETINOID = "Leave the retinoid out: cleansing, moisturiser and sunscreen remain."


@dataclass(frozen=True, kw_only=True)
class CareJudgement:
    """What refuses a routine, and what is only told about it; each by gate."""

    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def judge_care(care: Care) -> CareJudgement:
    """All that stands against this routine for this patient, whoever wrote it."""
    found = by_gate([refusal for rule in RULES for refusal in rule(care)])
    return CareJudgement(
        refusals=tuple(refusal for refusal in found if refusal.severity == HARD),
        warnings=tuple(refusal for refusal in found if refusal.severity != HARD),
    )


def pregnancy(care: Care) -> Iterator[Refusal]:
    """G19: no retinoid for who is pregnant or trying, on file or when asked; nobody overrides that."""
    if not care.of(RETINOID):
        return
    if care.holds_from_then("pregnant") or care.pregnancy_answer in {PREGNANT, TRYING}:
        yield Refusal(
            code="contraindicated",
            gate="G19",
            detail="The patient is pregnant or trying for a child, and a retinoid may harm the child.",
            source=G19_SOURCE,
            mend=NO_RETINOID,
            resource="pregnant",
        )
    if care.pregnancy_answer == UNASKED:
        yield Refusal(
            code="pregnancy_not_asked",
            detail="Before a retinoid the patient is asked about pregnancy, and no answer is recorded.",
            source=G19_SOURCE,
            mend="Ask, and record the answer: no, pregnant, trying or breastfeeding.",
        )


def breastfeeding(care: Care) -> Iterator[Refusal]:
    """G19, a warning: retinoids while breastfeeding, and salicylic acid in pregnancy or while breastfeeding."""
    nursing = care.holds_from_then("breastfeeding") or care.pregnancy_answer == BREASTFEEDING
    expecting = care.holds_from_then("pregnant") or care.pregnancy_answer in {PREGNANT, TRYING}
    if nursing and care.of(RETINOID):
        yield _warning(
            "G19", "The patient is breastfeeding; a retinoid asks for caution.", G19_SOURCE, NO_RETINOID, "breastfeeding"
        )
    if (nursing or expecting) and care.of(BHA):
        yield _warning(
            "G19",
            f"The patient is {'pregnant or trying' if expecting else 'breastfeeding'}; salicylic acid asks for caution.",
            G19_SOURCE,
            "Choose a class without salicylic acid.",
            "pregnant" if expecting else "breastfeeding",
        )


def suspicious_spots(care: Care) -> Iterator[Refusal]:
    """G10: nobody has a doubtful lesion treated on the spot at home."""
    doubtful = {lesion.region for lesion in care.lesions if lesion.suspicious}
    for item in care.items:
        if item.extent == SPOT and item.region in doubtful:
            yield Refusal(
                code="lesion_suspicious",
                gate="G10",
                detail=f"{item.named} would be put on a lesion that is suspicious, contagious or uncertain.",
                source=SUSPICIOUS_SOURCE,
                mend="Have a dermatologist look at it and clear it, or leave that lesion out of the plan.",
            )


def newborns(care: Care) -> Iterator[Refusal]:
    """G11: a newborn's milia are left to go by themselves."""
    if any(lesion.neonatal for lesion in care.lesions) and any(item.is_strong for item in care.items):
        yield Refusal(
            code="neonatal_no_procedure",
            gate="G11",
            detail="The plan treats a newborn's milia, which nobody treats.",
            source=NEONATAL_SOURCE,
            mend="Wait some weeks; ask a pediatrician if they stay.",
        )


def skin_type(care: Care) -> Iterator[Refusal]:
    """A warning where the acid is one for the other kind of skin."""
    if care.oily is None:
        return
    skin = "oily" if care.oily else "dry"
    for item in care.of(AHA, BHA, ACID_CLEANSER):
        if item.ingredient.suits not in {"", skin}:
            yield _warning(
                "",
                f"The skin is recorded as {skin}, and {item.ingredient.name} is meant for {item.ingredient.suits} skin.",
                SKIN_SOURCE,
                f"Choose {'salicylic acid' if care.oily else 'an alpha hydroxy acid'}.",
                "skin_type",
                code="skin_type_mismatch",
            )


def strong_beginnings(care: Care) -> Iterator[Refusal]:
    """A warning where a strong retinoid is the first one in its place, though it stays on the spot."""
    for item in care.of(RETINOID):
        if item.extent == SPOT and item.strength in routine.STRONGER and item.region not in care.climbed:
            yield _warning(
                "",
                f"{item.named} is the first retinoid there; a low strength comes first.",
                routine.LADDER_SOURCE,
                "Begin with the low strength.",
                "",
                code="retinoid_ladder",
            )


def no_sunscreen_at_all(care: Care) -> Iterator[Refusal]:
    """A warning, where nothing in the routine makes it a duty."""
    if not care.of(SUNSCREEN) and not list(routine.without_sunscreen(care)):
        yield _warning("", "The plan names no sunscreen.", SUN_SOURCE, "Add it for every day.", "", code="sunscreen_missing")


def emptiness(care: Care) -> Iterator[Refusal]:
    """A routine has at least one line."""
    if not care.items:
        yield Refusal(
            code="nothing_planned", detail="The plan names nothing to do.", source=EMPTY_SOURCE, mend="Add what is to be used."
        )


def _warning(gate: str, detail: str, source: str, mend: str, resource: str, code: str = "contraindicated") -> Refusal:
    return Refusal(code=code, gate=gate, detail=detail, severity=WARN, source=source, mend=mend, resource=resource)


RULES: Final[tuple[Callable[[Care], Iterator[Refusal]], ...]] = (
    routine.strong_retinoids,
    routine.near_the_eye,
    routine.unknown_uses,
    routine.too_often,
    routine.to_avoid,
    routine.ladders,
    routine.crowded_retinoids,
    routine.without_sunscreen,
    routine.spots_without_lesions,
    pregnancy,
    breastfeeding,
    suspicious_spots,
    newborns,
    skin_type,
    strong_beginnings,
    no_sunscreen_at_all,
    emptiness,
)
