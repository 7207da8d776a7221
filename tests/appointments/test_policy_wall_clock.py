"""Wall times that a zone's clocks skip."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from appointments.policies.wall_clock import is_skipped


@pytest.mark.parametrize(
    ("zone", "written", "skipped"),
    [
        ("America/New_York", "2027-03-14T01:59:00-05:00", False),
        ("America/New_York", "2027-03-14T02:00:00-05:00", True),
        ("America/New_York", "2027-03-14T02:59:00-04:00", True),
        ("America/New_York", "2027-03-14T03:00:00-04:00", False),
        ("America/New_York", "2027-03-14T02:30:00+00:00", False),
        ("America/New_York", "2027-11-07T01:30:00-04:00", False),
        ("America/New_York", "2027-11-07T01:30:00-05:00", False),
        ("Australia/Lord_Howe", "2027-10-03T02:15:00+10:30", True),
        ("Pacific/Apia", "2011-12-30T12:00:00-10:00", True),
        ("Asia/Kathmandu", "2027-03-14T02:30:00+05:45", False),
    ],
)
def test_only_the_clocks_of_the_zone_itself_skip(zone, written, skipped):
    assert is_skipped(datetime.fromisoformat(written), zone=ZoneInfo(zone)) is skipped
