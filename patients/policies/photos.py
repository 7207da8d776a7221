"""Which photos may be laid beside each other, and what a comparison of them is worth."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from clinic.errors import Refusal

VIEWS: Final = ("overview", "close_up", "dermoscopy")
CAMERA, GIVEN = "camera", "given"
TIME_SOURCES: Final = (CAMERA, GIVEN)
CONSENT_WITHDRAWN, ENTERED_IN_ERROR = "consent_withdrawn", "entered_in_error"
REMOVALS: Final = (CONSENT_WITHDRAWN, ENTERED_IN_ERROR)
CLOCKS_DIFFER_BY: Final = timedelta(minutes=2)
"""A camera may be that much ahead of the server."""

SOURCE: Final = "Clinic policy: before and after are photos of one place of one patient, taken in the same way"
LIMITS: Final = (
    "Both are brought to one frame by the chart and their size alone; no landmark of the skin is matched.",
    "Another distance, angle or expression shows as a change that is none.",
    "Brightness is levelled as a whole; shadows, make-up and the colour of the light are not.",
    "It shows where to look, and is no measurement and no finding.",
)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What a photo is of, and when and how it was taken; body site and lesion by their ids, blank words where not told."""

    patient: UUID
    lesion: UUID | None
    body_site: UUID | None
    laterality: str
    chart: str
    view: str
    taken_at: datetime
    removed: bool = False


def aligned_by(before: Shot, after: Shot) -> str | None:
    """What lays the two on each other: the lesion, else the body site and side, else the chart; None for nothing."""
    if before.lesion and before.lesion == after.lesion:
        return "lesion"
    if before.body_site and (before.body_site, before.laterality) == (after.body_site, after.laterality):
        return "body_site"
    return "chart" if before.chart and before.chart == after.chart else None


def pair_refusals(before: Shot, after: Shot) -> list[Refusal]:
    """Every reason why these are no before and after."""
    found = {
        ("photo_removed", "The bytes of one of the photos were removed.", "Choose photos that can still be seen."): (
            before.removed or after.removed
        ),
        ("photos_of_two_patients", "The photos are of two patients.", "Choose two photos of one patient."): (
            before.patient != after.patient
        ),
        ("photos_not_comparable", "The photos are not of one place.", "Choose one lesion, one body site or one chart."): (
            before.patient == after.patient and aligned_by(before, after) is None
        ),
        ("photo_views_differ", "One photo is taken from nearer than the other.", "Choose two photos of the same view."): (
            before.view != after.view
        ),
        ("photos_in_wrong_order", "The first photo was taken after the second.", "Exchange the two."): (
            before.taken_at > after.taken_at
        ),
    }
    return [
        Refusal(code=code, detail=detail, source=SOURCE, mend=mend) for (code, detail, mend), holds in found.items() if holds
    ]
