"""Practitioners: hired, given seats for supervisees, deactivated."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict
from clinic.models import Practitioner, User
from clinic.services.authority import seat_supervisor
from clinic.services.changes import change_authority


@transaction.atomic
def hire_practitioner(*, name: str, user: User | None = None, max_supervisees: int = 3) -> Practitioner:
    """
    Add somebody who treats, with or without a user; what they may do follows from their papers.

    :raises Conflict: `user_taken` if the user is a practitioner already.
    """
    if user is not None and Practitioner.objects.filter(user=user).exists():
        raise Conflict("user_taken", "This user is a practitioner already.")
    practitioner = Practitioner.objects.create(name=name, user=user, max_supervisees=max_supervisees)
    seat_supervisor(practitioner=practitioner)
    return practitioner


def deactivate_practitioner(
    *, actor: User | None, practitioner: Practitioner, now: datetime
) -> tuple[Practitioner, list[UUID]]:
    """From now on the practitioner neither treats nor supervises nor signs; visits that lean on them are moved."""
    return _change(practitioner, actor=actor, reason="practitioner_inactive", now=now, active=False)


def reactivate_practitioner(
    *, actor: User | None, practitioner: Practitioner, now: datetime
) -> tuple[Practitioner, list[UUID]]:
    """The practitioner is back: whatever their papers carry counts again from now on."""
    return _change(practitioner, actor=actor, reason="practitioner_active", now=now, active=True)


def limit_supervisees(
    *, actor: User | None, practitioner: Practitioner, max_supervisees: int, now: datetime
) -> tuple[Practitioner, list[UUID]]:
    """Change how many people they supervise at a time, and make the seats for that."""
    return _change(practitioner, actor=actor, reason="supervisor_full", now=now, max_supervisees=max_supervisees)


def _change(
    practitioner: Practitioner, *, actor: User | None, reason: str, now: datetime, **fields: bool | int
) -> tuple[Practitioner, list[UUID]]:
    def write() -> Practitioner:
        current = Practitioner.objects.select_for_update().get(pk=practitioner.pk)
        for field, value in fields.items():
            setattr(current, field, value)
        current.save(update_fields=list(fields))
        seat_supervisor(practitioner=current)
        return current

    return change_authority(practitioners=[practitioner.pk], actor=actor, reason=reason, now=now, change=write)
