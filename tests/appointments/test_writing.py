"""Messages in the words of the moment at which they leave."""

from datetime import timedelta

import pytest

from appointments.policies.rendering import TooLong
from appointments.services.sending import trouble_of
from appointments.services.writing import write
from clinic.errors import RuleBroken
from tests.factories import NOON, a_patient, a_site, a_user, a_visit, span
from tests.factories_links import SENT_AT, a_follow_up, a_message
from tests.factories_texts import a_published_text

pytestmark = pytest.mark.django_db


def written(message, visit=None):
    return write(message=message, visit=visit or message.appointment, now=SENT_AT)


class TestWrite:
    def test_is_in_the_language_of_the_patient_and_on_the_clock_of_the_site(self):
        a_site(name="Pearl", phone="+1 614 555 0100")
        message = a_message(a_visit(patient=a_patient(given_name="Lucía", language="es")), channel="sms")

        text = written(message)

        assert text.body.startswith("Pearl: cita para Lucia: mar 12 ene, 12:00 pm. http://localhost:8000/l/")
        assert text.body.endswith("/ Tel. +1 614 555 0100")

    def test_tells_the_visit_as_it_is_now(self):
        message = a_message()
        message.appointment.during = span(60)

        assert ", 1:00 PM\n" in written(message).body

    def test_of_a_cancelled_visit_tells_that(self):
        message = a_message(kind="P05")
        message.appointment.status = "cancelled"

        assert written(message).key == "cancellation"

    def test_uses_the_text_that_is_in_force_at_that_moment(self):
        a_published_text(SENT_AT, channel="email", subject="Now", body="Now {link}")
        a_published_text(NOON, channel="email", version=2, subject="Later", body="Later")

        assert written(a_message()).subject == "Now"

    def test_carries_the_same_link_at_every_try(self):
        message = a_message()

        assert written(message) == written(message)

    def test_about_something_else_than_a_visit_names_no_time(self):
        text = written(a_follow_up(a_patient(given_name="Ada")))

        assert "how are things for Ada? http://localhost:8000/c/" in text.body

    def test_about_an_offer_names_the_time_that_is_offered(self):
        message = a_follow_up(kind="W01", subject_kind="offer", anchor_at=NOON, expires_at=SENT_AT + timedelta(hours=1))

        assert "free for Ada: Tue, Jan 12, 12:00 PM. http://localhost:8000/o/" in written(message).body

    def test_speaks_to_members_of_staff_by_their_name(self):
        fields = {"recipient": None, "staff": a_user(first_name="Grace"), "kind": "P25", "channel": "email"}
        message = a_follow_up(subject_kind="paper", anchor_at=NOON, **fields)

        text = written(message)

        assert text.subject == "A paper of yours ends on Tuesday, January 12, 2027"
        assert text.body.startswith("Hello Grace,\n")

    def test_without_a_text_for_the_channel_says_so_in_words_that_people_can_read(self):
        with pytest.raises(RuleBroken) as refusal:
            written(a_message(channel="portal"))

        assert trouble_of(refusal.value).reason == "there is no text of confirmation for portal: publish one"

    def test_what_does_not_fit_is_no_fault_of_the_server(self):
        assert not trouble_of(TooLong()).of_server
