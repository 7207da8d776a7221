"""Teams as people read them: names beside ids, times with the offset of the site."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from appointments.selectors.availability import MINUTE, Team
from treatments.selectors.work import Work

NAMES = """
SELECT p.id, p.name, u.username FROM clinic_practitioner p LEFT JOIN clinic_user u ON u.id = p.user_id
 WHERE p.id = ANY (%s::uuid[])
UNION ALL SELECT r.id, r.name, NULL FROM clinic_room r WHERE r.id = ANY (%s::uuid[])
"""


def shown_teams(teams: Sequence[Team], *, work: Work) -> list[dict[str, Any]]:
    """`{practitioner, site, room, start, end, supervisor?}` for each team, in one query."""
    if not teams:
        return []
    people = {team.practitioner for team in teams} | {team.supervisor for team in teams if team.supervisor}
    names = _names(people, {team.room for team in teams})
    zone, length = work.site.zone, work.minutes * MINUTE
    return [_shown(team, work.site.code, zone, length, names) for team in teams]


def _shown(team: Team, site: str, zone: ZoneInfo, length: timedelta, names: dict[UUID, dict[str, str]]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "start": team.start.astimezone(zone).isoformat(),
        "end": (team.start + length).astimezone(zone).isoformat(),
        "practitioner": names[team.practitioner],
        "site": site,
        "room": names[team.room],
    }
    if team.supervisor:
        shown["supervisor"] = names[team.supervisor]
    return shown


def _names(people: Collection[UUID], rooms: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """`{id, name}` of each, and the username where there is one."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [list(people), list(rooms)])
        return {
            key: {"id": str(key), "name": name} | ({"username": username} if username else {})
            for key, name, username in cursor.fetchall()
        }
