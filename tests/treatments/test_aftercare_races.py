"""Answers that are sent twice at the same time, and two looks at papers that end, over real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from clinic.base import uuid7
from clinic.models import ExpiryNotice, Task
from clinic.services.expirables import watch_expirables
from tests.committed import committed
from tests.factories import NOON
from tests.factories_aftercare import answered, work
from tests.factories_clinic import a_licence, a_practitioner, a_user
from treatments.models import AftercareReport


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """What is written is committed, for other connections to see, and emptied afterwards."""
    with django_db_blocker.unblock(), committed():
        yield


def at_once(act: Callable[[], object], times: int = 4) -> list[object]:
    """Do it so many times together, each on a connection of its own."""
    together = Barrier(times)

    def begin() -> object:
        try:
            together.wait(5)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [attempt.result(20) for attempt in [pool.submit(begin) for _ in range(times)]]


@pytest.mark.usefixtures("transactional_db")
class TestAtTheSameTime:
    def test_the_same_answers_are_kept_once(self):
        procedure, key = work(), uuid7()

        reports = at_once(lambda: answered(procedure, submission=key, fever=True))

        assert {report.pk for report in reports} == {AftercareReport.objects.get().pk}
        assert Task.objects.filter(kind="aftercare_red_flag").count() == 1

    def test_a_step_before_the_end_of_a_paper_is_told_once(self):
        a_user("manager")
        a_licence(a_practitioner(user=a_user("practitioner")), valid_through=date(2027, 2, 1))

        at_once(lambda: watch_expirables(now=NOON))

        assert ExpiryNotice.objects.count() == 1
        assert sorted(Task.objects.values_list("kind", flat=True)) == ["renew_own_paper", "renew_paper"]
