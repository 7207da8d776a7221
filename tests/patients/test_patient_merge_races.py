"""A merge beside whoever writes about the same patient, over real connections: nothing is left behind, nothing comes late."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.errors import Conflict
from patients.models import Lesion, Patient, PatientMerge
from tests.committed import committed
from tests.factories import a_body_site, a_lesion
from tests.factories_merges import merged, two_patients

WAIT = 20


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """What is written is committed, for other connections to see, and gone afterwards."""
    with django_db_blocker.unblock(), committed():
        yield


@pytest.fixture
def pair(transactional_db) -> tuple[Patient, Patient]:
    a_body_site()
    return two_patients()


def in_another_connection(work, *args):
    """A future of what the work answers, over a connection of its own."""

    def run():
        try:
            return work(*args)
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    return future


def somebody_waits() -> None:
    """Until another connection waits for a lock."""
    for _ in range(WAIT * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


class TestAMergeBesideAWriter:
    def test_takes_along_what_was_being_written(self, pair):
        with transaction.atomic():
            lesion = a_lesion(pair[0])
            merging = in_another_connection(merged, *pair)
            somebody_waits()

        merging.result(WAIT)

        assert Lesion.objects.get(pk=lesion.pk).patient == pair[1]

    def test_has_whoever_comes_later_refused(self, pair):
        with transaction.atomic():
            merged(*pair)
            writing = in_another_connection(a_lesion, pair[0])
            somebody_waits()

        with pytest.raises(IntegrityError) as refused:
            writing.result(WAIT)

        assert refused.value.__cause__.diag.constraint_name == "merged_patient_takes_nothing_new"

    def test_is_done_once_by_two_who_do_it_at_once(self, pair):
        begin = Event()

        def merge_when_told():
            begin.wait(WAIT)
            return merged(*pair)

        both = [in_another_connection(merge_when_told) for _ in range(2)]
        begin.set()

        refused = [future.exception(WAIT) for future in both]

        assert [one.code for one in refused if isinstance(one, Conflict)] == ["patient_merged"]
        assert PatientMerge.objects.count() == 1
