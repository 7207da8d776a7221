"""The words of plans: kinds of steps, outcomes of a consultation, families of ingredients, and their limits."""

from typing import Final

DRAFT, ACTIVE, COMPLETED, STOPPED, SUPERSEDED = "draft", "active", "completed", "stopped", "superseded"
PLAN_STATUSES: Final = (DRAFT, ACTIVE, COMPLETED, STOPPED)
HOME_CARE_STATUSES: Final = (*PLAN_STATUSES, SUPERSEDED)

OUTCOMES: Final = ("no_treatment", "home_care", "rx_retinoid", "extraction_planned", "adjunct_planned", "refer")
"""How a consultation may end; leaving milia be is one of them."""
PRESUPPOSING: Final = frozenset({"rx_retinoid", "extraction_planned", "adjunct_planned"})
"""Outcomes that take for granted what the lesion is."""

ASSESSMENT, EXTRACTION, PEEL, ADJUNCT = "assessment", "extraction", "peel", "adjunct"
REVIEW, HOME_CARE, WATCHFUL_WAITING, REFERRAL = "review", "home_care", "watchful_waiting", "referral"
STEP_KINDS: Final = (ASSESSMENT, EXTRACTION, PEEL, ADJUNCT, REVIEW, HOME_CARE, WATCHFUL_WAITING, REFERRAL)
PROCEDURES: Final = (EXTRACTION, PEEL, ADJUNCT)
STEP_ACTS: Final = {
    ASSESSMENT: frozenset({"diagnose_lesion", "skin_analysis", "consult_free"}),
    EXTRACTION: frozenset({"lancet_extraction", "comedone_extraction"}),
    PEEL: frozenset({"chemical_peel"}),
    ADJUNCT: frozenset({"microdermabrasion", "laser_resurfacing", "radiofrequency", "comedone_extraction"}),
    REVIEW: frozenset({"post_procedure_review"}),
}
"""What a treatment does that a step of this kind may name; other kinds name none."""
LOGGED: Final = tuple(STEP_ACTS)
"""Kinds of steps that the log tells of."""
OPEN, DONE, SKIPPED = "open", "done", "skipped"
STEP_STATES: Final = (OPEN, DONE, SKIPPED)

RETINOID, AHA, BHA, SCRUB, MASK = "retinoid", "aha", "bha", "scrub", "mask"
ACID_CLEANSER, CLEANSER, SUPPORT, MOISTURISER, SUNSCREEN = "acid_cleanser", "cleanser", "support", "moisturiser", "sunscreen"
AVOID: Final = "avoid"
FAMILIES: Final = (
    RETINOID,
    AHA,
    BHA,
    SCRUB,
    MASK,
    ACID_CLEANSER,
    CLEANSER,
    SUPPORT,
    MOISTURISER,
    SUNSCREEN,
    AVOID,
)
EXFOLIANTS: Final = (AHA, BHA, SCRUB)
STRONG: Final = (RETINOID, AHA, BHA, SCRUB, MASK, ACID_CLEANSER)
"""Never on the eyelid and, but for a weak prescription retinoid, never around the eye."""
UNDER_SUNSCREEN: Final = (RETINOID, AHA, BHA, SCRUB)
"""After these the skin burns more easily in the sun."""

LOW, MEDIUM, HIGH = "low", "medium", "high"
STRENGTHS: Final = ("", LOW, MEDIUM, HIGH)
SPOT, WHOLE = "spot", "whole"
EXTENTS: Final = (SPOT, WHOLE)
MORNING, EVENING, BOTH = "morning", "evening", "both"
TIMES: Final = (MORNING, EVENING, BOTH)
MOST_A_WEEK: Final = 3
"""Uses of exfoliants together, and of masks together, in one region."""
DAILY, TWICE_DAILY = 7, 14

UNASKED, NO, PREGNANT, TRYING, BREASTFEEDING = "", "no", "pregnant", "trying", "breastfeeding"
PREGNANCY_ANSWERS: Final = (UNASKED, NO, PREGNANT, TRYING, BREASTFEEDING)
