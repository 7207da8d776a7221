"""What becomes of a message that is due: looked at again, sent, put off, or ended with its reason."""

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.core.mail.backends.locmem import EmailBackend

from appointments.models import Message
from appointments.selectors.backlog import oldest_due_at
from appointments.services.delivery import claim_due, deliver, deliver_due, release
from appointments.services.messages import plan_booked, plan_cancelled, plan_moved
from appointments.tasks import deliver_due_messages
from clinic.models import Task
from tests.factories import NOON, a_patient, a_site, a_visit, at, span

BOOKED_AT = NOON - timedelta(days=3)
REMINDED_AT = NOON - timedelta(days=1)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


class Troubled(EmailBackend):
    """A mail server that refuses some addresses in its way, and takes the others."""

    refused: dict[str, Exception] = {}

    def send_messages(self, messages):
        for message in messages:
            if error := self.refused.get(message.to[0]):
                raise error
        return super().send_messages(messages)


@pytest.fixture
def refuse(monkeypatch):
    """Make the mail server answer one address with an error."""
    monkeypatch.setattr(Troubled, "refused", {})
    monkeypatch.setattr("appointments.services.sending.get_connection", Troubled)
    return Troubled.refused.__setitem__


def planned(now: datetime = BOOKED_AT, **fields):
    """A visit whose messages are planned."""
    visit = a_visit(**fields)
    plan_booked(visit=visit, now=now)
    return visit


def message_of(visit, kind: str = "P01", **fields) -> Message:
    return Message.objects.get(appointment=visit, kind=kind, **fields)


def reminder_only(**fields):
    """A visit that is confirmed and still to be reminded of, the day before."""
    visit = planned(**fields)
    Message.objects.filter(kind__in=["P01", "P02"]).update(state="sent", sent_at=BOOKED_AT)
    return visit


class TestSending:
    def test_sends_what_is_due_and_marks_it(self, mailoutbox):
        visit = planned(patient=a_patient(email="ada@example.org"))

        tally = deliver_due(now=BOOKED_AT)

        message = message_of(visit)
        assert tally == {"sent": 1}
        assert [sent.to for sent in mailoutbox] == [["ada@example.org"]]
        assert (message.state, message.sent_at, message.attempts, message.claimed_until) == ("sent", BOOKED_AT, 1, None)

    def test_a_message_carries_its_key_and_is_known_by_the_same_id_at_every_try(self, mailoutbox):
        visit = planned()

        deliver_due(now=BOOKED_AT)

        headers = mailoutbox[0].extra_headers
        assert headers["X-Idempotency-Key"] == f"{visit.id}:1:P01:email"
        assert headers["Message-ID"] == f"<{visit.id}.1.P01.email@localhost>" == message_of(visit).provider_id

    def test_a_second_round_sends_nothing(self, mailoutbox):
        planned()
        deliver_due(now=BOOKED_AT)

        deliver_due(now=BOOKED_AT + MINUTE)

        assert len(mailoutbox) == 1

    def test_tells_the_wall_clock_of_the_site_in_the_language_of_the_patient(self, mailoutbox):
        a_site(time_zone="America/Los_Angeles", name="Pearl San Diego", phone="+1 619 555 0100")
        planned(patient=a_patient(given_name="Lucía", language="es", time_zone="America/New_York"))

        deliver_due(now=BOOKED_AT)

        assert mailoutbox[0].subject == "Su cita en Pearl San Diego"
        assert "Lucía en Pearl San Diego:\nmartes 12 de enero de 2027, 9:00 a. m.\n" in mailoutbox[0].body
        assert "+1 619 555 0100" in mailoutbox[0].body

    def test_a_moved_visit_is_told_with_its_new_time(self, mailoutbox):
        visit = planned()
        visit.during = visit.blocked = span(60)
        visit.revision = 2
        visit.save()
        plan_moved(visit=visit, now=BOOKED_AT)

        deliver_due(now=BOOKED_AT)

        assert ["1:00 PM" in sent.body for sent in mailoutbox] == [True]
        assert mailoutbox[0].subject.startswith("A change to your appointment")

    def test_a_cancelled_visit_is_told_to_who_knew_of_it(self, mailoutbox):
        visit = planned()
        deliver_due(now=BOOKED_AT)
        visit.status = "cancelled"
        visit.save()
        plan_cancelled(visit=visit, now=BOOKED_AT + MINUTE)

        deliver_due(now=BOOKED_AT + MINUTE)

        assert [sent.subject for sent in mailoutbox][1:] == ["Your appointment at Columbus is cancelled"]

    def test_the_oldest_due_message_tells_how_far_delivery_lags_behind(self):
        planned()

        assert oldest_due_at(now=BOOKED_AT + MINUTE) == BOOKED_AT

    def test_nothing_is_late_once_all_is_delivered(self):
        planned()
        deliver_due(now=BOOKED_AT)

        assert oldest_due_at(now=BOOKED_AT + MINUTE) is None


class TestClaiming:
    def test_takes_the_longest_due_first(self):
        late, later = planned(), planned(BOOKED_AT + MINUTE, during=span(60))

        first = claim_due(now=BOOKED_AT + MINUTE, batch=1)

        assert first == [message_of(late).id]
        assert message_of(later).state == "due"

    def test_what_is_claimed_is_nobody_elses(self):
        planned()
        claim_due(now=BOOKED_AT, batch=10)

        assert claim_due(now=BOOKED_AT + timedelta(seconds=59), batch=10) == []

    def test_is_shown_as_claimed_while_its_lease_lasts(self):
        visit = planned()
        claim_due(now=BOOKED_AT, batch=10, lease_s=60)

        shown = [message_of(visit).shown_state(now=BOOKED_AT + timedelta(seconds=seconds)) for seconds in (59, 60)]

        assert shown == ["claimed", "due"]

    def test_a_claim_lapses_with_its_lease(self):
        visit = planned()
        claim_due(now=BOOKED_AT, batch=10, lease_s=60)

        assert claim_due(now=BOOKED_AT + timedelta(seconds=60), batch=10) == [message_of(visit).id]

    def test_what_is_not_yet_due_stays(self):
        planned()

        assert claim_due(now=BOOKED_AT - MINUTE, batch=10) == []

    def test_what_is_released_is_due_as_before(self):
        visit = planned()
        claimed = claim_due(now=BOOKED_AT, batch=10)

        release(message_ids=claimed)

        assert (message_of(visit).state, message_of(visit).due_at) == ("due", BOOKED_AT)

    def test_no_more_than_the_limit_leave(self, mailoutbox):
        for hour in range(3):
            planned(during=span(60 * hour))

        deliver_due(now=BOOKED_AT, limit=2)

        assert len(mailoutbox) == 2


class TestLookingAgain:
    def test_a_visit_cancelled_between_claim_and_delivery_is_not_sent(self, mailoutbox):
        visit = planned()
        (claimed,) = claim_due(now=BOOKED_AT, batch=10)
        visit.status = "cancelled"
        visit.save()
        plan_cancelled(visit=visit, now=BOOKED_AT)

        assert deliver(message_id=claimed, now=BOOKED_AT) == "gone"
        assert mailoutbox == []

    def test_a_message_that_nobody_withdrew_is_withdrawn_when_its_visit_is_over(self, mailoutbox):
        visit = planned()
        visit.status = "cancelled"
        visit.save()

        deliver_due(now=BOOKED_AT)

        assert (message_of(visit).state, message_of(visit).reason_not_sent) == ("withdrawn", "the visit is cancelled")
        assert mailoutbox == []

    def test_a_message_of_an_earlier_revision_is_withdrawn(self, mailoutbox):
        visit = planned()
        visit.revision = 2
        visit.save()

        deliver_due(now=BOOKED_AT)

        assert message_of(visit).state == "withdrawn"
        assert mailoutbox == []

    def test_a_message_that_is_not_claimed_is_left_alone(self, mailoutbox):
        visit = planned()

        assert deliver(message_id=message_of(visit).id, now=BOOKED_AT) == "gone"
        assert message_of(visit).state == "due"

    def test_a_message_that_comes_after_the_start_is_expired(self, mailoutbox):
        visit = planned()

        deliver_due(now=NOON)

        assert {message_of(visit, kind).state for kind in ("P01", "P03")} == {"expired"}
        assert mailoutbox == []


