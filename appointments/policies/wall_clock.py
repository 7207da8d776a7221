"""Wall times that a zone's clocks skip when they are put forward."""

from datetime import datetime
from zoneinfo import ZoneInfo


def is_skipped(written: datetime, *, zone: ZoneInfo) -> bool:
    """
    Whether the moment was written as a wall time that the clocks of the zone never show.

    The offset that was written tells whose wall it is: only the offsets of the zone before and after the gap speak of its own.
    """
    wall = written.replace(tzinfo=None)
    before, after = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return before < after and written.utcoffset() in (before, after)
