"""Certifications: the documented trainings."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from clinic.errors import RuleBroken
from clinic.models import Certification, Practitioner, Site, User
from clinic.models.credentials import TRAININGS
from clinic.services.changes import change_authority
from clinic.services.credentials.shared import correct_days, end_paper, require_order


def file_certification(
    *, actor: User | None, practitioner: Practitioner, kind: str, valid_from: date, valid_through: date, now: datetime
) -> tuple[Certification, list[UUID]]:
    """
    Put a training (lancet, peel, laser, rf) on file; days are inclusive.

    :raises RuleBroken: if the days are out of order or there is no such training.
    """
    require_order(valid_from, valid_through)
    if kind not in TRAININGS:
        raise RuleBroken("training_unknown", f"A training is one of {', '.join(TRAININGS)}.")
    paper = Certification(practitioner=practitioner, kind=kind, valid_from=valid_from, valid_through=valid_through)

    def file() -> Certification:
        paper.save(force_insert=True)
        return paper

    return change_authority(practitioners=[practitioner.pk], actor=actor, reason="training_filed", now=now, change=file)


def correct_certification(
    *,
    actor: User | None,
    certification: Certification,
    now: datetime,
    valid_from: date | None = None,
    valid_through: date | None = None,
) -> tuple[Certification, list[UUID]]:
    """
    Write the right days; None leaves one alone.

    :raises RuleBroken: `ends_before_it_begins`.
    """

    return _change(
        certification,
        actor=actor,
        now=now,
        change=lambda current: correct_days(current, valid_from=valid_from, valid_through=valid_through),
    )


def end_certification(*, actor: User | None, certification: Certification, now: datetime) -> tuple[Certification, list[UUID]]:
    """
    From now on the training counts for nothing; one that had not begun is removed.

    :raises Conflict: `illegal_transition` if it ended before.
    """

    sites = Site.objects.filter(active=True)
    return _change(certification, actor=actor, now=now, change=lambda current: end_paper(current, sites=sites, now=now))


def _change(
    certification: Certification, *, actor: User | None, now: datetime, change: Callable[[Certification], None]
) -> tuple[Certification, list[UUID]]:
    def write() -> Certification:
        current = (
            Certification.objects.select_for_update(of=("self",)).select_related("practitioner__user").get(pk=certification.pk)
        )
        change(current)
        return current

    holder = certification.practitioner_id
    return change_authority(practitioners=[holder], actor=actor, reason="training_changed", now=now, change=write)
