"""Supervision agreements between a physician and somebody who works under them."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from uuid import UUID

from clinic.errors import RuleBroken
from clinic.models import Licence, Practitioner, Site, SupervisionAgreement, User
from clinic.scopes import ACTS, LEVELS, SUPERVISORS
from clinic.services.authority import seat_supervisor
from clinic.services.changes import change_authority
from clinic.services.credentials.licences import ENDED
from clinic.services.credentials.shared import correct_days, end_paper, require_order


def file_agreement(
    *,
    actor: User | None,
    supervisor: Practitioner,
    supervisee: Practitioner,
    sites: Collection[Site],
    acts: Collection[str],
    level: str,
    valid_from: date,
    valid_through: date,
    now: datetime,
) -> tuple[SupervisionAgreement, list[UUID]]:
    """
    Record that a physician supervises somebody for these acts at these sites, up to a level (general, direct, personal).

    :raises RuleBroken: `supervisor_not_qualified` without a physician's licence, or for oneself; if a word is unknown.
    """
    require_order(valid_from, valid_through)
    _require_words(sites=sites, acts=acts, level=level)
    _require_supervisor(supervisor, supervisee)

    def file() -> SupervisionAgreement:
        agreement = SupervisionAgreement.objects.create(
            supervisor=supervisor,
            supervisee=supervisee,
            acts=sorted(set(acts), key=ACTS.index),
            level=level,
            valid_from=valid_from,
            valid_through=valid_through,
        )
        agreement.sites.set(sites)
        seat_supervisor(practitioner=supervisor)
        return agreement

    parties = [supervisor.pk, supervisee.pk]
    return change_authority(practitioners=parties, actor=actor, reason="agreement_filed", now=now, change=file)


def correct_agreement(
    *,
    actor: User | None,
    agreement: SupervisionAgreement,
    now: datetime,
    valid_from: date | None = None,
    valid_through: date | None = None,
) -> tuple[SupervisionAgreement, list[UUID]]:
    """
    Write the right days; None leaves one alone.

    :raises RuleBroken: `ends_before_it_begins`.
    """

    return _change(
        agreement,
        actor=actor,
        now=now,
        change=lambda current: correct_days(current, valid_from=valid_from, valid_through=valid_through),
    )


def end_agreement(
    *, actor: User | None, agreement: SupervisionAgreement, now: datetime
) -> tuple[SupervisionAgreement, list[UUID]]:
    """
    From now on the agreement covers nothing; one that had not begun is removed.

    :raises Conflict: `illegal_transition` if it ended before.
    """

    return _change(
        agreement,
        actor=actor,
        now=now,
        change=lambda current: end_paper(current, sites=current.sites.all(), now=now),
    )


def _change(
    agreement: SupervisionAgreement,
    *,
    actor: User | None,
    now: datetime,
    change: Callable[[SupervisionAgreement], None],
) -> tuple[SupervisionAgreement, list[UUID]]:
    def write() -> SupervisionAgreement:
        current = SupervisionAgreement.objects.select_for_update().get(pk=agreement.pk)
        change(current)
        return current

    parties = [agreement.supervisor_id, agreement.supervisee_id]
    return change_authority(practitioners=parties, actor=actor, reason="agreement_changed", now=now, change=write)


def _require_words(*, sites: Collection[Site], acts: Collection[str], level: str) -> None:
    if not sites or not acts:
        raise RuleBroken("agreement_empty", "An agreement names at least one site and one act.")
    if unknown := sorted(set(acts) - set(ACTS)):
        raise RuleBroken("act_unknown", f"These are no acts of the clinic: {', '.join(unknown)}.")
    if level not in LEVELS[1:]:
        raise RuleBroken("level_unknown", f"The level is one of {', '.join(LEVELS[1:])}.")


def _require_supervisor(supervisor: Practitioner, supervisee: Practitioner) -> None:
    if supervisor == supervisee:
        raise RuleBroken("supervisor_not_qualified", "Nobody supervises themselves.")
    held = Licence.objects.filter(practitioner=supervisor, profession__in=SUPERVISORS).exclude(status__in=ENDED)
    if not (supervisor.active and held.exists()):
        raise RuleBroken(
            "supervisor_not_qualified",
            "Only an active dermatologist, ophthalmologist or other physician with a licence on file supervises.",
        )
