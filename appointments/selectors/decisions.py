"""The snapshot of a decision: what it rested on when it was made, kept with the visit."""

import json
from typing import Any

from django.db import connection

from appointments.selectors.availability import Team, slot_of
from clinic.models.policy import CELL
from treatments.selectors.work import Work

GROUNDS = """
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'id', p.id, 'scope', p.scope, 'supervision', p.supervision, 'sources', p.sources,
                 'policy_version', (SELECT c.version FROM clinic_policyrow c
                    WHERE c.kind = %(cell)s AND c.profession = p.profession AND c.act = split_part(p.scope, '/', 1)
                      AND c.depth = split_part(split_part(p.scope, '/', 2), '@', 1)
                      AND c.region = split_part(p.scope, '@', 2) AND c.valid @> %(start)s::timestamptz)
               ) ORDER BY p.scope), '[]')::text
          FROM clinic_privilege p
         WHERE p.practitioner_id = %(practitioner)s AND p.site_id = %(site)s AND p.profession = %(profession)s
           AND p.scope = ANY (%(scopes)s::text[]) AND p.valid @> tstzrange(%(start)s, %(end)s)),
       (SELECT jsonb_build_object('id', l.id, 'profession', l.profession, 'jurisdiction', l.jurisdiction,
                 'number', l.number, 'valid_through', l.valid_through, 'status', l.status)::text
          FROM clinic_licence l
         WHERE l.practitioner_id = %(practitioner)s AND l.profession = %(profession)s
           AND l.jurisdiction = %(jurisdiction)s AND l.verified_at IS NOT NULL
           AND %(on)s::date BETWEEN l.valid_from AND l.valid_through
         ORDER BY l.valid_through DESC LIMIT 1)
"""


def decision_of(*, work: Work, team: Team, verdict: Any) -> dict[str, Any]:
    """Licence, privileges with the version of their policy, supervisor, authorisers, warnings and sources, as JSON values."""
    privileges, licence = _grounds(work, team)
    return {
        "allowed": True,
        "warnings": [warning.as_dict() for warning in verdict.warnings],
        "licence": licence,
        "policy": privileges,
        "sources": sorted({source for privilege in privileges for source in privilege["sources"]}),
        "supervisor": str(team.supervisor) if team.supervisor else None,
        "authorised_by": sorted({str(row.practitioner) for row in verdict.authorised.rows if row.practitioner}),
        "overrides": [{"gate": used.gate, "treatment": used.treatment} for used in verdict.judgement.overrides_used],
    }


def _grounds(work: Work, team: Team) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    slot = slot_of(work=work, start=team.start)
    named = {
        "practitioner": team.practitioner,
        "site": work.site.id,
        "profession": team.profession,
        "jurisdiction": work.site.jurisdiction,
        "scopes": work.scopes,
        "start": slot.start,
        "end": slot.end,
        "on": team.start.astimezone(work.site.zone).date(),
        "cell": CELL,
    }
    with connection.cursor() as cursor:
        cursor.execute(GROUNDS, named)
        privileges, licence = cursor.fetchone()
    return json.loads(privileges), json.loads(licence) if licence else None
