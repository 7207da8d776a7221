"""Weekly rules become periods that keep their place on the wall clock, and presence is what is left of them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.policies.presence import Weekly, clash, moment_of, presence, weekly_periods

NEW_YORK = ZoneInfo("America/New_York")
ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Santiago",
    "Pacific/Apia",
    "Asia/Beirut",
    "UTC",
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def a_rule(
    weekday: int = 0, starts: time = time(9), ends: time = time(17), first: date = date(2020, 1, 1), last: date | None = None
):
    return Weekly(weekday=weekday, starts=starts, ends=ends, first=first, last=last)


class TestMomentOf:
    @pytest.mark.parametrize(
        ("zone", "day", "wall", "moment"),
        [
            ("America/New_York", date(2027, 1, 11), time(9), utc(2027, 1, 11, 14)),
            ("America/New_York", date(2027, 7, 12), time(9), utc(2027, 7, 12, 13)),
            ("America/New_York", date(2027, 3, 14), time(2, 30), utc(2027, 3, 14, 7)),
            ("America/New_York", date(2027, 11, 7), time(1, 30), utc(2027, 11, 7, 5, 30)),
            ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 10), utc(2027, 10, 2, 15, 30)),
            ("Asia/Beirut", date(2027, 3, 28), time(0), utc(2027, 3, 27, 22)),
            ("Pacific/Apia", date(2011, 12, 30), time(9), utc(2011, 12, 30, 10)),
        ],
    )
    def test_is_when_the_wall_clock_first_shows_it_or_the_end_of_the_jump(self, zone, day, wall, moment):
        assert moment_of(day, wall, zone=ZoneInfo(zone)) == moment

    @pytest.mark.parametrize("name", ZONES)
    def test_never_runs_backwards(self, name):
        zone = ZoneInfo(name)
        walls = [datetime(2027, 1, 1) + timedelta(minutes=30 * step) for step in range(48 * 365)]

        moments = [moment_of(wall.date(), wall.time(), zone=zone) for wall in walls]

        assert moments == sorted(moments)


class TestWeeklyPeriods:
    def test_keep_their_hour_over_the_change_of_the_clock(self):
        periods = weekly_periods([a_rule()], start=utc(2027, 3, 8), end=utc(2027, 3, 20), zone=NEW_YORK)

        assert periods == [
            (utc(2027, 3, 8, 14), utc(2027, 3, 8, 22)),
            (utc(2027, 3, 15, 13), utc(2027, 3, 15, 21)),
        ]

    def test_hold_the_shift_that_runs_at_the_start_as_a_whole(self):
        periods = weekly_periods([a_rule()], start=utc(2027, 3, 8, 16), end=utc(2027, 3, 9), zone=NEW_YORK)

        assert periods == [(utc(2027, 3, 8, 14), utc(2027, 3, 8, 22))]

    def test_begin_and_end_with_the_days_of_the_rule(self):
        rule = a_rule(first=date(2027, 3, 9), last=date(2027, 3, 22))

        periods = weekly_periods([rule], start=utc(2027, 3, 1), end=utc(2027, 4, 1), zone=NEW_YORK)

        assert [start.date() for start, _ in periods] == [date(2027, 3, 15), date(2027, 3, 22)]

    def test_join_where_they_meet(self):
        morning, afternoon = a_rule(ends=time(13)), a_rule(starts=time(13))

        periods = weekly_periods([morning, afternoon], start=utc(2027, 3, 8), end=utc(2027, 3, 9), zone=NEW_YORK)

        assert periods == [(utc(2027, 3, 8, 14), utc(2027, 3, 8, 22))]

    def test_find_the_local_day_far_east_of_greenwich(self):
        zone = ZoneInfo("Pacific/Apia")

        periods = weekly_periods([a_rule()], start=utc(2027, 3, 7, 19), end=utc(2027, 3, 8, 19), zone=zone)

        assert periods == [(utc(2027, 3, 7, 20), utc(2027, 3, 8, 4))]

    @pytest.mark.parametrize("name", ZONES)
    def test_agree_with_a_look_at_the_wall_clock_every_quarter(self, name):
        zone = ZoneInfo(name)
        rules = [a_rule(weekday, time(9), time(17, 45)) for weekday in range(7)]
        start = utc(2027, 3, 1)
        quarters = [start + timedelta(minutes=15 * step) for step in range(96 * 45)]

        periods = weekly_periods(rules, start=start, end=quarters[-1], zone=zone)

        for quarter in quarters[:-1]:
            by_clock = time(9) <= quarter.astimezone(zone).time() < time(17, 45)
            assert any(begins <= quarter < ends for begins, ends in periods) == by_clock


class TestPresence:
    DAY = (utc(2027, 3, 8, 14), utc(2027, 3, 8, 22))

    def test_is_the_roster_less_time_off_and_closures(self):
        away = [(utc(2027, 3, 8, 15), utc(2027, 3, 8, 16))]
        closed = {"columbus": [(utc(2027, 3, 8, 20), utc(2027, 3, 9))]}

        there = presence(roster={"columbus": [self.DAY]}, away=away, closed=closed)

        assert there == [
            ("columbus", (utc(2027, 3, 8, 14), utc(2027, 3, 8, 15))),
            ("columbus", (utc(2027, 3, 8, 16), utc(2027, 3, 8, 20))),
        ]

    def test_is_not_cut_by_the_closure_of_another_site(self):
        there = presence(roster={"columbus": [self.DAY]}, away=[], closed={"jersey-city": [self.DAY]})

        assert there == [("columbus", self.DAY)]

    def test_is_never_at_two_sites(self):
        later = (utc(2027, 3, 8, 20), utc(2027, 3, 9))

        there = presence(roster={"columbus": [self.DAY], "jersey-city": [later]}, away=[], closed={})

        assert there == [("columbus", self.DAY), ("jersey-city", (utc(2027, 3, 8, 22), utc(2027, 3, 9)))]


class TestClash:
    def test_names_the_time_in_which_two_sites_are_asked_for(self):
        roster = {
            "columbus": [(utc(2027, 3, 8, 14), utc(2027, 3, 8, 22))],
            "jersey-city": [(utc(2027, 3, 8, 20), utc(2027, 3, 9))],
        }

        assert clash(roster=roster) == (utc(2027, 3, 8, 20), utc(2027, 3, 8, 22))

    def test_is_nothing_where_shifts_only_meet(self):
        roster = {
            "columbus": [(utc(2027, 3, 8, 14), utc(2027, 3, 8, 22))],
            "jersey-city": [(utc(2027, 3, 8, 22), utc(2027, 3, 9))],
        }

        assert clash(roster=roster) is None
