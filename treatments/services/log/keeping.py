"""Writing what PostgreSQL keeps: what it refuses is told by its code."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from clinic.errors import Conflict, RuleBroken
from treatments.policies.log.violations import CODES, CONFLICTS


@contextmanager
def told_in_words() -> Iterator[None]:
    """
    One step whose refusal by the database is a domain error.

    :raises RuleBroken: with the code of the constraint; Conflict where something is signed or over already.
    """
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        code = CODES.get(name)
        if code is None:
            raise
        kind = Conflict if code in CONFLICTS else RuleBroken
        raise kind(code, "The record does not allow this: look at it again.") from error
