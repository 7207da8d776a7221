"""What became of lesions that were treated: counted from signed logs by one set-wise statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from clinic.errors import NotAllowed, NotFound
from clinic.models import Practitioner, Site, User
from clinic.models.people import MANAGER, MEDICAL_DIRECTOR
from clinic.selectors.people import has_role, visible_sites
from treatments.models import Treatment
from treatments.policies.outcomes import CLINIC, MARKS, PRACTITIONER, TECHNIQUE, Case, Summary, summaries_of

SEES_EVERYBODY: Final = frozenset({MANAGER, MEDICAL_DIRECTOR})

KEYS: Final = {CLINIC: "p.site_id", PRACTITIONER: "p.performed_by_id", TECHNIQUE: "i.treatment_id"}
ITEMS: Final = {TECHNIQUE: "JOIN treatments_procedureitem i ON i.id = o.item_id"}

CASES: Final = """
WITH marks AS MATERIALIZED (
  SELECT procedure_id, lesion_id FROM treatments_complication WHERE kind ~ %(marks)s),
told AS MATERIALIZED (
  SELECT {key} AS key, coalesce(m.merged_into_id, o.lesion_id) AS lesion, p.performed_at,
         (p.performed_at AT TIME ZONE s.time_zone)::date AS visited_on, o.result = 'complete' AS complete, o.attempts,
         p.id IN (SELECT procedure_id FROM marks WHERE lesion_id IS NULL)
           OR (p.id, o.lesion_id) IN (SELECT procedure_id, lesion_id FROM marks WHERE lesion_id IS NOT NULL) AS marked
    FROM treatments_procedureoutcome o
    JOIN treatments_procedure p ON p.id = o.procedure_id
    JOIN clinic_site s ON s.id = p.site_id
    LEFT JOIN patients_lesion m ON m.id = o.lesion_id AND m.merged_into_id IS NOT NULL
    {items}
   WHERE p.status = 'signed' AND o.result IN ('complete', 'partial', 'not_expressed')
     AND p.site_id = ANY (%(sites)s) AND (%(performer)s::uuid IS NULL OR p.performed_by_id = %(performer)s::uuid)),
cases AS (
  SELECT key, lesion, min(visited_on) FILTER (WHERE complete) - min(visited_on) AS days,
         nullif(sum(attempts), 0) AS attempts, bool_or(marked) AS marked
    FROM told GROUP BY key, lesion
  HAVING (%(first)s::timestamptz IS NULL OR min(performed_at) >= %(first)s::timestamptz)
     AND (%(last)s::timestamptz IS NULL OR min(performed_at) < %(last)s::timestamptz))
SELECT key, coalesce(days = 0, false),
       lesion IN (SELECT id FROM patients_lesion WHERE status = 'recurred'
                  UNION ALL SELECT recurrence_of_id FROM patients_lesion WHERE recurrence_of_id IS NOT NULL),
       marked, attempts, days, count(*)
  FROM cases
 GROUP BY 1, 2, 3, 4, 5, 6
"""
"""A visit is a day at its site: work that is handed over, or done in two turns of one day, is one."""
ROOM: Final = "SET LOCAL work_mem = '64MB'"
"""Some hundred thousand cases are grouped in memory; by default they would go to the disk, and take twice as long."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose outcomes: grouped by clinic, practitioner or technique, of cases whose first visit was in [first, last)."""

    by: str
    site: str | None = None
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcomes of one group; `code` is of a site or a treatment, or the username of a practitioner, where there is one."""

    id: UUID
    name: str
    code: str | None
    summary: Summary


def outcomes_visible_to(user: User, *, asked: Asked) -> list[Outcome]:
    """
    The groups at the sites that the user may see; of practitioners, everybody for managers and directors, else oneself.

    :raises NotFound: for a site that the user may not see.
    :raises NotAllowed: when somebody who is no practitioner asks for practitioners.
    """
    sites = list(visible_sites(user).filter(**({"code": asked.site} if asked.site else {})).values_list("pk", flat=True))
    if asked.site and not sites:
        raise NotFound
    performer = _only(user) if asked.by == PRACTITIONER else None
    summaries = summaries_of(_cases(asked, sites=sites, performer=performer))
    names = _names(asked.by, [UUID(summary.key) for summary in summaries])
    return [
        Outcome(id=UUID(summary.key), name=name, code=code, summary=summary)
        for summary in summaries
        for name, code in [names[UUID(summary.key)]]
    ]


def _only(user: User) -> UUID | None:
    """The only practitioner whose figures the user may see, or None for everybody's."""
    if has_role(user, SEES_EVERYBODY):
        return None
    own = Practitioner.objects.filter(user=user).values_list("pk", flat=True).first()
    if own is None:
        raise NotAllowed("not_permitted", "The figures of practitioners are for themselves and for managers.")
    return own


def _cases(asked: Asked, *, sites: Collection[UUID], performer: UUID | None) -> list[tuple[str, Case, int]]:
    given = {"marks": "|".join(MARKS), "sites": list(sites), "performer": performer, "first": asked.first, "last": asked.last}
    statement = CASES.replace("{key}", KEYS[asked.by]).replace("{items}", ITEMS.get(asked.by, ""))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(statement, given)
        return [
            (str(key), Case(cleared=cleared, recurred=recurred, marked=marked, attempts=attempts, days=days), many)
            for key, cleared, recurred, marked, attempts, days, many in cursor.fetchall()
        ]


def _names(by: str, keys: Collection[UUID]) -> dict[UUID, tuple[str, str | None]]:
    if by == PRACTITIONER:
        people = Practitioner.objects.select_related("user").in_bulk(keys)
        return {key: (row.name, row.user.username if row.user else None) for key, row in people.items()}
    rows = (Site if by == CLINIC else Treatment).objects.in_bulk(keys)
    return {key: (row.name, row.code) for key, row in rows.items()}
