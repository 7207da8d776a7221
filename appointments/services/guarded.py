"""Writing under the guard: what PostgreSQL refuses is told in our words, or judged again when somebody was faster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

from appointments.policies.violations import CODES, CONFLICTS, FORBIDDEN
from clinic.errors import Conflict, NotAllowed, RuleBroken

T = TypeVar("T")
TRIES = 20
DEADLOCK, SERIALIZATION = "40P01", "40001"
SETTLE = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS visit_is_complete, item_leaves_a_complete_visit, claim_leaves_a_complete_visit,
  authority_leaves_a_complete_visit DEFERRED
"""


class Overtaken(Exception):
    """Between the verdict and the write somebody else changed what it leaned on; it has to be judged again."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@contextmanager
def guarded() -> Iterator[None]:
    """
    One transaction whose deferred constraints speak before it ends.

    :raises Overtaken: when the guard refuses what the verdict had allowed.
    """
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute(SETTLE)
    except DatabaseError as error:
        constraint = _constraint_of(error)
        if constraint is None:
            raise
        raise Overtaken(constraint) from error


@contextmanager
def settled() -> Iterator[None]:
    """
    As `guarded`, for a step of a visit that is locked and was judged: what the guard refuses then is the answer.

    :raises DomainError: with the code of the constraint.
    """
    try:
        with guarded():
            yield
    except Overtaken as overtaken:
        code = CODES[overtaken.constraint]
        kind = Conflict if code in CONFLICTS else NotAllowed if code in FORBIDDEN else RuleBroken
        raise kind(code, "What the visit leans on was changed just now: look at it again.") from overtaken


def _constraint_of(error: DatabaseError) -> str | None:
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in {DEADLOCK, SERIALIZATION}:
        return "claim_is_free"
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return name if name in CODES else None


def until_settled(attempt: Callable[[bool], T]) -> T:
    """
    Judge and write until the write stands or the judgement refuses; every failed try means that somebody else got on.

    :param attempt: told whether chart, catalogue and orders have to be read anew: not where only the calendar was overtaken.
    """
    anew = False
    for _ in range(TRIES):
        try:
            return attempt(anew)
        except Overtaken as overtaken:
            last = overtaken
            anew = anew or CODES.get(overtaken.constraint) != "slot_taken"
    raise Conflict("slot_taken", "Too many people want this at once: choose another start.") from last


def share(*keys) -> None:
    """Take the shared locks of everything the visit will lean on, in one order, before any row is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clinic_share(%s::uuid[])", [[key for key in keys if key]])
