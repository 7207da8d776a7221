"""Due messages: claimed in batches by two workers at once, each a process, and marked as sent."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

import psycopg
from django.db import connection
from django.utils import timezone

from appointments.services.delivery import claim_due
from bench.calibration import Effort, Figure
from bench.clinic import without_triggers
from bench.shape import Clinic

BATCH, WORKERS, TARGET = 1000, 2, 50_000
BATCHES = {1: 0.005, 10: 0.03, 100: 0.1, 1_000: 0.2, 10_000: 0.2}
"""Batch sizes that are compared, each over so many of the messages: one by one they take long."""
FORK = multiprocessing.get_context("fork")
END_S = 600
"""Longer means that one of them died."""
WRITE = """
INSERT INTO appointments_message (
  id, revision, kind, version, channel, due_at, state, idempotency_key, attempts, provider_id, reason_not_sent, address,
  offset_days, subject_kind, appointment_id, subject, site_id, recipient_id)
SELECT uuidv7(), 1, 'P03', 1, 'email', now() - n * interval '1 ms', 'due', 'bench-' || %(run)s || '-' || n, 0, '', '', '',
       -1, 'visit', id, id, site_id, patient_id
  FROM (SELECT v.id, v.patient_id, v.site_id, row_number() OVER () AS n
          FROM (SELECT id, patient_id, site_id FROM appointments_appointment ORDER BY id LIMIT 1000) v,
               generate_series(1, %(each)s)) m
 WHERE n <= %(many)s
"""
STAND_ASIDE = """
UPDATE appointments_message SET state = 'withdrawn', reason_not_sent = 'set aside' WHERE state = 'due';
TRUNCATE appointments_duemessage;
"""
WAIT = """
INSERT INTO appointments_duemessage (message_id, due_at, channel)
SELECT id, due_at, channel FROM appointments_message WHERE state = 'due'
"""
MARK = """
UPDATE appointments_message SET state = 'sent', sent_at = %s, attempts = 1 WHERE id = ANY (%s) AND state = 'due'
"""


@dataclass(frozen=True, kw_only=True)
class Round:
    """How many messages were written, taken, and taken twice, and how many a second."""

    written: int
    taken: int
    twice: int
    rate: float


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """All at once, then batch sizes beside each other, then beside a snapshot that somebody holds open."""
    yield from _all_of_them(effort.messages)
    yield _batch_sizes(effort.messages)
    yield _beside_a_snapshot(effort.messages)


def _all_of_them(many: int) -> Iterator[Figure]:
    done = _round(many, BATCH)
    yield Figure(
        what=f"due messages, {many:,} of them, {WORKERS} workers in batches of {BATCH:,}",
        shown=f"{done.rate:,.0f} claimed and marked a second, {done.twice} twice",
        target=f"{TARGET:,}, none twice",
        reached=done.rate >= TARGET and not done.twice and done.taken == done.written,
        raw={"a_second": done.rate, "claimed": done.taken, "twice": done.twice},
    )


def _batch_sizes(many: int) -> Figure:
    rates = {batch: _round(max(int(many * share), WORKERS), batch).rate for batch, share in BATCHES.items()}
    return Figure(
        what="batches of due messages, by size",
        shown=", ".join(f"{batch:,}: {rate:,.0f}" for batch, rate in rates.items()) + " a second",
        target="",
        reached=None,
        raw={"a_second": {str(batch): rate for batch, rate in rates.items()}},
    )


def _beside_a_snapshot(many: int) -> Figure:
    """By turns: an old snapshot keeps every dead row from being cleared away."""
    part = max(many // 5, WORKERS)
    alone, beside = [], []
    for _ in range(3):
        alone.append(_round(part, BATCH))
        beside.append(_round(part, BATCH, beside=_snapshot))
    rates = [median(done.rate for done in rounds) for rounds in (alone, beside)]
    twice = sum(done.twice for done in beside)
    return Figure(
        what="claims beside an old snapshot held open",
        shown=f"{rates[1] / rates[0]:.0%} of the rate without it ({rates[1]:,.0f} a second), {twice} twice",
        target="none twice",
        reached=not twice,
        raw={"a_second": rates[1], "alone": rates[0], "twice": twice},
    )


def _round(many: int, batch: int, *, beside: Callable[[], AbstractContextManager[None]] = nullcontext) -> Round:
    _write(many)
    with beside():
        taken, seconds = _by_workers(lambda at: _work(at, batch))
    keys = [key for keys in taken for key in keys]
    return Round(written=many, taken=len(keys), twice=len(keys) - len(set(keys)), rate=len(keys) / seconds)


def _by_workers(work: Callable[[datetime], list[UUID]]) -> tuple[list[list[UUID]], float]:
    """What each took, and the seconds from their common start until the last had done."""
    ready, done = (FORK.Barrier(WORKERS + 1, timeout=END_S) for _ in range(2))
    told = FORK.SimpleQueue()
    connection.close()
    connection.close_pool()  # none of its connections may be inherited

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        ready.wait()
        taken = work(timezone.now())
        done.wait()
        told.put(taken)

    processes = [FORK.Process(target=run) for _ in range(WORKERS)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - began
    taken = [told.get() for _ in processes]
    for process in processes:
        process.join()
    return taken, seconds


def _work(now: datetime, batch: int) -> list[UUID]:
    """Claim and mark until nothing is due."""
    taken: list[UUID] = []
    while keys := claim_due(now=now, batch=batch):
        taken += keys
        with connection.cursor() as cursor:
            cursor.execute(MARK, [now, keys])
            if cursor.rowcount < len(keys):
                raise AssertionError("somebody else had a message that was claimed here")
    return taken


def _write(many: int) -> None:
    """Fresh rows; what earlier rounds and parts left due stands aside."""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(STAND_ASIDE)
        cursor.execute(WRITE, {"run": str(timezone.now().timestamp()), "each": -(-many // 100), "many": many})
        cursor.execute(WAIT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE appointments_message, appointments_duemessage")


@contextmanager
def _snapshot() -> Iterator[None]:
    """A connection of its own that reads as of now until the end; it locks no table."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT 1")
        yield
