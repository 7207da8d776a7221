"""How something that visits lean on is changed: those who lean on it are moved in the same transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from clinic.services.changes import hold, keys_checked_at_the_end


@contextmanager
def alone(*, keys: Collection[UUID]) -> Iterator[None]:
    """One transaction in which no booking comes to lean on these lesions or people; the keys are checked at its end."""
    with transaction.atomic():
        hold(keys=keys)
        with keys_checked_at_the_end():
            yield


def ripple(signal: Signal, **facts: Any) -> list[UUID]:
    """Tell the upper apps; answers the ids of the visits that they moved."""
    return [visit for _, moved in signal.send(sender=None, **facts) for visit in moved or ()]
