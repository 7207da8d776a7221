"""A visit as patients see it: when and where, and how it stands."""

from typing import Any
from zoneinfo import ZoneInfo

from appointments.models import Appointment
from appointments.policies.link_words import CHANGEABLE, STATUSES, WORDS
from appointments.policies.spoken import clock, day


def visit_shown(visit: Appointment, language: str) -> dict[str, Any]:
    """Day and time on the clock of the site, which is named where the patient's is another; and the status in words."""
    zone = visit.site.zone
    start = visit.start.astimezone(zone)
    spoken = clock(start, language)
    if start.utcoffset() != start.astimezone(ZoneInfo(visit.patient.time_zone)).utcoffset():
        city = zone.key.rpartition("/")[2].replace("_", " ")
        spoken = WORDS[language]["there"].format(time=spoken, city=city)
    return {
        "status": STATUSES[language][visit.status],
        "day": day(start, language),
        "time": spoken,
        "changeable": visit.status in CHANGEABLE,
    }
