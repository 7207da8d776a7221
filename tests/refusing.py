"""Raw writes that must fail, and the name of what refuses them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction


def refused_as(write: Callable[[], Any]) -> str:
    """The name of the constraint that refuses this write, deferred ones included."""

    @transaction.atomic
    def write_and_check() -> None:
        write()
        connection.check_constraints()

    with pytest.raises(DatabaseError) as refusal:
        write_and_check()
    return refusal.value.__cause__.diag.constraint_name


def sql(statement: str, *values: Any) -> int:
    """Run it; how many rows there were."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
