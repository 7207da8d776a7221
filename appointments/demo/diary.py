"""What is taken on one day at one site, while its visits are planned."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from clinic.models import Device, Room, Seat

Span = tuple[int, int]
"""Minutes after the beginning of the shift, half-open."""

SPARE_ROOMS = 2
"""So many suitable rooms stay free at any time for whoever books next; of a few rooms, half."""


@dataclass(frozen=True, kw_only=True)
class Equipment:
    """The rooms of a site (the least equipped first), its devices, and the seats of its supervisors."""

    rooms: Sequence[Room]
    devices: Sequence[Device]
    seats: dict[UUID, list[Seat]]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a visit fits."""

    room: Room
    devices: tuple[Device, ...]
    seat: Seat | None


@dataclass(kw_only=True)
class Diary:
    """Who and what is taken when, on one day."""

    equipment: Equipment
    taken: dict[UUID, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def is_free(self, key: UUID, span: Span) -> bool:
        """Whether nothing takes it in that time."""
        return all(span[1] <= start or end <= span[0] for start, end in self.taken[key])

    def place(
        self, *, words: Iterable[str], kinds: Iterable[str], supervisor: UUID | None, during: Span, blocked: Span
    ) -> Place | None:
        """A room with that equipment, a device of each kind and, under a supervisor, a seat: all free, and rooms to spare."""
        suitable = [room for room in self.equipment.rooms if set(words) <= set(room.equipment)]
        rooms = [room for room in suitable if self.is_free(room.id, blocked)]
        devices = [self._device(kind, blocked) for kind in kinds]
        seat = self._seat(supervisor, during) if supervisor else None
        if len(rooms) <= min(SPARE_ROOMS, len(suitable) // 2) or None in devices or (supervisor and seat is None):
            return None
        return Place(room=rooms[0], devices=tuple(devices), seat=seat)

    def take(self, keys: Iterable[UUID], span: Span) -> None:
        """From now on these are taken in that time."""
        for key in keys:
            self.taken[key].append(span)

    def _device(self, kind: str, blocked: Span) -> Device | None:
        units = (unit for unit in self.equipment.devices if unit.kind == kind and self.is_free(unit.id, blocked))
        return next(units, None)

    def _seat(self, supervisor: UUID, during: Span) -> Seat | None:
        return next((seat for seat in self.equipment.seats[supervisor] if self.is_free(seat.id, during)), None)
