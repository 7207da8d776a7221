"""Texts: by whom they may be had, how many to one number, and what holds them up."""

import json
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.mail.backends.locmem import EmailBackend

from appointments.gateways import GatewayTrouble, OutboxGateway
from appointments.models import Message
from appointments.services.delivery import deliver_due
from appointments.services.messages import plan_booked, plan_moved
from tests.factories import NOON, a_visit, span
from tests.factories_contact import PHONE, a_stopped_number, a_texted_patient, a_word

BOOKED_AT = NOON - timedelta(days=3)
REMINDED_AT = NOON - timedelta(days=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "outbox.jsonl"


def texts(outbox) -> list[dict]:
    lines = [json.loads(line) for line in outbox.read_text().splitlines()] if outbox.exists() else []
    return [line for line in lines if line["channel"] == "sms"]


def planned(start: int = 0, **fields):
    visit = a_visit(during=span(start), **fields)
    plan_booked(visit=visit, now=BOOKED_AT)
    return visit


def state_of(visit, kind: str = "P01") -> tuple[str, str]:
    row = Message.objects.get(appointment=visit, kind=kind, channel="sms")
    return row.state, row.reason_not_sent


class TestAText:
    def test_goes_to_the_number_that_agreed(self, outbox):
        planned(patient=a_texted_patient(email=""))

        deliver_due(now=BOOKED_AT)

        [text] = texts(outbox)
        assert (text["to"], text["kind"], text["subject"]) == (PHONE, "P01", "")
        assert "Columbus" in text["body"]
        assert len(text["body"]) <= 160

    def test_shows_the_desk_where_it_went(self):
        visit = planned(patient=a_texted_patient(email=""))

        deliver_due(now=BOOKED_AT)

        assert Message.objects.get(appointment=visit, kind="P01").address == PHONE

    def test_does_not_go_to_a_number_that_stopped_a_moment_ago(self, outbox):
        visit = planned(patient=a_texted_patient())
        a_stopped_number(stopped_at=BOOKED_AT - timedelta(seconds=1))

        deliver_due(now=BOOKED_AT)

        assert texts(outbox) == []
        assert state_of(visit)[0] == "suppressed"
        assert "no more texts" in state_of(visit)[1]

    def test_does_not_go_once_the_consent_is_taken_back(self, outbox):
        patient = a_texted_patient()
        visit = planned(patient=patient)
        a_word(patient, "sms", "transactional", granted=False, at=BOOKED_AT - timedelta(seconds=1))

        deliver_due(now=BOOKED_AT)

        assert (texts(outbox), state_of(visit)[0]) == ([], "suppressed")


class TestANumber:
    def test_gets_one_text_a_day_whoever_shares_it(self, outbox):
        visits = [planned(60 * n, patient=a_texted_patient(email="")) for n in range(2)]

        deliver_due(now=BOOKED_AT)

        waiting = Message.objects.filter(kind="P01", state="due").get()
        assert len(texts(outbox)) == 1
        assert waiting.due_at == BOOKED_AT + DAY
        assert {state_of(visit)[0] for visit in visits} == {"sent", "due"}

    def test_gets_three_in_seven_days(self, outbox):
        planned(patient=a_texted_patient(email=""))
        Message.objects.update(state="withdrawn", reason_not_sent="not looked at here")
        other = planned(60, patient=a_texted_patient(email=""))
        for n, row in enumerate(list(Message.objects.filter(state="withdrawn"))):
            Message.objects.filter(pk=row.pk).update(
                state="sent", channel="sms", address=PHONE, sent_at=BOOKED_AT - (n + 2) * DAY, reason_not_sent=""
            )

        deliver_due(now=BOOKED_AT)

        assert texts(outbox) == []
        assert Message.objects.get(appointment=other, kind="P01").due_at == BOOKED_AT + 3 * DAY

    def test_hears_of_a_change_at_once_however_many_it_had(self, outbox):
        visit = planned(patient=a_texted_patient(email=""))
        deliver_due(now=BOOKED_AT)
        visit.during = visit.blocked = span(60)
        visit.revision = 2
        visit.save()
        plan_moved(visit=visit, now=BOOKED_AT + timedelta(minutes=1))

        deliver_due(now=BOOKED_AT + timedelta(minutes=1))

        assert [text["kind"] for text in texts(outbox)] == ["P01", "P05"]

    def test_is_not_told_later_what_makes_no_sense_by_then(self, outbox):
        visits = [planned(patient=a_texted_patient(email="")) for _ in range(2)]
        Message.objects.exclude(kind="P03").update(state="withdrawn", reason_not_sent="not looked at here")

        deliver_due(now=REMINDED_AT)

        assert len(texts(outbox)) == 1
        assert sorted(state_of(visit, "P03")[0] for visit in visits) == ["expired", "sent"]


class TestAWayThatIsAway:
    def test_holds_up_no_other(self, mailoutbox, monkeypatch):
        def away(*_args, **_fields):
            raise GatewayTrouble("the SMS gateway did not answer", of_server=True)

        monkeypatch.setattr(OutboxGateway, "send", away)
        visits = [planned(60 * n, patient=a_texted_patient(f"+1614555010{n}")) for n in range(3)]

        deliver_due(now=BOOKED_AT)

        assert len(mailoutbox) == 3
        assert [state_of(visit)[0] for visit in visits] == ["due"] * 3
        assert sum(Message.objects.filter(channel="sms", kind="P01").values_list("attempts", flat=True)) == 1

    def test_holds_up_no_text_when_it_is_the_mail_server(self, outbox, monkeypatch):
        class Away(EmailBackend):
            def send_messages(self, messages):
                raise SMTPServerDisconnected("gone")

        monkeypatch.setattr("appointments.services.sending.get_connection", Away)
        for n in range(3):
            planned(60 * n, patient=a_texted_patient(f"+1614555010{n}"))

        deliver_due(now=BOOKED_AT)

        assert len(texts(outbox)) == 3

    def test_leaves_what_it_did_not_try_as_it_was(self, monkeypatch):
        def away(*_args, **_fields):
            raise GatewayTrouble("the SMS gateway did not answer", of_server=True)

        monkeypatch.setattr(OutboxGateway, "send", away)
        for n in range(3):
            planned(60 * n, patient=a_texted_patient(f"+1614555010{n}", email=""))

        deliver_due(now=BOOKED_AT)

        untried = Message.objects.filter(kind="P01", attempts=0)
        assert set(untried.values_list("state", "waiting__claimed_until", "due_at")) == {("due", None, BOOKED_AT)}
