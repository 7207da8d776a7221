"""Texts that come back at the same time, and while others are being sent, over real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection, transaction

from appointments.models import InboundText, Message
from clinic.models import Task
from tests.appointments.test_inbound import SECOND, expected, received, texts, why_not
from tests.committed import committed
from tests.factories_contact import a_texted_patient


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """What is written is committed, for other connections to see, and emptied afterwards."""
    with django_db_blocker.unblock(), committed():
        yield


def received_elsewhere(*gateway_ids: str) -> None:
    """On the connection of this thread, which is given back."""
    try:
        for gateway_id in gateway_ids:
            received(gateway_id=gateway_id)
    finally:
        connection.close()


@pytest.mark.usefixtures("transactional_db")
class TestStopAtOnce:
    def test_forty_eight_copies_are_one_stop_with_one_confirmation(self):
        with transaction.atomic():
            expected(a_texted_patient())
        start = Barrier(8)

        def hand_over(number: int) -> None:
            start.wait(timeout=30)
            received_elsewhere(*(f"g-{(number + copy) % 3}" for copy in range(6)))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(hand_over, range(8)))

        assert InboundText.objects.count() == 3
        assert [kind for kind, *_ in texts(subject_kind="number")] == ["S01"]
        assert Task.objects.filter(kind="texts_stopped").count() == 1

    def test_takes_effect_within_a_second_also_while_a_text_is_being_sent(self):
        with transaction.atomic():
            patient = a_texted_patient()
            expected(patient)
        sending = Message.objects.filter(channel="sms", kind="P01")
        asked = datetime.now(UTC)

        with ThreadPoolExecutor(1) as thread, transaction.atomic():
            sending.select_for_update().get()
            thread.submit(received_elsewhere, "g-1").result(timeout=10)
            took = datetime.now(UTC) - asked

        assert took < SECOND
        assert "no more texts" in why_not(patient)
        assert [state for _, state, _ in texts(subject_kind="visit")] == ["due", "suppressed"]
