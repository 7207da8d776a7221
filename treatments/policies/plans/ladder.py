"""How a retinoid is begun: the lowest strength on few evenings, more often as the skin takes it, stronger only after that."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

FEW, EVERY_OTHER, EVERY, ASK = "one_or_two_a_week", "every_other", "every", "ask_about_more"
NIGHTS: Final = (FEW, EVERY_OTHER, EVERY, ASK)
AFTER_DAYS: Final = {FEW: 0, EVERY_OTHER: 21, EVERY: 42, ASK: 84}
"""Days after the first evening; a clinical guideline says "a few weeks" for each, these are the clinic's."""
OPENS: Final = time(9)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """From that day on, that many nights."""

    number: int
    from_on: date
    nights: str


def ladder_from(first: date) -> list[Rung]:
    """All rungs of a retinoid whose first evening is that day."""
    return [
        Rung(number=number, from_on=first + timedelta(days=AFTER_DAYS[nights]), nights=nights)
        for number, nights in enumerate(NIGHTS, start=1)
    ]


def has_climbed(*, since: date | None, on: date) -> bool:
    """Whether a retinoid that has been used since then may be followed by a stronger one on that day."""
    return since is not None and on >= since + timedelta(days=AFTER_DAYS[ASK])


def morning_of(day: date, *, zone: ZoneInfo) -> datetime:
    """When the clinic opens on that day (UTC): tasks fall due then."""
    return datetime.combine(day, OPENS, tzinfo=zone).astimezone(UTC)
