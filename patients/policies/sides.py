"""On which side a lesion lies: each lid is a place of its own, every other body site has a left, a right or a middle."""

from typing import Final

from clinic.errors import Malformed, RuleBroken

BILATERAL: Final = "bilateral"
LID_SIDES: Final = {
    "eyelid_right_upper": "right",
    "eyelid_right_lower": "right",
    "eyelid_left_upper": "left",
    "eyelid_left_lower": "left",
}


def side_of(*, body_site: str, laterality: str) -> str:
    """
    The side that is recorded: a lid's own, else the one that is told.

    :raises RuleBroken: `split_by_side`, for both sides at once.
    :raises Malformed: when the side is missing, or is not the side of the lid.
    """
    if laterality == BILATERAL:
        raise RuleBroken("split_by_side", "Record one lesion for each side: each is assessed, ordered and treated apart.")
    own = LID_SIDES.get(body_site)
    if own and laterality not in {"", own}:
        raise Malformed({"laterality": f"This lid is on the {own} side."})
    if not own and not laterality:
        raise Malformed({"laterality": "Say on which side it lies: left, right or midline."})
    return own or laterality
