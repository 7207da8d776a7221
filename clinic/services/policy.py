"""
Changing the policy takes two people: a manager verifies a row at its source, the medical director approves it.

A proposed cell counts for nothing until it is approved; it then supersedes the version in force. A proposed row of
law tightens from the start, relaxes once it is approved, and then supersedes older versions of itself.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max, Q, QuerySet

from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import Licence, PolicyRow, User
from clinic.models.policy import CELL, JURISDICTION
from clinic.policies.matrix import ANY
from clinic.policies.periods import FOREVER
from clinic.policies.proposals import CellProposal, LawProposal, require_possible_cell, require_possible_law
from clinic.services.changes import POLICY, change_authority, hold, preview

T = TypeVar("T")


def propose_cell(*, actor: User | None, proposal: CellProposal) -> PolicyRow:
    """
    Write down a new version of a matrix cell; it counts once verified and approved.

    :raises RuleBroken: if the matrix has no such cell, or the cell would allow what no policy may allow.
    """
    versions = PolicyRow.objects.filter(kind=CELL, **proposal.identity)
    if not versions.filter(valid__isnull=False).exists():
        raise RuleBroken("cell_unknown", "The authority matrix has no such cell: new versions replace cells that it has.")
    require_possible_cell(proposal)
    return PolicyRow.objects.create(
        kind=CELL, version=_next_version(versions), proposed_by=actor, valid=None, **proposal.fields
    )


def propose_jurisdiction_row(*, actor: User | None, proposal: LawProposal, now: datetime) -> tuple[PolicyRow, list[UUID]]:
    """
    Write down what the law of a place says: it refuses and tightens at once, and relaxes once verified and approved.

    :raises RuleBroken: if the row contradicts itself.
    """
    require_possible_law(proposal)
    row = PolicyRow(
        kind=JURISDICTION,
        version=_next_version(PolicyRow.objects.filter(kind=JURISDICTION, **proposal.identity)),
        proposed_by=actor,
        valid=DateTimeTZRange(now, FOREVER),
        **proposal.fields,
    )
    return change_policy(rows=[row], actor=actor, reason="policy_tightened", now=now, change=lambda: _saved(row))


@transaction.atomic
def verify_policy_row(*, actor: User, row: PolicyRow, now: datetime) -> PolicyRow:
    """Record that this manager read the source and that the row says what it says; nothing takes effect yet."""
    row = _locked(row)
    _require_open(row, now)
    row.verified_by, row.verified_at = actor, now
    row.save(update_fields=["verified_by", "verified_at"])
    return row


def approve_policy_row(*, actor: User, row: PolicyRow, now: datetime) -> tuple[PolicyRow, list[UUID]]:
    """
    Put a verified row in force from now on, in the place of its older versions.

    :raises Conflict: `illegal_transition` if it is not verified, or decided already.
    :raises NotAllowed: if the same person verified it.
    """

    def approve() -> PolicyRow:
        current = _locked(row)
        _require_open(current, now)
        if current.verified_at is None:
            raise Conflict("illegal_transition", "A manager verifies the row at its source before it is approved.")
        if current.verified_by_id == actor.pk:
            raise NotAllowed("not_permitted", "Whoever verified the row does not approve it: that takes another person.")
        current.approved_by = actor
        return _put_in_force(current, now)

    return change_policy(rows=[row], actor=actor, reason="policy_changed", now=now, change=approve)


def withdraw_policy_row(*, actor: User, row: PolicyRow, now: datetime) -> tuple[PolicyRow, list[UUID]]:
    """
    Take back a proposal that was not approved; the policy is again what it was before.

    :raises Conflict: `illegal_transition` for a row in force: what it says changes only by a newer version.
    """

    def withdraw() -> PolicyRow:
        current = _locked(row)
        _require_open(current, now)
        if current.version == 1 and current.proposed_by_id is None:
            raise Conflict("illegal_transition", "This row is in force: propose a newer version, verified and approved.")
        current.valid = _ended(current.valid, now)
        current.save(update_fields=["valid"])
        return current

    return change_policy(rows=[row], actor=actor, reason="policy_changed", now=now, change=withdraw)


def preview_policy_row(*, actor: User, row: PolicyRow, now: datetime) -> list[UUID]:
    """The visits that would need somebody else if the row were in force; nothing is written."""

    def approve() -> PolicyRow:
        current = _locked(row)
        _require_open(current, now)
        current.verified_at = current.verified_at or now
        return _put_in_force(current, now)

    return preview(lambda: change_policy(rows=[row], actor=actor, reason="policy_changed", now=now, change=approve))


def change_policy(
    *, rows: Collection[PolicyRow], actor: User | None, reason: str, now: datetime, change: Callable[[], T]
) -> tuple[T, list[UUID]]:
    """Take the policy alone, then change it for everybody with a licence that one of these rows bears on."""
    with transaction.atomic():
        hold(keys=[POLICY])
        return change_authority(practitioners=_concerned(rows), actor=actor, reason=reason, now=now, change=change)


def _concerned(rows: Collection[PolicyRow]) -> list[UUID]:
    """Who holds a licence of the professions and, for rows of law, of the jurisdictions of these rows."""
    wanted = Q(pk__in=[])
    for profession, jurisdiction in {(row.profession, row.jurisdiction or ANY) for row in rows}:
        one = Q() if profession == ANY else Q(profession=profession)
        wanted |= (one if jurisdiction == ANY else one & Q(jurisdiction=jurisdiction)) or Q(pk__isnull=False)
    return list(Licence.objects.filter(wanted).values_list("practitioner_id", flat=True).distinct())


def _put_in_force(row: PolicyRow, now: datetime) -> PolicyRow:
    superseded = Q(kind=CELL) | Q(version__lt=row.version) | Q(approved_at__isnull=False)
    for older in _versions(row).filter(superseded, valid__contains=now).exclude(pk=row.pk).select_for_update():
        older.valid = _ended(older.valid, now)
        older.save(update_fields=["valid"])
    row.approved_at = now
    row.valid = row.valid or DateTimeTZRange(now, FOREVER)
    row.save(update_fields=["verified_at", "approved_by", "approved_at", "valid"])
    return row


def _versions(row: PolicyRow) -> QuerySet[PolicyRow]:
    words: Sequence[str] = ("profession", "act", "depth", "region", "jurisdiction", "tier")
    return PolicyRow.objects.filter(kind=row.kind, **{word: getattr(row, word) for word in words})


def _next_version(versions: QuerySet[PolicyRow]) -> int:
    newest: dict[str, Any] = versions.aggregate(newest=Max("version"))
    return (newest["newest"] or 0) + 1


def _locked(row: PolicyRow) -> PolicyRow:
    return PolicyRow.objects.select_for_update().get(pk=row.pk)


def _saved(row: PolicyRow) -> PolicyRow:
    row.save(force_insert=True)
    return row


def _require_open(row: PolicyRow, now: datetime) -> None:
    """A row that is approved, superseded or withdrawn is not decided again."""
    if row.approved_at or (row.valid is not None and (row.valid.isempty or row.valid.upper <= now)):
        raise Conflict("illegal_transition", "This row has been decided: propose a newer version.")


def _ended(valid: DateTimeTZRange | None, now: datetime) -> DateTimeTZRange:
    """The period cut off at now; a proposal that never began has an empty one."""
    return DateTimeTZRange(min(valid.lower, now), now) if valid else DateTimeTZRange(empty=True)
