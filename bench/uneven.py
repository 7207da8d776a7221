"""Differences that the evenly made clinic lacks, so that rooms, opening hours and privileges decide answers too; undone after."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from bench.clinic import without_triggers

UNEVEN = """
DELETE FROM appointments_resourceclaim c USING bench_person b
 WHERE c.resource = b.practitioner AND abs(uuid_hash(c.appointment_id)::bigint) % 3 = 0;
DELETE FROM appointments_resourceclaim c USING clinic_room r
 WHERE c.resource = r.id AND abs(uuid_hash(c.appointment_id)::bigint) % 7 = 1;
UPDATE clinic_opening SET during = tstzrange(lower(during) + interval '2 h', upper(during) - interval '70 min')
 WHERE abs(uuid_hash(resource)::bigint) % 3 > 0;
DELETE FROM clinic_privilege WHERE scope = 'consult_free/none@face' AND abs(uuid_hash(practitioner_id)::bigint) % 2 = 0;
UPDATE clinic_privilege p SET valid = tstzrange(lower(valid), now() + interval '50 h')
  FROM bench_person b WHERE b.practitioner = p.practitioner_id AND b.nth % 4 = 1;
"""


@contextmanager
def uneven() -> Iterator[None]:
    """
    Some practitioners free while their room is not, some the other way round, rooms that open late, privileges that end.

    The guard would refuse such rows, so nothing but a search may be done with them; all of it is rolled back.
    """
    with without_triggers():
        with connection.cursor() as cursor:
            cursor.execute(UNEVEN)
        yield
        transaction.set_rollback(True)
