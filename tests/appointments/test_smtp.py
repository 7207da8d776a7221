"""Messages through a real SMTP server on the loopback: what arrives, and what its refusals lead to."""

import socket
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from appointments.models import Message
from appointments.services.delivery import deliver_due
from appointments.services.messages import plan_booked
from clinic.models import Task
from tests.factories import NOON, a_patient, a_visit, span

BOOKED_AT = NOON - timedelta(days=3)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


class Mailbox:
    """Takes every message, except where an address or a body is told to be refused."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the name that aiosmtpd calls
        """Refuse the address, or take it."""
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """Keep what came."""
        if answer := self.refused.get("DATA"):
            return answer
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def port(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", a_free_port(), 3
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return settings.EMAIL_PORT


@pytest.fixture
def mailbox(port):
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    yield mailbox
    server.stop()


def planned(address: str = "ada@example.org", start: int = 0, **fields):
    visit = a_visit(patient=a_patient(email=address, **fields), during=span(start))
    plan_booked(visit=visit, now=BOOKED_AT)
    return visit


def confirmation_of(visit) -> Message:
    return Message.objects.get(appointment=visit, kind="P01")


class TestMailServer:
    def test_receives_the_confirmation_as_it_was_meant(self, mailbox):
        visit = planned(given_name="Zoë", language="es")

        deliver_due(now=BOOKED_AT)

        (mail,) = mailbox.taken
        assert (mail["To"], mail["From"]) == ("ada@example.org", "Pearl Clinic <clinic@localhost>")
        assert mail["Subject"] == "Su cita en Columbus"
        assert "Zoë en Columbus:\r\nmartes 12 de enero de 2027, 12:00 p. m.\r\n" in mail.get_body().get_content()
        assert mail["X-Idempotency-Key"] == f"{visit.id}:1:P01:email"
        assert mail["Message-ID"] == confirmation_of(visit).provider_id

    def test_gets_many_messages_over_one_connection(self, mailbox):
        for number in range(5):
            planned(f"p{number}@example.org", start=30 * number)

        deliver_due(now=BOOKED_AT)

        assert {mail["To"] for mail in mailbox.taken} == {f"p{number}@example.org" for number in range(5)}

    def test_that_is_away_loses_nothing_and_gets_all_once_it_is_back(self, port):
        visits = [planned(f"p{number}@example.org", start=30 * number) for number in range(3)]

        assert deliver_due(now=BOOKED_AT) == {"due": 1}

        mailbox = Mailbox()
        server = Controller(mailbox, hostname="127.0.0.1", port=port)
        server.start()
        try:
            deliver_due(now=BOOKED_AT + MINUTE)
        finally:
            server.stop()
        assert len(mailbox.taken) == 3
        assert {confirmation_of(visit).state for visit in visits} == {"sent"}

    def test_that_does_not_know_the_address_ends_in_a_task(self, mailbox):
        mailbox.refused["ada@example.org"] = "550 5.1.1 no such user"
        visit = planned()

        deliver_due(now=BOOKED_AT)

        message = confirmation_of(visit)
        assert (message.state, message.reason_not_sent) == ("failed", "the mail server refused the recipient (550)")
        assert Task.objects.filter(kind="dead_letter", subject=visit.id).count() == 1

    @pytest.mark.parametrize(
        ("step", "answer"), [("ada@example.org", "450 4.2.1 try again later"), ("DATA", "452 4.3.1 no room left")]
    )
    def test_that_is_busy_gets_the_message_a_minute_later(self, mailbox, step, answer):
        mailbox.refused[step] = answer
        visit = planned()
        deliver_due(now=BOOKED_AT)
        mailbox.refused.clear()

        deliver_due(now=BOOKED_AT + MINUTE)

        assert (confirmation_of(visit).state, confirmation_of(visit).attempts, len(mailbox.taken)) == ("sent", 2, 1)

    def test_that_refuses_one_message_gets_the_others(self, mailbox):
        mailbox.refused["poison@example.org"] = "451 4.7.1 greylisted"
        planned("poison@example.org")
        planned("ada@example.org", start=30)

        deliver_due(now=BOOKED_AT)

        assert [mail["To"] for mail in mailbox.taken] == ["ada@example.org"]

    def test_that_says_nothing_is_given_up_in_time(self, port, settings):
        settings.EMAIL_TIMEOUT = 0.2
        visit = planned()

        with socket.create_server(("127.0.0.1", port)):
            deliver_due(now=BOOKED_AT)

        assert confirmation_of(visit).state == "due"
        assert confirmation_of(visit).reason_not_sent == "the mail server did not answer"
