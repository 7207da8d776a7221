"""Before and after: two photos in one frame, and where they differ."""

import json
from dataclasses import dataclass

from clinic.errors import RuleBroken
from patients.models import Photo
from patients.policies.photos import LIMITS, aligned_by, pair_refusals
from patients.selectors.photos import shot_of
from patients.services.images import decoded
from patients.services.photos import picture_of


@dataclass(frozen=True, kw_only=True)
class Pair:
    """
    What the comparison says: by what the two are aligned, whole days between them on the calendar of the site, the frame
    in pixels, the mean difference (0 to 1), the share of the frame that differs noticeably, how much the later one was
    brightened, and the picture that was asked for.
    """

    aligned_by: str
    days_between: int
    width: int
    height: int
    change: float
    changed: float
    gain: float
    limits: tuple[str, ...]
    picture: bytes


def compare_photos(*, before: Photo, after: Photo, show: str = "difference") -> Pair:
    """
    Lay two photos of one place on each other; `show` is the picture that is made: before, after or difference.

    :raises RuleBroken: with every reason why they are no pair.
    :raises Unavailable: when one of them cannot be read just now.
    """
    reasons = pair_refusals(shot_of(before), shot_of(after))
    if reasons:
        raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons)
    earlier, later = picture_of(before), picture_of(after)
    asked = json.dumps({"show": show, "length": len(earlier)}).encode()
    facts, picture = decoded("pair", b"\n".join((asked, earlier + later)))
    zone = before.patient.registered_site.zone
    days = after.taken_at.astimezone(zone).date() - before.taken_at.astimezone(zone).date()
    return Pair(
        aligned_by=aligned_by(shot_of(before), shot_of(after)) or "",
        days_between=days.days,
        limits=LIMITS,
        picture=picture,
        **facts,
    )
