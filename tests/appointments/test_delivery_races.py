"""Deliverers beside each other and beside whoever cancels or moves, over real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from uuid import UUID

import pytest
from django.apps import apps
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from appointments.models import Appointment, Message
from appointments.services.delivery import claim_due, deliver, deliver_due, release
from appointments.services.messages import plan_booked, plan_cancelled, plan_moved
from tests.factories import LANCET_FACE, NOON, a_practitioner, a_room, a_visit, span

BOOKED_AT = NOON - timedelta(days=3)
SECOND = timedelta(seconds=1)
KEPT = ("django_content_type", "django_migrations", "auth_permission")


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """What is written is committed, for other connections to see, and emptied afterwards (history refuses that to everybody else)."""
    with django_db_blocker.unblock():
        yield
        tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - set(KEPT)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [list(tables)]
            )
            there = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
            cursor.execute(f"TRUNCATE {there}")
        connection.close()


@pytest.fixture
def outbox(monkeypatch):
    """The keys of what left, in order, whichever thread sent it."""
    keys: list[str] = []

    class Recording(EmailBackend):
        def send_messages(self, messages):
            keys.extend(message.extra_headers["X-Idempotency-Key"] for message in messages)
            return len(messages)

    monkeypatch.setattr("appointments.services.sending.get_connection", Recording)
    return keys


def planned(count: int = 1) -> list[Appointment]:
    """Visits, one after the other, whose confirmations are due."""
    with transaction.atomic():
        practitioner, room = a_practitioner(LANCET_FACE), a_room()
        visits = [a_visit(practitioner, room=room, during=span(30 * number)) for number in range(count)]
        for visit in visits:
            plan_booked(visit=visit, now=BOOKED_AT)
    return visits


def together(*works: Callable[[], object]) -> list[object]:
    """All at the same moment, each over a connection of its own; what they returned."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


def cancel(visit: Appointment) -> None:
    """As a person at the desk does: the visit first, then its messages, in one transaction."""
    with transaction.atomic():
        held = Appointment.objects.select_for_update().get(pk=visit.pk)
        held.status = "cancelled"
        held.save(update_fields=["status"])
        plan_cancelled(visit=held, now=BOOKED_AT)


def move(visit: Appointment) -> None:
    """Six hours later."""
    with transaction.atomic():
        held = Appointment.objects.select_for_update().get(pk=visit.pk)
        held.during = held.blocked = span(360)
        held.revision += 1
        held.save()
        plan_moved(visit=held, now=BOOKED_AT)


def claimed_confirmation(visit: Appointment) -> UUID:
    claim_due(now=BOOKED_AT, batch=10)
    return Message.objects.get(appointment=visit, kind="P01").pk


@pytest.mark.usefixtures("transactional_db")
class TestDeliverersAtTheSameTime:
    def test_each_message_leaves_once(self, outbox):
        visits = planned(30)

        together(*[lambda: deliver_due(now=BOOKED_AT)] * 6)

        assert sorted(outbox) == sorted(f"{visit.id}:1:P01:email" for visit in visits)

    def test_a_lapsed_claim_that_is_delivered_twice_leaves_once(self, outbox):
        (visit,) = planned()
        confirmation = claimed_confirmation(visit)
        claim_due(now=BOOKED_AT + 61 * SECOND, batch=10)

        together(*[lambda: deliver(message_id=confirmation, now=BOOKED_AT + 61 * SECOND)] * 4)

        assert len(outbox) == 1

    def test_the_messages_of_a_worker_that_died_leave_with_the_next(self, outbox):
        planned(5)
        claim_due(now=BOOKED_AT, batch=10, lease_s=60)

        deliver_due(now=BOOKED_AT + 61 * SECOND)

        assert len(outbox) == 5


@pytest.mark.usefixtures("transactional_db")
class TestCancellingBesideDelivery:
    def test_in_every_order_a_patient_who_is_told_of_the_visit_is_told_of_its_end(self, outbox):
        for visit in planned(12):
            confirmation = claimed_confirmation(visit)

            together(lambda v=visit: cancel(v), lambda c=confirmation: deliver(message_id=c, now=BOOKED_AT))

            confirmed = f"{visit.id}:1:P01:email" in outbox
            told = Message.objects.filter(appointment=visit, kind="P05", state="due").exists()
            assert told or not confirmed

    def test_whoever_cancels_waits_for_the_message_that_is_being_sent(self, monkeypatch):
        (visit,) = planned()
        confirmation = claimed_confirmation(visit)
        order: list[str] = []
        sending = Event()

        class Slow(EmailBackend):
            def send_messages(self, messages):
                sending.set()
                Event().wait(0.3)
                order.append("sent")
                return 1

        monkeypatch.setattr("appointments.services.sending.get_connection", Slow)

        def cancel_meanwhile() -> None:
            sending.wait()
            cancel(visit)
            order.append("cancelled")

        together(lambda: deliver(message_id=confirmation, now=BOOKED_AT), cancel_meanwhile)

        assert order == ["sent", "cancelled"]
        assert Message.objects.get(pk=confirmation).state == "sent"
        assert Message.objects.filter(appointment=visit, kind="P05", state="due").count() == 1


@pytest.mark.usefixtures("transactional_db")
class TestAWorkerThatDiedWithAMessage:
    """It may have sent the confirmation, and nobody heard of it."""

    @pytest.fixture
    def visit(self):
        (visit,) = planned()
        claimed_confirmation(visit)
        release(message_ids=claim_due(now=BOOKED_AT + 61 * SECOND, batch=10))
        return visit

    def test_leaves_a_patient_who_is_told_when_the_visit_is_called_off(self, visit):
        cancel(visit)

        assert Message.objects.filter(appointment=visit, kind="P05", state="due").count() == 1

    def test_leaves_a_patient_who_is_told_although_the_visit_was_moved_meanwhile(self, visit):
        move(visit)

        cancel(visit)

        assert Message.objects.get(appointment=visit, kind="P05", state="due").revision == 3


@pytest.mark.usefixtures("transactional_db")
class TestMovingBesideDelivery:
    def test_in_every_order_the_new_time_is_the_last_that_is_told(self, outbox):
        for visit in planned(8):
            confirmation = claimed_confirmation(visit)

            together(lambda v=visit: move(v), lambda c=confirmation: deliver(message_id=c, now=BOOKED_AT))
            deliver_due(now=BOOKED_AT)

            told = [key for key in outbox if key.startswith(str(visit.id))]
            assert told in ([f"{visit.id}:2:P05:email"], [f"{visit.id}:1:P01:email", f"{visit.id}:2:P05:email"])
            cancel(visit)
