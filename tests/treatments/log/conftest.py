"""The clock of these tests stands where their clinic does."""

from collections.abc import Iterator

import pytest
import time_machine

NOW = "2027-01-12T17:30:00+00:00"


@pytest.fixture(autouse=True)
def _half_an_hour_after_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield
