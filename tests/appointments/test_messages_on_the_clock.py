"""What patients hear when zones, changes of clock and quick decisions come together, on fixed clocks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appointments.models import Appointment, Message
from appointments.services.course import cancel_appointment, check_in, complete_visit, start_treatment
from appointments.services.delivery import deliver_due
from appointments.services.moving import reschedule_appointment
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, book, on
from tests.factories_contact import PHONE, a_stopped_number, a_word

pytestmark = pytest.mark.django_db
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
HONOLULU, NEW_YORK = ZoneInfo("Pacific/Honolulu"), ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)
"""The days on which the clocks of New York change; those of Honolulu never do."""


@pytest.fixture
def clinic() -> SmallClinic:
    """In New York's zone; its patient is reached by mail and by text."""
    small = world.a_small_clinic(rooms=1)
    small.patient.phone = PHONE
    small.patient.save()
    for consent_class in ("transactional", "treatment"):
        a_word(small.patient, "sms", consent_class)
    return small


@pytest.fixture
def texts(monkeypatch) -> list[tuple[datetime, str, str]]:
    """The texts that left: when, to which number, in which words."""
    sent: list[tuple[datetime, str, str]] = []

    class Gateway:
        """Takes every text."""

        def send(self, *, key, to, body, at=None):
            """Keep it."""
            sent.append((at, to, body))
            return key

    monkeypatch.setattr("appointments.services.sending.gateway", Gateway)
    return sent


def booked(clinic: SmallClinic, start: datetime, *, now: datetime = NOW) -> Appointment:
    return book(clinic.derm.user, clinic.patient, start, clinic.derm, clinic.lesion, now=now)


def moved(clinic: SmallClinic, visit: Appointment, start: datetime, *, now: datetime) -> Appointment:
    return reschedule_appointment(actor=clinic.derm.user, visit=visit, start=start, now=now)


def pass_the_time(first: datetime, last: datetime, step: timedelta = timedelta(minutes=30)) -> None:
    """What beat does, every half hour."""
    moment = first
    while moment <= last:
        deliver_due(now=moment)
        moment += step


def at(wall: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=zone)


class TestAPatientInHonolulu:
    @pytest.fixture(autouse=True)
    def far_away(self, clinic):
        clinic.patient.time_zone = "Pacific/Honolulu"
        clinic.patient.save()

    @pytest.mark.parametrize(
        ("day", "awake"),
        [
            # 10:00 in New York is 05:00 in Honolulu in winter, 04:00 in summer
            (date(2027, 1, 20), "2027-01-19T09:00"),
            (SPRING, "2027-03-13T09:00"),
            (SPRING + DAY, "2027-03-14T09:00"),
            (AUTUMN, "2027-11-06T09:00"),
            (AUTUMN + DAY, "2027-11-07T09:00"),
        ],
    )
    def test_is_reminded_of_the_day_before_at_the_clinic_once_it_is_morning_at_home(
        self, clinic, texts, mailoutbox, day, awake
    ):
        visit = booked(clinic, on(day))
        deliver_due(now=NOW)
        texts.clear()

        pass_the_time(visit.start - DAY - 2 * timedelta(hours=1), visit.start)

        assert [sent.astimezone(HONOLULU) for sent, _, _ in texts] == [at(awake, HONOLULU)]

    def test_reads_the_time_that_the_clock_of_the_clinic_shows(self, clinic, texts, mailoutbox):
        booked(clinic, on(date(2027, 1, 20)))

        deliver_due(now=NOW)

        assert "10:00 AM" in mailoutbox[0].body
        assert "10:00 AM" in texts[0][2]

    def test_is_not_reminded_of_an_early_visit_whose_eve_passes_while_it_is_night_at_home(self, clinic, texts, mailoutbox):
        visit = booked(clinic, on(date(2027, 1, 20), 7))
        withdrawn = Message.objects.filter(appointment=visit).exclude(kind="P03")
        withdrawn.update(state="withdrawn", reason_not_sent="told at the desk")

        pass_the_time(at("2027-01-19T21:00", HONOLULU), visit.start)  # nobody was at work before that

        assert (texts, Message.objects.get(kind="P03").state) == ([], "expired")


class TestOverAChangeOfTheClocks:
    @pytest.mark.parametrize(
        ("day", "hours"),
        [(SPRING, 23), (SPRING + DAY, 24), (AUTUMN, 25), (AUTUMN + DAY, 24)],
    )
    def test_the_reminder_comes_at_the_time_of_the_visit_on_the_day_before(self, clinic, texts, mailoutbox, day, hours):
        visit = booked(clinic, on(day))
        deliver_due(now=NOW)
        texts.clear()

        pass_the_time(visit.start - 30 * timedelta(hours=1), visit.start)

        [(sent, _, _)] = texts
        assert sent.astimezone(NEW_YORK).replace(tzinfo=None) == datetime(day.year, day.month, day.day, 10) - DAY
        assert visit.start - sent == timedelta(hours=hours)

    @pytest.mark.parametrize(("change", "hours"), [(SPRING, 23), (AUTUMN, 25)])
    def test_a_visit_that_is_moved_across_it_is_reminded_by_the_new_wall_clock(self, clinic, texts, mailoutbox, change, hours):
        visit = booked(clinic, on(change - 4 * DAY))
        visit = moved(clinic, visit, on(change), now=NOW + MINUTE)
        deliver_due(now=NOW + MINUTE)
        texts.clear()

        pass_the_time(visit.start - 6 * DAY, visit.start)

        assert [visit.start - sent for sent, _, _ in texts] == [timedelta(hours=hours)]


