"""
Messages survive everything: real workers, beats, Redis, mail server and gateway, killed by their numbers while they work.

Small here, at full size by `make soak`, which writes the table of docs/messages.md. All processes have one clock that starts at
a fixed noon.
"""

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from appointments.models import Appointment, Message
from appointments.policies.gsm7 import LONGEST, gsm7_length
from appointments.policies.health_words import health_words
from appointments.policies.protocol import TRIES
from appointments.services.course import cancel_appointment
from appointments.services.follow_up import withdraw
from clinic.models import Task
from tests import takers
from tests.committed import committed
from tests.factories import NOON, a_user
from tests.factories_messages import HALF_AN_HOUR, a_crowd, booked_for, keys_due, move
from tests.machine import soon
from tests.survival import SOAK, Row, row_of, write_table
from tests.works import Works, kill

LONG_S = 1800 if SOAK else 90
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NEXT_WEEK = NOON + 7 * DAY
MOVED_BY = timedelta(days=400)
SLOW_S = 0.01
RING_S = 0.5
NUMBERS = (takers.REFUSED_NUMBER, takers.BUSY_NUMBER, takers.ODD_NUMBER, takers.SILENT_NUMBER)
ADDRESSES = (takers.REFUSED, takers.BUSY, takers.POISON)
AWAY = {"dead": 140, "busy": 145, "garbage": 150}
LINK = re.compile(r"https?://\S+")  # the letters of its token are chance
PROMISES = {"RM1", "RM2", "RM3", "RM4", "RM5", "RM6", "RM7"}
TOKYO = ZoneInfo("Asia/Tokyo")  # where it is two in the night when the clock starts

pytestmark = [pytest.mark.takes_long, pytest.mark.timeout(3600 if SOAK else 240)]


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Row]]:
    """What each scenario came to; after a whole run at full size they are the table of the documentation."""
    found: list[Row] = []
    yield found
    if SOAK and {row.promise for row in found} == PROMISES:
        write_table(found)


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """What is written is committed, for the processes to see."""
    with django_db_blocker.unblock(), committed():
        yield


@pytest.fixture(scope="module")
def works(database, tmp_path_factory) -> Iterator[Works]:
    """Two workers, a beat, and those who take messages; each test leaves them as it found them."""
    works = Works(tmp_path_factory.mktemp("survival"), began=NOON)
    try:
        works.mailer = works.mail(slow=SLOW_S)
        works.sms(slow=SLOW_S)
        works.beat()
        works.staff = [works.worker(), works.worker()]
        yield works
    finally:
        works.end()


def reached(works: Works) -> set[str]:
    return {line["key"] for line in works.taken()}


def all_left(works: Works, keys: set[str]) -> Callable[[], bool]:
    """Sent by their rows as well as by those who take them."""
    return lambda: (
        keys <= reached(works) and not Message.objects.filter(idempotency_key__in=keys).exclude(state="sent").exists()
    )


def some_left(works: Works, keys: set[str], *, more_than: int = 0) -> Callable[[], bool]:
    return lambda: len(keys & reached(works)) > more_than


def ringing(works: Works, question: Callable[[], bool], *, seconds: float = LONG_S) -> bool:
    """Ring as often as several beats would until it is so."""
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        works.ring()
        soon(question, seconds=RING_S)
    return answer


def kept(rows: list[Row], row: Row) -> Row:
    rows.append(row)
    return row


