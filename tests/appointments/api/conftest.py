"""The clock of these tests stands where their clinic does."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

NOW = "2027-01-12T17:00:00+00:00"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def clinic(db: None) -> Any:
    from tests.appointments.api.desk import a_clinic  # the settings are read only after the conftests

    return a_clinic()


@pytest.fixture
def committed_clinic(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The same clinic, committed: for tests over several connections."""
    from tests.appointments.api.desk import a_clinic
    from tests.committed import committed

    with django_db_blocker.unblock(), committed():
        yield a_clinic()
