"""The outbox file, and the command that delivers by hand."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage, get_connection
from django.core.management import CommandError, call_command

from appointments.services.messages import plan_booked
from tests.factories import NOON, a_patient, a_visit

BACKEND = "appointments.mail.OutboxBackend"


@pytest.fixture
def outbox(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.DATA_DIR = BACKEND, tmp_path
    return tmp_path / "outbox.jsonl"


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def an_email(key: str = "visit:1:P01:email", body: str = "Body\n") -> EmailMessage:
    headers = {"X-Idempotency-Key": key, "Date": "Mon, 11 Jan 2027 17:00:00 +0000"}
    return EmailMessage("Subject", body, to=["ada@example.org"], headers=headers, connection=get_connection(BACKEND))


class TestOutboxBackend:
    def test_writes_a_message_as_one_line_of_json(self, outbox):
        an_email(body="Línea\nzwei\n").send()

        assert lines(outbox) == [
            {
                "key": "visit:1:P01:email",
                "kind": "P01",
                "channel": "email",
                "to": "ada@example.org",
                "subject": "Subject",
                "body": "Línea\nzwei\n",
                "at": "2027-01-11T17:00:00+00:00",
            }
        ]

    def test_adds_to_what_is_there(self, outbox):
        an_email("a:1:P01:email").send()
        an_email("b:1:P01:email").send()

        assert [line["key"] for line in lines(outbox)] == ["a:1:P01:email", "b:1:P01:email"]

    def test_writers_at_the_same_time_never_mix_their_lines(self, outbox):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: an_email(f"{number}:1:P01:email", "x" * 20_000).send(), range(64)))

        assert {line["key"] for line in lines(outbox)} == {f"{number}:1:P01:email" for number in range(64)}

    def test_only_its_owner_reads_the_file(self, outbox):
        an_email().send()

        assert stat.S_IMODE(os.stat(outbox).st_mode) == 0o600

    def test_takes_mail_that_is_no_message_to_a_patient(self, outbox):
        EmailMessage("Hello", "Body", to=["staff@example.org"], connection=get_connection(BACKEND)).send()

        assert [(line["key"], line["kind"]) for line in lines(outbox)] == [("", "")]


@pytest.mark.django_db
class TestSendDueMessages:
    def test_delivers_what_is_due_at_that_moment(self, outbox, capsys):
        visit = a_visit(patient=a_patient(email="ada@example.org"))
        plan_booked(visit=visit, now=NOON - timedelta(days=3))

        call_command("send_due_messages", once=True, at="2027-01-11T12:00:00-05:00")

        assert json.loads(capsys.readouterr().out) == {"sent": 2, "expired": 1}
        assert [line["kind"] for line in lines(outbox)] == ["P01", "P03"]
        assert {datetime.fromisoformat(line["at"]) for line in lines(outbox)} == {datetime(2027, 1, 11, 17, tzinfo=UTC)}

    def test_leaves_the_rest(self, outbox):
        plan_booked(visit=a_visit(), now=NOON - timedelta(days=3))

        call_command("send_due_messages", once=True, at="2027-01-11T11:59:59-05:00")

        assert [line["kind"] for line in lines(outbox)] == ["P01", "P02"]

    @pytest.mark.parametrize("at", ["yesterday", "2027-01-11T12:00:00"])
    def test_refuses_a_moment_that_is_none(self, at):
        with pytest.raises(CommandError):
            call_command("send_due_messages", once=True, at=at)

    def test_refuses_a_moment_without_once(self):
        with pytest.raises(CommandError):
            call_command("send_due_messages", at="2027-01-11T12:00:00-05:00")
