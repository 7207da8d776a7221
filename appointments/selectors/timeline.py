"""What happened to one patient, in one statement however long it is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from appointments.selectors import events as diary
from patients.models import Patient
from patients.selectors import events as chart
from treatments.selectors import events as treatments

HEAD = """
SELECT e.kind, e.at, e.id, s.code, s.time_zone, e.lesions, coalesce(p.id, u.id),
       coalesce(p.name, nullif(concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, '')), ''), u.username),
       u.username, e.data
  FROM (
"""
TAIL = """
       ) e
  LEFT JOIN clinic_site s ON s.id = e.site
  LEFT JOIN clinic_practitioner p ON p.id = e.practitioner
  LEFT JOIN clinic_user u ON u.id = coalesce(p.user_id, e.member)
 ORDER BY e.at DESC NULLS LAST, e.id DESC, e.kind
"""
EVERYTHING = " UNION ALL ".join((*chart.EVENTS, *treatments.EVENTS, *diary.EVENTS))


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: `at` in UTC, `by` as (id, name, username), and what its kind is worded from."""

    kind: str
    at: datetime | None
    id: UUID
    site: str | None
    zone: ZoneInfo
    lesions: Sequence[UUID]
    by: tuple[UUID, str, str | None] | None
    data: dict[str, Any]


def happenings_of(patient: Patient) -> list[Happening]:
    """Everything that happened to the patient, and what is booked, the latest first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD + EVERYTHING + TAIL, {"patient": patient.pk})
        rows = cursor.fetchall()
    home = patient.registered_site.zone
    return [_happening(row, home) for row in rows]


def _happening(row: tuple[Any, ...], home: ZoneInfo) -> Happening:
    kind, at, key, site, zone, lesions, who, name, username, data = row
    by = (who, name, username) if who else None
    return Happening(kind, at, key, site, ZoneInfo(zone) if zone else home, lesions, by, json.loads(data))
