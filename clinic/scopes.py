"""The words of authority: professions, acts, regions, depths, and the scope that joins them."""

from typing import Final

PROFESSIONS: Final = (
    "dermatologist",
    "ophthalmologist",
    "physician_other",
    "physician_assistant",
    "nurse_practitioner",
    "medical_aesthetician",
    "advanced_esthetician",
    "esthetician",
    "optometrist",
    "pediatrician",
    "registered_nurse",
    "front_desk",
)
PHYSICIANS: Final = frozenset({"dermatologist", "ophthalmologist", "physician_other", "pediatrician"})
SUPERVISORS: Final = frozenset({"dermatologist", "ophthalmologist", "physician_other"})
EYELID_PROFESSIONS: Final = frozenset({"dermatologist", "ophthalmologist"})

ACTS: Final = (
    "lancet_extraction",
    "comedone_extraction",
    "chemical_peel",
    "microdermabrasion",
    "laser_resurfacing",
    "radiofrequency",
    "diagnose_lesion",
    "consult_free",
    "skin_analysis",
    "home_care_plan",
    "prescribe_topical_retinoid",
    "post_procedure_review",
)
PIERCING: Final = frozenset({"lancet_extraction", "laser_resurfacing", "radiofrequency"})
HANDS_ON: Final = PIERCING | {"comedone_extraction", "chemical_peel", "microdermabrasion"}
TRAINING: Final = {
    "lancet_extraction": "lancet",
    "chemical_peel": "peel",
    "laser_resurfacing": "laser",
    "radiofrequency": "rf",
}

EYELID, PERIOCULAR, FACE, BODY = "eyelid", "periocular", "face", "body"
REGIONS: Final = (EYELID, PERIOCULAR, FACE, BODY)

UNKNOWN: Final = "unknown"
LESION_DEPTHS: Final = ("stratum_corneum", "epidermal", "dermal", UNKNOWN)
DEPTH_RANK: Final = {
    "none": -1,
    "stratum_corneum": 0,
    "epidermal": 1,
    "superficial": 1,
    "medium": 2,
    "dermal": 2,
    "deep": 3,
    "ablative": 3,
}
DEPTHS: Final = tuple(DEPTH_RANK)

LEVELS: Final = ("none", "general", "direct", "personal")
ON_SITE_LEVELS: Final = frozenset({"direct", "personal"})


def scope(*, act: str, depth: str, region: str) -> str:
    """The key of an authority, for instance `lancet_extraction/dermal@eyelid`."""
    return f"{act}/{depth}@{region}"


def parts(key: str) -> tuple[str, str, str]:
    """Act, depth and region of a scope."""
    act, rest = key.split("/")
    depth, region = rest.split("@")
    return act, depth, region


def is_restricted(*, act: str, region: str) -> bool:
    """Whether booking it needs an authoriser: whatever pierces, and whatever is hands-on at the eyelid."""
    return act in PIERCING or (act in HANDS_ON and region == EYELID)


def judged_depth(depth: str) -> str:
    """A lesion of unknown depth is judged as dermal, the deepest that a milium lies."""
    return "dermal" if depth == UNKNOWN else depth
