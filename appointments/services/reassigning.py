"""Giving many visits to substitutes in one call, each for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from appointments.models import Appointment
from appointments.services.moving import reassign_appointment
from clinic.errors import DomainError
from clinic.models import Practitioner, User


@dataclass(frozen=True, kw_only=True)
class Move:
    """One visit, who takes it, and when; `skipped` as in a Request."""

    visit: Appointment
    practitioner: Practitioner
    start: datetime
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The visits that moved, and the code for each that did not."""

    moved: tuple[UUID, ...]
    failed: tuple[tuple[UUID, str], ...]


def apply_reassignments(*, actor: User, moves: Sequence[Move], now: datetime) -> Outcome:
    """Move each visit by itself: what fails stays as it was and hinders none of the others."""
    moved: list[UUID] = []
    failed: list[tuple[UUID, str]] = []
    for move in moves:
        try:
            reassign_appointment(
                actor=actor,
                visit=move.visit,
                practitioner=move.practitioner,
                start=move.start,
                now=now,
                skipped=move.skipped,
                nearest=False,
            )
            moved.append(move.visit.id)
        except DomainError as error:
            failed.append((move.visit.id, error.code))
    return Outcome(moved=tuple(moved), failed=tuple(failed))
