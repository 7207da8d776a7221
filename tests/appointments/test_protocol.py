"""The rows of the protocol, their times and their words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appointments.policies.protocol import (
    Ruling,
    Standing,
    Visit,
    key_of,
    kind_and_channel,
    next_awake,
    next_text,
    next_try,
    rule_on,
)
from clinic.policies.protocol import moment_of
from clinic.selectors.protocol import shipped_rules

NEW_YORK = ZoneInfo("America/New_York")
STARTS = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
DAY_BEFORE = STARTS - timedelta(days=1)


def local(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def reminder_of(visit: datetime, zone: ZoneInfo) -> datetime:
    """When the row of the day before is due."""
    return moment_of(rule=shipped_rules()["P03"], days=-1, anchor=visit, zone=zone)


def a_standing(*, kind: str = "P03", zone: ZoneInfo = NEW_YORK, **visit) -> Standing:
    about = {"revision": 1, "visit_status": "booked", "visit_revision": 1, "starts_at": STARTS} | visit
    return Standing(rule=shipped_rules()[kind], zone=zone, visit=Visit(**about), expires_at=STARTS + timedelta(days=7))


class TestKeys:
    def test_a_key_gives_its_kind_and_channel_back(self):
        key = key_of(subject="visit", revision=3, kind="P05", channel="email")

        assert (key, kind_and_channel(key)) == ("visit:3:P05:email", ("P05", "email"))


class TestDaysBefore:
    def test_scenario_20_a_visit_on_the_sunday_of_spring_forward_is_reminded_at_the_same_wall_clock_time(self):
        visit = local("2027-03-14T09:00")

        reminder = reminder_of(visit.astimezone(UTC), NEW_YORK)

        assert reminder == local("2027-03-13T09:00")
        assert visit.astimezone(UTC) - reminder == timedelta(hours=23)

    @pytest.mark.parametrize(
        ("zone", "visit", "reminder"),
        [
            ("America/New_York", "2027-11-07T09:00", "2027-11-06T09:00"),
            ("America/New_York", "2027-11-08T09:00", "2027-11-07T09:00"),
            ("Australia/Lord_Howe", "2027-10-03T13:30", "2027-10-02T13:30"),
            ("Asia/Kathmandu", "2027-03-01T09:15", "2027-02-28T09:15"),
            ("America/Los_Angeles", "2028-03-01T16:45", "2028-02-29T16:45"),
        ],
    )
    def test_the_wall_clock_of_the_site_decides(self, zone, visit, reminder):
        moment = local(visit, zone).astimezone(UTC)

        assert reminder_of(moment, ZoneInfo(zone)) == local(reminder, zone)

    def test_a_wall_clock_time_that_the_day_before_lacks_is_an_hour_later_there(self):
        moment = local("2027-03-15T02:30").astimezone(UTC)

        assert reminder_of(moment, NEW_YORK) == local("2027-03-14T03:30")


class TestWakingHours:
    @pytest.mark.parametrize(
        ("at", "awake"),
        [
            ("2027-01-11T08:59:59", "2027-01-11T09:00"),
            ("2027-01-11T09:00", "2027-01-11T09:00"),
            ("2027-01-11T19:59:59", "2027-01-11T19:59:59"),
            ("2027-01-11T20:00", "2027-01-12T09:00"),
            ("2027-01-11T00:00", "2027-01-11T09:00"),
            ("2027-03-13T22:00", "2027-03-14T09:00"),
        ],
    )
    def test_outside_of_them_the_next_window_opens_at_nine(self, at, awake):
        assert next_awake(local(at), NEW_YORK) == local(awake)


class TestRuleOn:
    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({}, "sent"),
            ({"kind": "P01"}, "sent"),
            ({"kind": "P05", "revision": 2, "visit_revision": 2}, "sent"),
            ({"revision": 1, "visit_revision": 2}, "withdrawn"),
            ({"visit_status": "cancelled"}, "withdrawn"),
            ({"kind": "P05", "visit_status": "cancelled"}, "withdrawn"),
            ({"kind": "P05", "visit_status": "cancelled", "revision": 2}, "sent"),
            ({"visit_status": "no_show"}, "withdrawn"),
            ({"visit_status": "checked_in"}, "withdrawn"),
            ({"visit_status": "needs_reassignment"}, "due"),
            ({"kind": "P01", "visit_status": "needs_reassignment"}, "due"),
        ],
    )
    def test_the_visit_as_it_is_now_decides(self, fields, state):
        assert rule_on(a_standing(**fields), now=DAY_BEFORE).state == state

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"kind": "P01"},
            {"visit_status": "needs_reassignment"},
            {"kind": "P05", "visit_status": "cancelled", "revision": 2},
        ],
    )
    def test_nothing_leaves_once_the_visit_has_begun(self, fields):
        assert rule_on(a_standing(**fields), now=STARTS).state == "expired"

    def test_a_reminder_waits_for_the_waking_hours_of_the_patient(self):
        standing = a_standing(zone=ZoneInfo("Pacific/Honolulu"))

        ruling = rule_on(standing, now=local("2027-01-11T12:00"))

        assert ruling == Ruling(state="due", due_at=local("2027-01-11T09:00", "Pacific/Honolulu"))

    def test_a_reminder_that_would_land_after_the_visit_began_is_not_sent(self):
        standing = a_standing(starts_at=local("2027-01-12T08:00"))

        assert rule_on(standing, now=local("2027-01-11T21:00")).state == "expired"

    @pytest.mark.parametrize(("kind", "status"), [("P06", "no_show"), ("P24", "completed")])
    def test_what_follows_a_visit_is_not_too_late_because_it_began(self, kind, status):
        standing = a_standing(kind=kind, visit_status=status)

        assert rule_on(standing, now=STARTS + timedelta(days=1)).state == "sent"

    def test_what_follows_a_visit_expires_when_its_time_is_over(self):
        standing = a_standing(kind="P06", visit_status="no_show")

        assert rule_on(standing, now=STARTS + timedelta(days=7)).state == "expired"

    def test_a_row_that_is_switched_off_says_nothing_more(self):
        standing = replace(a_standing(), rule=replace(shipped_rules()["P03"], active=False))

        assert rule_on(standing, now=DAY_BEFORE).state == "withdrawn"

    def test_a_confirmation_leaves_at_night(self):
        assert rule_on(a_standing(kind="P01"), now=local("2027-01-11T03:00")).state == "sent"


class TestTextsToANumber:
    @pytest.mark.parametrize(
        ("days_ago", "free"),
        [
            ([], 0),
            ([1.0], 0),
            ([0.5], 0.5),
            ([2, 4, 6], 1),
            ([2, 4, 8], 0),
            ([1, 2, 3], 4),
        ],
    )
    def test_one_a_day_and_three_in_seven_days(self, days_ago, free):
        sent = [STARTS - timedelta(days=days) for days in days_ago]

        after = next_text(sent=sent, now=STARTS, zone=NEW_YORK)

        assert after == next_awake(STARTS + timedelta(days=free), NEW_YORK)


class TestTries:
    def test_they_are_1_2_4_minutes_apart_and_at_most_eight(self):
        waits = [next_try(tries=tries, now=STARTS) for tries in range(1, 9)]

        assert waits == [*(STARTS + timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 64)), None]
