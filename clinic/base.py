"""What every table has: a time-ordered key, and periods that are never empty."""

import secrets
import time
import uuid

from django.db import models
from django.db.models import CheckConstraint, Func, Q


def uuid7() -> uuid.UUID:
    """A time-ordered uuid (RFC 9562, version 7) as PostgreSQL's uuidv7() makes them: 12 bits of the millisecond follow it."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    value = milliseconds << 80 | 0x7 << 76 | (rest << 12) // 1_000_000 << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


class Keyed(models.Model):
    """A row whose key Python makes (bulk_create needs it at once), and PostgreSQL for every other writer."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=Func(function="uuidv7"), editable=False)

    class Meta:
        abstract = True


def one_of(field: str, values: tuple[str, ...] | list[str], *, name: str) -> CheckConstraint:
    """The field holds one of these words."""
    return CheckConstraint(name=name, condition=Q(**{f"{field}__in": list(values)}))


def not_empty(field: str, *, name: str) -> CheckConstraint:
    """The period lasts: an empty range would satisfy every temporal key."""
    return CheckConstraint(name=name, condition=Q(**{f"{field}__isempty": False}))


def in_order(first: str, last: str, *, name: str) -> CheckConstraint:
    """`first` is not after `last`."""
    return CheckConstraint(name=name, condition=Q(**{f"{first}__lte": models.F(last)}))
