"""Free starts: one question to PostgreSQL (appointment_free_starts), for search, booking, moves and substitutes alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.policies.periods import midnight
from treatments.policies.facts import OverrideFacts
from treatments.policies.gates.judgement import change_dates, judge
from treatments.selectors.performers import Slot
from treatments.selectors.work import Work

MINUTE = timedelta(minutes=1)
FOR_CHILDREN_ONLY = ("pediatrician",)

FREE_STARTS = """
SELECT start, practitioner, profession, levels, supervisor, supervisor_profession, seat, room, devices
  FROM appointment_free_starts(%s::uuid, %s::text[], %s::uuid[], %s::text[], %s::uuid, %s::uuid, %s, %s, %s, %s::text[],
         %s::text[], %s::tstzmultirange, %s, %s, %s::uuid)
"""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Starts from `first` to `last` (both included, UTC) that no gate refuses, whoever performs except those barred."""

    first: datetime
    last: datetime
    barred_professions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Team:
    """Who and what can do the whole visit from `start`: the practitioner, the supervisor where needed, room and devices."""

    start: datetime
    practitioner: UUID
    profession: str
    levels: tuple[str, ...]
    supervisor: UUID | None
    supervisor_profession: str | None
    seat: UUID | None
    room: UUID
    devices: tuple[UUID, ...]


def slot_of(*, work: Work, start: datetime) -> Slot:
    """The visit from `start`, with its buffers."""
    end = start + work.minutes * MINUTE
    blocked = DateTimeTZRange(start - work.buffer_before * MINUTE, end + work.buffer_after * MINUTE)
    return Slot(start=start, end=end, blocked=blocked)


def barred_on(*, work: Work, on: date) -> tuple[str, ...]:
    """The professions whose permissions do not reach this patient on that day."""
    return FOR_CHILDREN_ONLY if on >= work.adult_from else ()


def lawful_stretches(*, work: Work, first: datetime, last: datetime, overrides: Sequence[OverrideFacts] = ()) -> list[Stretch]:
    """Cut [first, last] where the patient's gates change their answer, and keep what none of them refuses."""
    turns = {work.adult_from, *change_dates(patient=work.facts, items=work.items)}
    cuts = sorted(moment for day in turns if first < (moment := midnight(day, zone=work.site.zone)) <= last)
    stretches = []
    for begins, ends in zip([first, *cuts], [*(cut - timedelta(microseconds=1) for cut in cuts), last], strict=True):
        on = begins.astimezone(work.site.zone).date()
        if not judge(patient=work.facts, items=work.items, on=on, overrides=overrides).refusals:
            stretches.append(Stretch(first=begins, last=ends, barred_professions=barred_on(work=work, on=on)))
    return stretches


def free_starts(
    *,
    work: Work,
    stretches: Sequence[Stretch],
    people: Sequence[UUID] | None = None,
    supervisor: UUID | None = None,
    limit: int = 20,
    step: int | None = None,
    except_for: UUID | None = None,
) -> list[Team]:
    """
    The first `limit` starts on the site's grid (or every `step` minutes), by start; one for each start and practitioner.

    :param people: only these practitioners; None for anybody.
    :param except_for: a visit whose own claims do not count, since it is the one that moves.
    """
    teams: list[Team] = []
    for stretch in stretches:
        if len(teams) < limit:
            teams += _ask(work, stretch, people, supervisor, limit - len(teams), step, except_for)
    return teams


def team_at(
    *,
    work: Work,
    start: datetime,
    people: Sequence[UUID] | None,
    supervisor: UUID | None = None,
    except_for: UUID | None = None,
) -> Team | None:
    """The team for exactly this start, any whole minute; None when nobody (or none of these people) can."""
    on = start.astimezone(work.site.zone).date()
    exactly = Stretch(first=start, last=start, barred_professions=barred_on(work=work, on=on))
    found = free_starts(
        work=work, stretches=[exactly], people=people, supervisor=supervisor, limit=1, step=1, except_for=except_for
    )
    return found[0] if found else None


def _ask(
    work: Work,
    stretch: Stretch,
    people: Sequence[UUID] | None,
    supervisor: UUID | None,
    limit: int,
    step: int | None,
    except_for: UUID | None,
) -> list[Team]:
    with connection.cursor() as cursor:
        cursor.execute(
            FREE_STARTS,
            [
                work.site.id,
                work.scopes,
                None if people is None else list(people),
                list(stretch.barred_professions),
                supervisor,
                work.patient.id if work.patient else None,
                work.minutes,
                work.buffer_before,
                work.buffer_after,
                work.equipment,
                work.devices,
                f"{{[{stretch.first.isoformat()},{stretch.last.isoformat()}]}}",
                step or work.site.grid_minutes,
                limit,
                except_for,
            ],
        )
        return [_team(*row) for row in cursor.fetchall()]


def _team(start, practitioner, profession, levels, supervisor, supervisor_profession, seat, room, devices) -> Team:
    return Team(
        start=start,
        practitioner=practitioner,
        profession=profession,
        levels=tuple(levels),
        supervisor=supervisor,
        supervisor_profession=supervisor_profession,
        seat=seat,
        room=room,
        devices=tuple(devices),
    )