class TestWithholding:
    def test_nothing_leaves_while_the_visit_needs_reassignment(self, mailoutbox):
        visit = reminder_only()
        type(visit).objects.filter(pk=visit.pk).update(status="needs_reassignment")

        deliver_due(now=REMINDED_AT)

        assert (message_of(visit, "P03").state, mailoutbox) == ("due", [])

    def test_what_was_withheld_leaves_when_the_visit_is_booked_again(self, mailoutbox):
        visit = reminder_only()
        type(visit).objects.filter(pk=visit.pk).update(status="needs_reassignment")
        deliver_due(now=REMINDED_AT)
        type(visit).objects.filter(pk=visit.pk).update(status="booked")

        deliver_due(now=REMINDED_AT + 10 * MINUTE)

        assert len(mailoutbox) == 1

    def test_what_was_withheld_until_the_start_is_expired(self, mailoutbox):
        visit = reminder_only()
        type(visit).objects.filter(pk=visit.pk).update(status="needs_reassignment")

        deliver_due(now=NOON)

        assert message_of(visit, "P03").state == "expired"


class TestQuietHours:
    def test_a_reminder_waits_for_the_morning_of_the_patient(self, mailoutbox):
        visit = reminder_only(patient=a_patient(time_zone="Pacific/Honolulu"))

        deliver_due(now=REMINDED_AT)  # 07:00 in Honolulu

        assert (message_of(visit, "P03").due_at, mailoutbox) == (datetime(2027, 1, 11, 19, 0, tzinfo=UTC), [])

    def test_and_leaves_then(self, mailoutbox):
        reminder_only(patient=a_patient(time_zone="Pacific/Honolulu"))
        deliver_due(now=REMINDED_AT)

        deliver_due(now=REMINDED_AT + 120 * MINUTE)

        assert len(mailoutbox) == 1

    def test_a_reminder_delayed_into_the_night_before_an_early_visit_is_not_sent(self, mailoutbox):
        visit = reminder_only(during=span(-240))  # 08:00

        deliver_due(now=at(-14 * 60))  # 22:00 the evening before

        assert message_of(visit, "P03").state == "expired"

    def test_a_confirmation_answers_at_any_hour(self, mailoutbox):
        planned(patient=a_patient(time_zone="Asia/Kathmandu"))  # 22:45 there

        deliver_due(now=BOOKED_AT)

        assert len(mailoutbox) == 1


class TestRecipient:
    def test_messages_of_a_minor_go_to_the_guardian_only(self, mailoutbox):
        planned(patient=a_patient(birth_date=date(2016, 3, 1), email="kid@example.org", guardian_email="parent@example.org"))

        deliver_due(now=BOOKED_AT)

        assert [sent.to for sent in mailoutbox] == [["parent@example.org"]]

    def test_the_18th_birthday_switches_to_the_patient(self, mailoutbox):
        patient = a_patient(birth_date=date(2009, 1, 11), email="kid@example.org", guardian_email="parent@example.org")
        planned(patient=patient)
        deliver_due(now=BOOKED_AT)

        deliver_due(now=REMINDED_AT)

        assert [sent.to for sent in mailoutbox] == [["parent@example.org"], ["kid@example.org"]]

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"email": ""}, "there is no e-mail address"),
            (
                {"birth_date": date(2016, 3, 1), "email": "kid@example.org"},
                "the patient is under 18, and the guardian has no e-mail address on the chart",
            ),
        ],
    )
    def test_without_an_address_the_message_is_suppressed(self, fields, why, mailoutbox):
        visit = planned(patient=a_patient(**fields))

        deliver_due(now=BOOKED_AT)

        message = message_of(visit)
        assert (message.state, message.reason_not_sent) == ("suppressed", why)
        assert mailoutbox == []