class TestAVisitThatIsMovedTwiceInAMinute:
    @pytest.mark.parametrize("told_between", [False, True])
    def test_ends_with_its_last_time_and_one_reminder(self, clinic, texts, mailoutbox, told_between):
        visit = booked(clinic, after(5))
        deliver_due(now=NOW)
        visit = moved(clinic, visit, after(6, 11), now=NOW + 10 * SECOND)
        if told_between:
            deliver_due(now=NOW + 20 * SECOND)
        visit = moved(clinic, visit, after(7, 15), now=NOW + 40 * SECOND)

        pass_the_time(NOW + 45 * SECOND, visit.start)

        changes = [mail.body for mail in mailoutbox if mail.subject.startswith("A change")]
        assert len(changes) == 1 + told_between
        assert "3:00 PM" in changes[-1]
        reminders = [body for sent, _, body in texts if sent > NOW + MINUTE]
        assert len(reminders) == 1
        assert "3:00 PM" in reminders[0]

    def test_and_back_again_is_told_its_old_time_anew(self, clinic, mailoutbox):
        visit = booked(clinic, after(5))
        deliver_due(now=NOW)
        visit = moved(clinic, visit, after(6, 11), now=NOW + 10 * SECOND)
        moved(clinic, visit, after(5), now=NOW + 40 * SECOND)

        deliver_due(now=NOW + MINUTE)

        assert [mail.subject.startswith("A change") for mail in mailoutbox] == [False, True]
        assert "10:00 AM" in mailoutbox[-1].body


class TestAVisitThatIsCalledOff:
    def test_a_second_before_its_reminder_is_not_reminded_of(self, clinic, texts, mailoutbox):
        visit = booked(clinic, after(5))
        deliver_due(now=NOW)
        reminder = visit.start - DAY
        cancel_appointment(actor=clinic.desk, visit=visit, reason="She called.", now=reminder - SECOND)
        texts.clear()
        mailoutbox.clear()

        pass_the_time(reminder, visit.start)

        assert [mail.subject.endswith("is cancelled") for mail in mailoutbox] == [True]
        assert ["cancel" in body for _, _, body in texts] == [True]

    def test_before_anything_left_says_nothing_at_all(self, clinic, texts, mailoutbox):
        visit = booked(clinic, after(5))
        cancel_appointment(actor=clinic.desk, visit=visit, reason="A mistake.", now=NOW + SECOND)

        pass_the_time(NOW + 2 * SECOND, visit.start)

        assert (mailoutbox, texts) == ([], [])


class TestAVisitThatIsOverEarly:
    def test_says_nothing_more_of_itself(self, clinic, texts, mailoutbox):
        visit = booked(clinic, after(1, 15), now=NOW)
        check_in(actor=clinic.desk, visit=visit, now=after(1, 14, 30))
        start_treatment(actor=clinic.derm.user, visit=visit, now=after(1, 14, 31))

        complete_visit(actor=clinic.derm.user, visit=visit, now=after(1, 14, 50))

        deliver_due(now=after(1, 14, 50))
        assert (mailoutbox, texts) == ([], [])
        reasons = Message.objects.filter(appointment=visit, state="withdrawn").values_list("reason_not_sent", flat=True)
        assert set(reasons) == {"the visit is over"}


class TestAWordASecondBeforeTheSend:
    def test_of_the_patient_at_the_desk_stops_the_reminder(self, clinic, texts, mailoutbox):
        visit = booked(clinic, after(5))
        deliver_due(now=NOW)
        reminder = visit.start - DAY
        a_word(clinic.patient, "sms", "transactional", granted=False, at=reminder - SECOND)
        texts.clear()

        deliver_due(now=reminder)

        row = Message.objects.get(appointment=visit, kind="P03")
        assert (texts, row.state) == ([], "suppressed")
        assert "no messages about visits by text message are wanted" in row.reason_not_sent

    def test_of_somebody_else_at_that_number_stops_it_as_well(self, clinic, texts, mailoutbox):
        visit = booked(clinic, after(5))
        deliver_due(now=NOW)
        reminder = visit.start - DAY
        a_stopped_number(PHONE, stopped_at=reminder - SECOND)
        texts.clear()

        deliver_due(now=reminder)

        row = Message.objects.get(appointment=visit, kind="P03")
        assert (texts, row.state) == ([], "suppressed")

    def test_leaves_the_mail_and_the_visit_alone(self, clinic, texts, mailoutbox):
        visit = booked(clinic, after(5))
        a_stopped_number(PHONE, stopped_at=NOW - SECOND)

        pass_the_time(NOW, visit.start)

        visit.refresh_from_db()
        assert (len(mailoutbox), texts, visit.status) == (2, [], "booked")
