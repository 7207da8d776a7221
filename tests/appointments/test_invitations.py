"""Visits as entries of a calendar: what the icalendar library reads from the e-mails about a booked, a moved and a cancelled one."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from appointments.models import Message
from appointments.policies.health_words import health_words
from appointments.services.invitations import invitation_of
from appointments.services.messages import plan_booked, plan_cancelled, plan_moved
from appointments.services.sending import email_of
from appointments.services.writing import write
from tests.factories import NOON, a_patient, a_site, a_visit, span

BOOKED_AT = NOON - timedelta(days=3)
SPRING_FORWARD = datetime(2027, 3, 14, 13, 0, tzinfo=UTC)  # 09:00 in Columbus, on the day on which clocks change at 02:00

pytestmark = pytest.mark.django_db


def email_about(visit, kind: str, revision: int):
    message = Message.objects.get(appointment=visit, kind=kind, revision=revision, channel="email")
    text = write(message=message, visit=visit, now=BOOKED_AT)
    return email_of(message=message, visit=visit, address="ada@example.org", text=text, now=BOOKED_AT)


def part_of(email):
    [part] = [part for part in email.message().walk() if part.get_content_type() == "text/calendar"]
    return part


def entry_in(email) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(part_of(email).get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def moved(visit, minutes: int = 60):
    visit.during = visit.blocked = span(minutes)
    visit.revision += 1
    visit.save()
    plan_moved(visit=visit, now=BOOKED_AT)
    return visit


def cancelled(visit):
    Message.objects.filter(appointment=visit, state="due").update(state="sent", sent_at=BOOKED_AT)
    visit.status = "cancelled"
    visit.save()
    plan_cancelled(visit=visit, now=BOOKED_AT)
    return visit


@pytest.fixture
def visit():
    a_site(name="Pearl Columbus", address="1 Main St\nColumbus, OH", phone="+1 614 555 0100")
    visit = a_visit(patient=a_patient(email="ada@example.org"))
    plan_booked(visit=visit, now=BOOKED_AT)
    return visit


class TestEmails:
    def test_a_visit_booked_moved_and_cancelled_is_one_event(self, visit):
        emails = [email_about(visit, "P01", 1)]
        emails.append(email_about(moved(visit), "P05", 2))
        emails.append(email_about(cancelled(visit), "P05", 3))

        entries = [entry_in(email) for email in emails]

        assert [str(calendar["METHOD"]) for calendar, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [event["SEQUENCE"] for _, event in entries] == [1, 2, 3]
        assert [str(event["STATUS"]) for _, event in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert len({str(event["UID"]) for _, event in entries}) == 1
        assert [event.start for _, event in entries] == [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1)]

    def test_the_part_says_what_is_asked_of_a_calendar(self, visit):
        part = part_of(email_about(visit, "P01", 1))

        assert (part.get_param("method"), part.get_param("charset")) == ("REQUEST", "utf-8")
        assert part.get_filename() == "appointment.ics"

    def test_a_reminder_brings_none(self, visit):
        assert email_about(visit, "P02", 1).attachments == []


class TestInvitation:
    def entry(self, visit, **fields) -> tuple[Calendar, Event]:
        asked = {"method": "REQUEST", "sequence": 1, "to": "ada@example.org", "now": BOOKED_AT} | fields
        calendar = Calendar.from_ical(invitation_of(visit=visit, **asked))
        return calendar, calendar.walk("VEVENT")[0]

    def test_names_place_time_and_clinic_and_nothing_about_health(self, visit):
        _, event = self.entry(visit)

        assert str(event["SUMMARY"]) == "Appointment at Pearl Columbus"
        assert str(event["LOCATION"]) == "Pearl Columbus, 1 Main St Columbus, OH"
        assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == ("mailto:clinic@localhost", "Pearl Columbus")
        assert str(event["ATTENDEE"]) == "mailto:ada@example.org"
        assert (event.end - event.start, event.DTSTAMP) == (timedelta(minutes=30), BOOKED_AT)
        assert (
            health_words(invitation_of(visit=visit, method="REQUEST", sequence=1, to="a@b.org", now=BOOKED_AT).decode()) == []
        )

    def test_speaks_the_language_of_the_patient(self, visit):
        visit.patient.language = "es"

        assert str(self.entry(visit)[1]["SUMMARY"]) == "Cita en Pearl Columbus"

    @pytest.mark.parametrize(
        ("starts_at", "wall", "offset"),
        [
            (SPRING_FORWARD - timedelta(days=1), "08:00", -5),
            (SPRING_FORWARD, "09:00", -4),
        ],
    )
    def test_is_right_on_both_sides_of_a_change_of_clocks(self, visit, starts_at, wall, offset):
        visit.during = visit.blocked = type(visit.during)(starts_at, starts_at + timedelta(minutes=30))

        calendar, event = self.entry(visit)

        assert event.start == starts_at
        assert event.start.strftime("%H:%M") == wall
        assert str(event["DTSTART"].params["TZID"]) == "America/New_York"
        zone = calendar.timezones[0].to_tz()
        assert event["DTSTART"].dt.replace(tzinfo=zone).utcoffset() == timedelta(hours=offset)

    def test_brings_the_rules_of_its_zone(self, visit):
        calendar, _ = self.entry(visit)

        assert [str(zone["TZID"]) for zone in calendar.timezones] == ["America/New_York"]
        assert calendar.get_missing_tzids() == set()

    def test_a_name_of_a_clinic_cannot_break_out_of_its_line(self, visit):
        visit.site.name = "Pearl\r\nMETHOD:CANCEL"

        calendar, event = self.entry(visit)

        assert str(calendar["METHOD"]) == "REQUEST"
        assert "METHOD" not in event
