"""What suits somebody who waits, and how long a time is kept for them: tables without a database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from appointments.policies.waitlist import Wish, first_offerable, kept_until, may_suit, suits

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
ANY = {
    "weekdays": frozenset(),
    "earliest": None,
    "latest": None,
    "first_on": date(2027, 1, 11),
    "last_on": date(2027, 1, 17),
}


def at(day, hour, minute=0):
    return datetime(2027, 1, day, hour, minute, tzinfo=ZONE)


class TestSuits:
    @pytest.mark.parametrize(
        ("wish", "start", "is_suited"),
        [
            ({}, at(11, 0), True),
            ({}, at(17, 23), True),
            ({}, at(10, 23, 59), False),
            ({}, at(18, 0), False),
            ({"weekdays": {2}}, at(12, 10), True),
            ({"weekdays": {1, 3}}, at(12, 10), False),
            ({"earliest": time(10)}, at(12, 10), True),
            ({"earliest": time(10)}, at(12, 9, 59), False),
            ({"latest": time(10, 30)}, at(12, 10), True),
            ({"latest": time(10, 29)}, at(12, 10), False),
            ({"latest": time(23)}, at(12, 23, 45), False),
        ],
    )
    def test_says_whether_half_an_hour_lies_within_the_wish(self, wish, start, is_suited):
        wish = Wish(**(ANY | wish))

        assert suits(wish, start=start, end=start + timedelta(minutes=30)) is is_suited


class TestMaySuit:
    @pytest.mark.parametrize(
        ("wish", "first", "last", "is_possible"),
        [
            ({}, at(12, 10), at(12, 11), True),
            ({}, at(18, 10), at(18, 11), False),
            ({"weekdays": {1}}, at(12, 10), at(12, 11), False),
            ({"weekdays": {3}}, at(12, 23), at(13, 1), True),
            ({"earliest": time(11)}, at(12, 10), at(12, 11), True),
            ({"earliest": time(11, 1)}, at(12, 10), at(12, 11), False),
            ({"latest": time(10)}, at(12, 10), at(12, 11), False),
            ({"latest": time(10, 1)}, at(12, 10), at(12, 11), True),
        ],
    )
    def test_says_whether_to_look_closer(self, wish, first, last, is_possible):
        assert may_suit(Wish(**(ANY | wish)), first=first, last=last) is is_possible


class TestAnOffer:
    def test_is_never_of_what_begins_within_two_hours(self):
        assert first_offerable(freed_from=NOW + timedelta(hours=1), now=NOW) == NOW + timedelta(hours=2)
        assert first_offerable(freed_from=NOW + timedelta(hours=3), now=NOW) == NOW + timedelta(hours=3)

    def test_ends_after_so_many_minutes(self):
        assert kept_until(now=NOW, start=NOW + timedelta(hours=2), minutes=30) == NOW + timedelta(minutes=30)

    def test_ends_with_the_start_at_the_latest(self):
        assert kept_until(now=NOW, start=NOW + timedelta(hours=2), minutes=500) == NOW + timedelta(hours=2)
