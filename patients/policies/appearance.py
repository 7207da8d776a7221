"""How a lesion looks and feels, what may have caused it, and what of that speaks against a milium."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from clinic.errors import Refusal
from patients.policies.findings import REFUTED

WHITE, YELLOWISH, SKIN, OTHER = "white", "yellowish", "skin", "other"
COLOURS: Final = (WHITE, YELLOWISH, SKIN, OTHER)
CAUSES: Final = (
    "sun_damage",
    "injury",
    "burn",
    "blister",
    "sunburn",
    "heavy_products",
    "comedogenic_products",
    "silicones",
    "moisturiser_or_serum",
    "too_little_exfoliation",
    "over_exfoliation",
    "dehydration",
    "unwashed_at_night",
    "genetics",
    "skin_condition",
    "resurfacing",
    "cosmetic_procedure",
    "unknown",
)
MILIUM: Final = "milium"
SOURCE: Final = "Clinical guidelines 000 to 004: a milium is a small hard dome, white to skin-coloured, without pain or redness"
MEND: Final = "Look again, and name in an assessment what else it may be."


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What was seen and felt; None (a blank colour) where nobody said."""

    colour: str = ""
    hard: bool | None = None
    dome_shaped: bool | None = None
    painful: bool | None = None
    red: bool | None = None


def contradictions(seen: Appearance, *, diagnosis: str | None, certainty: str) -> list[Refusal]:
    """Warnings about what does not belong to a milium, as long as the lesion may still be one; they refuse nothing."""
    if diagnosis not in {None, MILIUM} or certainty == REFUTED:
        return []
    return [
        Refusal(code="contradicts_milium", severity="warn", detail=f"A milium {said}.", source=SOURCE, mend=MEND)
        for said in _against(seen)
    ]


def _against(seen: Appearance) -> Iterator[str]:
    if seen.painful:
        yield "does not hurt"
    if seen.red:
        yield "is not red"
    if seen.hard is False:
        yield "is hard"
    if seen.dome_shaped is False:
        yield "is a small dome"
    if seen.colour == OTHER:
        yield "is white, yellowish or of the colour of the skin"
