"""Teams as people read them: names beside ids, times with the offset of the site."""

from collections.abc import Sequence
from typing import Any

from appointments.selectors.availability import MINUTE, Team
from clinic.models import Practitioner, Room
from treatments.selectors.work import Work


def shown_teams(teams: Sequence[Team], *, work: Work) -> list[dict[str, Any]]:
    """`{practitioner, site, room, start, end, supervisor?}` for each team, in two queries."""
    people = {team.practitioner for team in teams} | {team.supervisor for team in teams if team.supervisor}
    practitioners = {row.id: row for row in Practitioner.objects.filter(id__in=people).select_related("user")} if people else {}
    rooms = dict(Room.objects.filter(id__in={team.room for team in teams}).values_list("id", "name")) if teams else {}
    return [_shown(team, work, practitioners, rooms) for team in teams]


def _shown(team: Team, work: Work, practitioners: dict, rooms: dict) -> dict[str, Any]:
    zone = work.site.zone
    shown = {
        "start": team.start.astimezone(zone).isoformat(),
        "end": (team.start + work.minutes * MINUTE).astimezone(zone).isoformat(),
        "practitioner": shown_person(practitioners[team.practitioner]),
        "site": work.site.code,
        "room": {"id": str(team.room), "name": rooms[team.room]},
    }
    return shown | ({"supervisor": shown_person(practitioners[team.supervisor])} if team.supervisor else {})


def shown_person(practitioner: Practitioner) -> dict[str, str]:
    """`{id, name}`, and the username where there is one."""
    shown = {"id": str(practitioner.id), "name": practitioner.name}
    return shown | ({"username": practitioner.user.username} if practitioner.user else {})
