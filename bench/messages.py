"""Due messages: claimed in batches by two workers at once, and marked."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from statistics import median
from uuid import UUID

from django.db import connection
from django.utils import timezone

from appointments.services.delivery import claim_due
from bench.calibration import Effort, Figure
from bench.clinic import without_triggers
from bench.shape import Clinic

BATCH, WORKERS, TARGET = 1000, 2, 50_000
WRITE = """
INSERT INTO appointments_message (
  id, revision, kind, version, channel, due_at, state, idempotency_key, attempts, provider_id, reason_not_sent, address,
  offset_days, subject_kind, appointment_id, subject, site_id, recipient_id)
SELECT uuidv7(), 1, 'P03', 1, 'email', now() - n * interval '1 ms', 'due', 'bench-' || %(run)s || '-' || n, 0, '', '', '',
       -1, 'visit', id, id, site_id, patient_id
  FROM (SELECT v.id, v.patient_id, v.site_id, row_number() OVER () AS n
          FROM (SELECT id, patient_id, site_id FROM appointments_appointment ORDER BY id LIMIT 1000) v, generate_series(1, %(each)s)) m
 WHERE n <= %(many)s
"""
STAND_ASIDE = """
UPDATE appointments_message SET state = 'withdrawn', reason_not_sent = 'set aside' WHERE state = 'due';
TRUNCATE appointments_duemessage;
"""
WAIT = "INSERT INTO appointments_duemessage (message_id, due_at, channel) SELECT id, due_at, channel FROM appointments_message WHERE state = 'due'"

MARK = """
UPDATE appointments_message SET state = 'sent', sent_at = %s, attempts = 1 WHERE id = ANY (%s) AND state = 'due'
"""


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """Several rounds over fresh rows; what earlier parts left due stands aside."""
    rates, claimed, twice = [], 0, 0
    for run in range(min(effort.blocks, 5)):
        _write(run, effort.messages)
        now, began = timezone.now(), time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as workers:
            taken = [key for keys in workers.map(lambda _, at=now: _work(at), range(WORKERS)) for key in keys]
        rates.append(len(taken) / (time.perf_counter() - began))
        claimed += len(taken)
        twice += len(taken) - len(set(taken))
    rate = median(rates)
    yield Figure(
        what=f"due messages, {WORKERS} workers in batches of {BATCH:,}",
        shown=f"{rate:,.0f} claimed and marked a second, {twice} twice",
        target=f"{TARGET:,}, none twice",
        reached=rate >= TARGET and not twice,
        raw={"a_second": rate, "claimed": claimed, "twice": twice},
    )


def _write(run: int, many: int) -> None:
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(STAND_ASIDE)
        cursor.execute(WRITE, {"run": f"{timezone.now().timestamp()}-{run}", "each": -(-many // 100), "many": many})
        cursor.execute(WAIT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE appointments_message, appointments_duemessage")


def _work(now: datetime) -> list[UUID]:
    """Claim and mark until nothing is due."""
    taken: list[UUID] = []
    try:
        while keys := claim_due(now=now, batch=BATCH):
            taken += keys
            with connection.cursor() as cursor:
                cursor.execute(MARK, [now, keys])
                if cursor.rowcount < len(keys):
                    raise AssertionError("somebody else had a message that was claimed here")
    finally:
        connection.close()
    return taken
