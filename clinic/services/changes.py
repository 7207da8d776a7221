"""
One way to change what visits lean on.

Whoever changes a paper, a policy, an agreement or a roster takes the people and places concerned for themselves
first: bookings that lean on them wait, or are seen. Then the change, the rewriting of what follows from it and the
ripple over the visits happen in one transaction, with the temporal keys checked at its end.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import pghistory
from django.db import connection, transaction

from clinic.models import Practitioner, User
from clinic.services.authority import rebuild_authority
from clinic.services.expirables import settle_expirables
from clinic.signals import authority_changed

T = TypeVar("T")

POLICY: UUID = UUID("019a0000-0000-7000-8000-000000000001")
"""Stands for the whole policy: changes of papers share it, a change of the policy takes it alone."""

TEMPORAL_KEYS = (
    "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint WHERE condeferrable AND NOT condeferred"
)
DEFERRED_KEYS = "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint WHERE condeferred"


def change_authority(
    *,
    practitioners: Collection[UUID],
    keys: Collection[UUID] = (),
    actor: User | None,
    reason: str,
    now: datetime,
    change: Callable[[], T],
    papers: bool = True,
) -> tuple[T, list[UUID]]:
    """
    Do `change`, rewrite the authority of these practitioners from now on, and move the visits that lose their footing.

    `keys` are the rooms, devices or sites whose presence changes; `papers=False` says that only presence does.
    Returns what `change` returned and the ids of the visits moved.
    """
    who = {"user": str(actor.pk)} if actor else {}
    with transaction.atomic(), pghistory.context(why=reason, **who):
        take_alone(practitioners=practitioners, keys=keys)
        with keys_checked_at_the_end():
            result = change()
            if papers:
                rebuild_authority(practitioners=practitioners, now=now)
                settle_expirables(now=now)
            moved = _ripple(practitioners=practitioners, keys=keys, actor=actor, reason=reason, now=now)
    return result, moved


def preview_change(
    *,
    practitioners: Collection[UUID],
    keys: Collection[UUID] = (),
    actor: User | None,
    reason: str,
    now: datetime,
    change: Callable[[], Any],
    papers: bool = True,
) -> list[UUID]:
    """The ids of the visits that `change_authority` would move; nothing is written."""
    return preview(
        lambda: change_authority(
            practitioners=practitioners, keys=keys, actor=actor, reason=reason, now=now, change=change, papers=papers
        )
    )


def preview(act: Callable[[], tuple[Any, list[UUID]]]) -> list[UUID]:
    """The ids that a service of this kind would move; whatever it writes is undone."""
    with transaction.atomic():
        _, moved = act()
        transaction.set_rollback(True)
    return moved


def take_alone(*, practitioners: Iterable[UUID], keys: Iterable[UUID] = ()) -> None:
    """Before anything else is locked or written: nobody else changes the policy, or whatever concerns these."""
    share(keys=[POLICY])
    hold(keys=[*practitioners, *keys])


def hold(*, keys: Iterable[UUID]) -> None:
    """Take these people and places alone until the transaction ends; after this, nothing they lean on changes elsewhere."""
    _lock("SELECT clinic_hold(%s::uuid[])", keys)


def share(*, keys: Iterable[UUID]) -> None:
    """Lean on these people and places until the transaction ends: others may lean on them too, nobody changes them."""
    _lock("SELECT clinic_share(%s::uuid[])", keys)


def _lock(statement: str, keys: Iterable[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(keys)])


@contextmanager
def keys_checked_at_the_end() -> Iterator[None]:
    """Defer the keys that are otherwise checked at once, and have them checked on leaving."""
    with connection.cursor() as cursor:
        cursor.execute(TEMPORAL_KEYS)
        [names] = cursor.fetchone()
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
        yield
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")


@contextmanager
def everything_checked_at_the_end() -> Iterator[None]:
    """Defer every key and trigger that can be deferred, have all of them speak on leaving, and leave them as they were."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(DEFERRED_KEYS)
        [names] = cursor.fetchone()
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")


def _ripple(
    *, practitioners: Collection[UUID], keys: Collection[UUID], actor: User | None, reason: str, now: datetime
) -> list[UUID]:
    answers = authority_changed.send(
        sender=Practitioner,
        practitioners=frozenset(practitioners),
        keys=frozenset(keys),
        actor=actor,
        reason=reason,
        now=now,
    )
    return [visit for _, moved in answers for visit in moved or ()]
