"""What a patient answers about the healing, and which of it somebody has to look at today."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from clinic.scopes import EYELID, PERIOCULAR

NONE, MILD, STRONG, SPREADING = "none", "mild", "strong", "spreading"
REDNESS: Final = (NONE, MILD, STRONG, SPREADING)
CLEAR, PUS = "clear", "pus"
DISCHARGE: Final = (NONE, CLEAR, PUS)
PAIN_AT_MOST: Final = 10
STRONG_PAIN: Final = 7
WORDS_AT_MOST: Final = 1000
LANGUAGES: Final = ("en", "es")
NEAR_THE_EYE: Final = frozenset({EYELID, PERIOCULAR})

SPREADING_REDNESS, PUS_SEEN, FEVER = "spreading_redness", "pus", "fever"
STRONG_PAIN_FELT, VISION, LID = "strong_pain", "vision_changed", "lid_swollen"
RED_FLAGS: Final = (VISION, LID, SPREADING_REDNESS, PUS_SEEN, FEVER, STRONG_PAIN_FELT)

INFECTION: Final = "Clinical guideline on milia: opened skin can become infected. The signs of it are the clinic's list"
EYE: Final = "House rule of the clinic: after work near the eye, a change of the eye itself is looked at the same day"
SOURCES: Final = {
    VISION: EYE,
    LID: EYE,
    SPREADING_REDNESS: INFECTION,
    PUS_SEEN: INFECTION,
    FEVER: INFECTION,
    STRONG_PAIN_FELT: "House rule of the clinic: opening a milium hurts little, and pain of 7 or more of 10 has another cause",
}
"""Why each is one."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the patient says; `pain` from 0 (none) to 10, `words` in their own words."""

    redness: str
    pain: int
    discharge: str
    fever: bool
    vision_changed: bool
    lid_swollen: bool
    words: str = ""


def red_flags(answers: Answers, *, near_eye: bool) -> list[str]:
    """The codes of what cannot wait, the gravest first; a swollen lid only after work near the eye."""
    found = {
        VISION: answers.vision_changed,
        LID: answers.lid_swollen and near_eye,
        SPREADING_REDNESS: answers.redness == SPREADING,
        PUS_SEEN: answers.discharge == PUS,
        FEVER: answers.fever,
        STRONG_PAIN_FELT: answers.pain >= STRONG_PAIN,
    }
    return [code for code in RED_FLAGS if found[code]]


def was_near_the_eye(regions: Iterable[str]) -> bool:
    """Whether any of the work lay at the lid or around the eye."""
    return not NEAR_THE_EYE.isdisjoint(regions)