def test_rm1_workers_die_while_they_send(works, rows):
    people, deaths = (5_000, 50) if SOAK else (150, 5)
    visits = booked_for(a_crowd(people), start=NEXT_WEEK, now=works.now)
    keys = keys_due(visits, now=works.now)
    chance = random.Random(1)

    for death in range(deaths):
        works.ring(2)
        assert soon(some_left(works, keys, more_than=death * len(keys) // (deaths + 1)), seconds=LONG_S)
        killed = works.staff.pop(chance.randrange(2))
        kill(killed)
        works.staff.append(works.worker())

    assert soon(all_left(works, keys), seconds=LONG_S)
    row = kept(rows, row_of("RM1", f"{deaths} times kill -9 of a worker that sends", keys=keys, taken=works.taken()))
    assert (row.due, row.lost, row.doubled) == (2 * people, 0, 0)


def test_rm2_redis_dies_and_forgets_everything(works, rows):
    visits = booked_for(a_crowd(1_000 if SOAK else 60), start=NEXT_WEEK + 30 * DAY, now=works.now)
    keys = keys_due(visits, now=works.now)
    assert soon(some_left(works, keys), seconds=30)

    works.lose_redis()
    began = time.monotonic()

    assert soon(all_left(works, keys), seconds=60)
    took = time.monotonic() - began
    row = kept(rows, row_of("RM2", "kill -9 of Redis, its files deleted", keys=keys, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)
    assert took < 60


def test_rm3_three_beats_and_four_workers(works, rows):
    guests = [works.beat(), works.beat(), works.worker(), works.worker()]
    try:
        visits = booked_for(a_crowd(2_000 if SOAK else 100), start=NEXT_WEEK + 60 * DAY, now=works.now)
        keys = keys_due(visits, now=works.now)
        works.ring(8)

        assert soon(all_left(works, keys), seconds=LONG_S)
    finally:
        for guest in guests:
            kill(guest)
    row = kept(rows, row_of("RM3", "3 beats and 4 workers at once", keys=keys, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)


def test_rm4_visits_are_called_off_and_moved_while_their_messages_leave(works, rows):
    visits = booked_for(a_crowd(1_000 if SOAK else 60), start=NEXT_WEEK + 90 * DAY, now=works.now)
    desk, planned = a_user(), keys_due(visits, now=works.now)
    moved, cancelled = visits[::2], visits[1::2]
    assert ringing(works, some_left(works, planned), seconds=30)

    with ThreadPoolExecutor(4) as people:
        done = dict(people.map(lambda visit: change(works, visit, desk, cancels=visit in cancelled), visits))

    assert ringing(
        works, lambda: not Message.objects.filter(appointment__in=visits, due_at__lte=works.now, state="due").exists()
    )
    told = defaultdict(list)
    for line in works.taken():
        told[line["key"].split(":")[0]].append(line)
    for visit in cancelled:
        lines = told[str(visit.pk)]
        assert all("cancel" in line["body"] for line in lines if line["at"] > done[visit.pk])
        kinds = {line["key"].split(":")[2] for line in lines}
        assert "P05" in kinds or "P01" not in kinds
    for visit in Appointment.objects.filter(pk__in=[visit.pk for visit in moved]):
        new_day = f"{visit.start.astimezone(visit.site.zone):%B} {visit.start.astimezone(visit.site.zone).day}"
        lines = told[str(visit.pk)]
        assert {line["key"].split(":", 1)[1] for line in lines} >= {"2:P05:email", "2:P05:sms"}
        assert all(line["key"].split(":")[1] == "2" for line in lines if line["at"] > done[visit.pk])
        assert all(new_day in line["body"] for line in lines if line["key"].endswith("2:P05:email"))
    sent = set(Message.objects.filter(appointment__in=visits, state="sent").values_list("idempotency_key", flat=True))
    row = kept(rows, row_of("RM4", f"{len(visits):,} visits moved or called off meanwhile", keys=sent, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)


def change(works: Works, visit: Appointment, desk, *, cancels: bool) -> tuple[object, float]:
    """Call it off or move it; when that was acknowledged, by the clock of those who take messages."""
    try:
        if cancels:
            cancel_appointment(actor=desk, visit=visit, reason="She called.", now=works.now)
        else:
            move(visit, by=MOVED_BY, now=works.now)
        return visit.pk, time.time()
    finally:
        connection.close()


def test_rm5_troubles_end_where_somebody_sees_them_and_hold_up_nobody(works, rows):
    troubled = [a_crowd(1, phone="", email=address)[0] for address in ADDRESSES]
    troubled += [a_crowd(1, email="", phone=number)[0] for number in NUMBERS]
    bad = booked_for(troubled, start=NEXT_WEEK + 120 * DAY, now=works.now - MINUTE)
    good = booked_for(a_crowd(40), start=NEXT_WEEK + 130 * DAY, now=works.now)
    keys, waiting = keys_due(good, now=works.now), Message.objects.filter(appointment__in=bad, kind="P01")

    assert ringing(works, all_left(works, keys))
    for tries in range(1, TRIES):
        assert ringing(works, lambda tried=tries: not waiting.filter(state="due", attempts__lt=tried).exists())
        for message in waiting.filter(state="due"):
            back_off = 2 ** (message.attempts - 1) * MINUTE
            assert back_off - 2 * MINUTE < message.due_at - works.now <= back_off
        waiting.filter(state="due").update(due_at=works.now)
    assert ringing(works, lambda: not waiting.filter(state="due").exists())

    assert dict(waiting.values_list("address", "state")) == {
        takers.REFUSED: "failed",
        takers.REFUSED_NUMBER: "failed",
        takers.SILENT_NUMBER: "sent",
        **dict.fromkeys((takers.BUSY, takers.POISON, takers.BUSY_NUMBER, takers.ODD_NUMBER), "dead"),
    }
    letters = Task.objects.filter(kind="dead_letter", subject__in=[visit.pk for visit in bad])
    assert letters.count() == len(bad) - 1
    row = kept(rows, row_of("RM5", f"{len(bad)} that are refused, busy, silent or poison", keys=keys, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)


@pytest.mark.parametrize("mood", ["dead", "busy", "garbage"])
def test_rm5_a_mail_server_that_is_away_gets_everything_once_it_is_back(works, rows, mood):
    kill(works.mailer)
    works.mailer = works.mail(mood=mood) if mood != "dead" else None
    visits = booked_for(a_crowd(20, phone=""), start=NEXT_WEEK + AWAY[mood] * DAY, now=works.now)
    keys = keys_due(visits, now=works.now)
    tried = Message.objects.filter(idempotency_key__in=keys, state="due", attempts__gt=0)
    assert ringing(works, tried.exists, seconds=30)

    if works.mailer:
        kill(works.mailer)
    works.mailer = works.mail(slow=SLOW_S)
    tried.update(due_at=works.now)

    assert ringing(works, all_left(works, keys))
    row = kept(rows, row_of("RM5", f"a mail server that is {mood}, and comes back", keys=keys, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)


def test_rm6_what_would_come_too_late_is_not_sent(works, rows):
    for worker in works.staff:
        kill(worker)
    crowd = a_crowd(20)
    begun = booked_for(crowd, start=works.now - len(crowd) * HALF_AN_HOUR - MINUTE, now=works.now - 4 * DAY)
    coming = booked_for(a_crowd(20), start=NEXT_WEEK + 160 * DAY, now=works.now)
    keys = keys_due(coming, now=works.now)

    works.staff = [works.worker(), works.worker()]
    late = Message.objects.filter(appointment__in=begun)
    assert ringing(works, lambda: all_left(works, keys)() and not late.filter(state="due").exists())

    assert set(late.values_list("state", flat=True)) == {"expired"}
    assert not [line for line in works.taken() if line["key"].split(":")[0] in {str(visit.pk) for visit in begun}]
    row = kept(rows, row_of("RM6", f"{late.count()} for visits that had begun: none sent", keys=keys, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)


def test_rm7_says_nothing_of_health_is_short_and_lets_people_sleep(works, rows):
    awake, asleep = (
        booked_for(crowd, start=works.now + DAY - len(crowd) * HALF_AN_HOUR, now=works.now - 2 * DAY)
        for crowd in (a_crowd(10, language="es", given_name="Zoë"), a_crowd(10, time_zone="Asia/Tokyo"))
    )
    everything = Message.objects.filter(appointment__in=[*awake, *asleep])
    withdraw(everything.exclude(kind="P03"), reason="told at the desk")
    keys = set(everything.filter(appointment__in=awake, kind="P03").values_list("idempotency_key", flat=True))
    nights = Message.objects.filter(appointment__in=asleep, kind="P03")

    assert ringing(works, lambda: all_left(works, keys)() and not nights.filter(due_at__lte=works.now).exists())

    morning = datetime.combine(works.now.astimezone(TOKYO).date(), clock(9), tzinfo=TOKYO)
    assert set(nights.values_list("state", "due_at")) == {("due", morning)}
    assert {line["key"] for line in works.taken("sms")} >= keys
    assert not [line for line in works.taken() if health_words(LINK.sub("", f"{line['subject']} {line['body']}"))]
    assert all((gsm7_length(line["body"]) or LONGEST + 1) <= LONGEST for line in works.taken("sms"))
    row = kept(rows, row_of("RM7", f"{nights.count()} to people who sleep: none sent", keys=keys, taken=works.taken()))
    assert (row.lost, row.again, row.doubled) == (0, 0, 0)
