"""The drawings on which a lesion is placed, and which of them show a body site."""

from typing import Final

from clinic.errors import Malformed
from clinic.scopes import BODY, EYELID, FACE, PERIOCULAR

FRONT, LEFT, RIGHT, LIDS = "face_front", "face_left", "face_right", "eyelids_closed"
TORSO_FRONT, TORSO_BACK = "torso_front", "torso_back"
CHARTS: Final = (FRONT, LEFT, RIGHT, LIDS, TORSO_FRONT, TORSO_BACK)
FACES: Final = frozenset({FRONT, LEFT, RIGHT})

OF_REGION: Final = {
    EYELID: FACES | {LIDS},
    PERIOCULAR: FACES | {LIDS},
    FACE: FACES,
    BODY: frozenset({TORSO_FRONT, TORSO_BACK}),
}
OF_SITE: Final = {"chest": frozenset({TORSO_FRONT}), "back": frozenset({TORSO_BACK})}
HIDES: Final = {LEFT: "right", RIGHT: "left"}
"""A face from one side does not show what lies on the other."""


def charts_of(*, body_site: str, region: str, side: str) -> frozenset[str]:
    """The charts that show the body site (of that region by the catalogue) on that side."""
    drawn = OF_SITE.get(body_site, OF_REGION[region])
    return frozenset(chart for chart in drawn if HIDES.get(chart) != side or not side)


def require_place(*, chart: str, x: float | None, y: float | None, body_site: str, region: str, side: str) -> None:
    """
    A place names a chart that shows the body site, and both coordinates as fractions of its width and height.

    :raises Malformed: naming what is missing, or does not fit.
    """
    if not bool(chart) == (x is not None) == (y is not None):
        raise Malformed({"chart": "Give the chart, x and y together, or none of them."})
    outside = {name: "From 0 to 1, as a fraction of the chart." for name, at in (("x", x), ("y", y)) if not _is_on_it(at)}
    if outside:
        raise Malformed(outside)
    shown = charts_of(body_site=body_site, region=region, side=side)
    if chart and chart not in shown:
        raise Malformed({"chart": f"This chart does not show that body site; these do: {', '.join(sorted(shown))}."})


def _is_on_it(fraction: float | None) -> bool:
    return fraction is None or 0 <= fraction <= 1
