"""Licences: filed, verified at their source, corrected, suspended, reinstated, expired. Each moves the visits it no longer carries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.errors import Conflict, RuleBroken
from clinic.models import Licence, Practitioner, Site, User
from clinic.models.credentials import ACTIVE, EXPIRED, LAPSED, PENDING, REVOKED, SUSPENDED, VERIFICATION_METHODS
from clinic.scopes import PROFESSIONS
from clinic.services.changes import change_authority
from clinic.services.credentials.shared import require_order, today_at

IN_FORCE = frozenset({ACTIVE, SUSPENDED})
ENDED = frozenset({REVOKED, LAPSED, EXPIRED})
Moved = list[UUID]


@dataclass(frozen=True, kw_only=True)
class LicenceCorrection:
    """What was written wrongly or has changed; None leaves a field alone. Days are inclusive."""

    number: str | None = None
    tier: str | None = None
    valid_from: date | None = None
    valid_through: date | None = None
    status: str | None = None
    reason: str = ""


def file_licence(
    *,
    actor: User | None,
    practitioner: Practitioner,
    profession: str,
    jurisdiction: str,
    number: str,
    valid_from: date,
    valid_through: date,
    now: datetime,
    tier: str = "",
) -> tuple[Licence, Moved]:
    """
    Put a licence on file; it counts once it is verified.

    :raises RuleBroken: if the days are out of order or the profession is none.
    """
    require_order(valid_from, valid_through)
    if profession not in PROFESSIONS:
        raise RuleBroken("profession_unknown", f"There is no profession {profession!r} here.")
    licence = Licence(
        practitioner=practitioner,
        profession=profession,
        tier=tier,
        jurisdiction=jurisdiction,
        number=number,
        valid_from=valid_from,
        valid_through=valid_through,
    )

    def file() -> Licence:
        licence.save(force_insert=True)
        return licence

    return change_authority(practitioners=[practitioner.pk], actor=actor, reason="licence_filed", now=now, change=file)


def verify_licence(*, actor: User, licence: Licence, method: str, now: datetime) -> tuple[Licence, Moved]:
    """
    Record that the licence was confirmed at its source (board site, document, phone); from now on it counts.

    :raises Conflict: `illegal_transition` if it is suspended or has ended.
    """
    if method not in VERIFICATION_METHODS:
        raise RuleBroken("method_unknown", f"A licence is verified by {', '.join(VERIFICATION_METHODS)}.")

    def verify(current: Licence) -> None:
        _require_status(current, frozenset({PENDING, ACTIVE}), "verified")
        current.status = ACTIVE
        current.verified_at, current.verified_by, current.verification_method = now, actor, method

    return _change(licence, actor=actor, reason="licence_verified", now=now, change=verify)


def suspend_licence(
    *,
    actor: User | None,
    licence: Licence,
    reason: str,
    now: datetime,
    from_at: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Licence, Moved]:
    """
    Suspend the licence from a moment (now) until another (further notice); visits that lean on it are moved.

    :raises RuleBroken: `ends_before_it_begins`.
    :raises Conflict: `illegal_transition` if the licence has ended.
    """
    begins = from_at or now
    if until is not None and until <= begins:
        raise RuleBroken("ends_before_it_begins", "The suspension ends before it begins.")

    def suspend(current: Licence) -> None:
        _require_status(current, IN_FORCE | {PENDING}, "suspended")
        current.status, current.status_reason = SUSPENDED, reason
        current.suspended_from, current.suspended_until = begins, until

    return _change(licence, actor=actor, reason="licence_suspended", now=now, change=suspend)


def reinstate_licence(*, actor: User | None, licence: Licence, now: datetime) -> tuple[Licence, Moved]:
    """
    End the suspension now; a licence that was never verified waits for that again.

    :raises Conflict: `illegal_transition` if it is not suspended.
    """

    def reinstate(current: Licence) -> None:
        _require_status(current, frozenset({SUSPENDED}), "reinstated")
        current.status = ACTIVE if current.verified_at else PENDING
        current.suspended_from = current.suspended_until = None
        current.status_reason = ""

    return _change(licence, actor=actor, reason="licence_reinstated", now=now, change=reinstate)


def correct_licence(
    *, actor: User | None, licence: Licence, correction: LicenceCorrection, now: datetime
) -> tuple[Licence, Moved]:
    """
    Shorten a licence, end it (revoked, lapsed, expired) or send it back to verification; a pending one may change freely.

    :raises RuleBroken: `verification_needed` if a licence in force would say more than what was verified.
    :raises Conflict: `illegal_transition`.
    """

    def correct(current: Licence) -> None:
        verified = (current.number, current.tier, current.valid_from, current.valid_through)
        for field in ("number", "tier", "valid_from", "valid_through"):
            if (value := getattr(correction, field)) is not None:
                setattr(current, field, value)
        require_order(current.valid_from, current.valid_through)
        _correct_status(current, correction, now)
        if current.status in IN_FORCE and current.verified_at:
            _require_no_more_than(current, *verified)

    return _change(licence, actor=actor, reason="licence_changed", now=now, change=correct)


def expire_licences(*, now: datetime) -> Moved:
    """Mark the licences whose last day is over at every site as expired; returns the visits that had to move."""
    today = today_at(sites=Site.objects.filter(active=True), now=now)
    over = Licence.objects.filter(status__in=[*IN_FORCE, PENDING], valid_through__lt=today)
    holders = list(over.values_list("practitioner_id", flat=True).distinct())

    def expire() -> int:
        return over.filter(practitioner_id__in=holders).update(status=EXPIRED)

    if not holders:
        return []
    _, moved = change_authority(practitioners=holders, actor=None, reason="licence_expired", now=now, change=expire)
    return moved


def _change(
    licence: Licence, *, actor: User | None, reason: str, now: datetime, change: Callable[[Licence], None]
) -> tuple[Licence, Moved]:
    def write() -> Licence:
        current = Licence.objects.select_for_update(of=("self",)).select_related("practitioner__user").get(pk=licence.pk)
        change(current)
        current.save()
        return current

    return change_authority(practitioners=[licence.practitioner_id], actor=actor, reason=reason, now=now, change=write)


def _correct_status(licence: Licence, correction: LicenceCorrection, now: datetime) -> None:
    wanted = correction.status or licence.status
    if wanted == licence.status:
        return
    if wanted == ACTIVE:
        raise Conflict("illegal_transition", "A licence becomes active by verifying or reinstating it.")
    if wanted == SUSPENDED:
        _require_status(licence, IN_FORCE | {PENDING}, "suspended")
        licence.suspended_from, licence.suspended_until = now, None
    else:
        licence.suspended_from = licence.suspended_until = None
    if wanted == PENDING:
        licence.verified_at, licence.verified_by, licence.verification_method = None, None, ""
    licence.status, licence.status_reason = wanted, correction.reason


def _require_no_more_than(licence: Licence, number: str, tier: str, valid_from: date, valid_through: date) -> None:
    """What was verified is this number and tier, and no day more."""
    same = (licence.number, licence.tier) == (number, tier)
    if not same or licence.valid_from < valid_from or licence.valid_through > valid_through:
        raise RuleBroken(
            "verification_needed",
            "This says more than what was verified: file a renewal as a licence of its own, or set the status to"
            " pending_verification with the change, and verify it again.",
        )


def _require_status(licence: Licence, allowed: frozenset[str], verb: str) -> None:
    if licence.status not in allowed:
        raise Conflict("illegal_transition", f"A licence that is {licence.status.replace('_', ' ')} cannot be {verb}.")
