"""What every part of the demo clinic is made with: one source of chance, one maker of keys, one clock."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random

from clinic.models import Practitioner, Site, User

PAST_DAYS, FUTURE_DAYS = 14, 60
"""Presence reaches this far back and ahead, in days of the site; so do visits, unless fewer are asked for."""
SETTLED_DAYS = 400
"""The papers have counted for this many days."""


@dataclass(kw_only=True)
class Ground:
    """
    The same seed on the same day makes the same clinic; `now` decides which visits are over.

    Keys are the same too, but for rows that services write.
    """

    seed: int
    now: datetime
    booked_days: int = FUTURE_DAYS
    sites: dict[str, Site] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Practitioner] = field(default_factory=dict)

    @cached_property
    def chance(self) -> Random:
        """All that is left to chance comes from here, in one order."""
        return Random(self.seed)  # noqa: S311 - a demo, not a secret

    @cached_property
    def _bits(self) -> Random:
        return Random(f"keys of {self.seed}")  # noqa: S311 - a demo, not a secret

    @cached_property
    def midnight(self) -> datetime:
        """The beginning of the day in UTC, from which moments that lie back are counted."""
        return self.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def began_at(self) -> datetime:
        """Since when the papers of the staff have counted."""
        return self.midnight - timedelta(days=SETTLED_DAYS)

    def today(self, site: Site) -> date:
        """The date at the site."""
        return self.now.astimezone(site.zone).date()

    def days(self, site: Site) -> list[date]:
        """The weekdays of the site that have visits."""
        all_days = (self.today(site) + timedelta(days=number) for number in range(-PAST_DAYS, self.booked_days + 1))
        return [day for day in all_days if day.weekday() < 5]

    def key(self) -> uuid.UUID:
        """The next key: a uuid of version 7 whose time is that of the day, one millisecond after the one before."""
        self._made = getattr(self, "_made", 0) + 1
        milliseconds = int(self.midnight.timestamp() * 1000) + self._made
        bits = self._bits.getrandbits(74)
        return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & (1 << 62) - 1)

    def ago(self, **period: float) -> datetime:
        """A moment before the beginning of the day."""
        return self.midnight - timedelta(**period)