class TestFailure:
    def busy(self):
        return SMTPDataError(451, b"ada@example.org is busy")

    def test_a_failure_is_tried_again_a_minute_later(self, refuse):
        refuse("ada@example.org", self.busy())
        visit = planned(patient=a_patient(email="ada@example.org"))

        deliver_due(now=BOOKED_AT)

        message = message_of(visit)
        assert (message.state, message.attempts, message.due_at) == ("due", 1, BOOKED_AT + MINUTE)

    def test_and_leaves_once_the_server_takes_it(self, refuse, mailoutbox):
        refuse("ada@example.org", self.busy())
        planned(patient=a_patient(email="ada@example.org"))
        deliver_due(now=BOOKED_AT)
        Troubled.refused.clear()

        deliver_due(now=BOOKED_AT + MINUTE)

        assert [sent.to for sent in mailoutbox] == [["ada@example.org"]]

    def test_eight_failures_end_in_a_dead_letter_with_a_task_for_the_front_desk(self, refuse):
        refuse("ada@example.org", self.busy())
        visit = planned(patient=a_patient(email="ada@example.org"))

        for minutes in (0, 1, 3, 7, 15, 31, 63, 127):
            assert message_of(visit).state == "due"
            deliver_due(now=BOOKED_AT + minutes * MINUTE)

        message, task = message_of(visit), Task.objects.get(kind="dead_letter")
        assert (message.state, message.attempts) == ("dead", 8)
        assert message.reason_not_sent == "the mail server refused the message (451), 8 times"
        assert (task.subject, task.role, task.state) == (visit.id, "front_desk", "open")

    def test_an_address_that_is_refused_for_good_fails_at_once(self, refuse):
        refuse("ada@example.org", SMTPRecipientsRefused({"ada@example.org": (550, b"no such user")}))
        visit = planned(patient=a_patient(email="ada@example.org"))

        deliver_due(now=BOOKED_AT)

        message = message_of(visit)
        assert (message.state, message.reason_not_sent) == ("failed", "the mail server refused the recipient (550)")
        assert Task.objects.filter(kind="dead_letter", subject=visit.id).exists()

    @pytest.mark.parametrize("error", [SMTPDataError(451, b"busy"), ValueError("a poisonous address")])
    def test_one_message_in_trouble_delays_no_other(self, error, refuse, mailoutbox):
        refuse("poison@example.org", error)
        planned(patient=a_patient(email="poison@example.org"))
        planned(patient=a_patient(email="ada@example.org"), during=span(60))

        tally = deliver_due(now=BOOKED_AT)

        assert tally == {"due": 1, "sent": 1}
        assert [sent.to for sent in mailoutbox] == [["ada@example.org"]]

    def test_a_server_that_is_away_is_tried_with_one_message_and_the_others_stay_due(self, refuse):
        for hour, name in enumerate(("a", "b", "c")):
            refuse(f"{name}@example.org", SMTPServerDisconnected("gone"))
            planned(patient=a_patient(email=f"{name}@example.org"), during=span(60 * hour))

        tally = deliver_due(now=BOOKED_AT)

        assert tally == {"due": 1}
        assert sorted(Message.objects.filter(kind="P01").values_list("state", "attempts")) == [
            ("due", 0),
            ("due", 0),
            ("due", 1),
        ]

    def test_no_log_line_names_a_patient(self, refuse, capfd):
        refuse("ada@example.org", ValueError("ada@example.org"))
        visit = planned(patient=a_patient(email="ada@example.org", given_name="Adelheid"))

        deliver_due(now=BOOKED_AT)

        logged = capfd.readouterr().err
        assert str(message_of(visit).id) in logged
        assert "ada@" not in logged
        assert "Adelheid" not in logged


class TestTask:
    def test_delivers_what_is_due_by_the_clock(self, mailoutbox):
        planned()

        with time_machine.travel(BOOKED_AT, tick=False):
            deliver_due_messages()

        assert len(mailoutbox) == 1

    def test_is_the_one_that_beat_rings_for(self):
        ringing = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

        assert deliver_due_messages.name in ringing
        assert deliver_due_messages.name in current_app.tasks
