"""
Signed logs that do not hold: what a superuser may have done while triggers were switched off.

Each statement selects the id of a procedure and what is wrong with it.
"""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Model

from clinic.scopes import HANDS_ON
from treatments.models import Addendum, Complication, Procedure, ProcedureItem, ProcedureOutcome

OF_THE_HISTORY: Final = "ARRAY['pgh_id', 'pgh_created_at', 'pgh_label', 'pgh_obj_id', 'pgh_context', 'pgh_context_id']"
ALTERED: Final = """
WITH told AS (
  SELECT DISTINCT ON (e.pgh_obj_id) e.pgh_obj_id AS id, e.pgh_label AS label, e.{log} AS log, to_jsonb(e) - {history} AS said
    FROM {table}event e ORDER BY e.pgh_obj_id, e.pgh_id DESC)
SELECT p.id, '{name} ' || coalesce(r.id, t.id) || ' is not as its history tells it'
  FROM {table} r FULL JOIN told t ON t.id = r.id
  JOIN treatments_procedure p ON p.id = coalesce(r.{log}, t.log)
 WHERE p.status = 'signed' AND CASE WHEN r.id IS NULL THEN t.label <> 'delete' ELSE to_jsonb(r) IS DISTINCT FROM t.said END
"""
UNPROVEN: Final = """
SELECT p.id, 'the decision that it was signed on names others than the log'
  FROM treatments_procedure p
 WHERE p.status = 'signed' AND ((p.decision->>'profession') IS DISTINCT FROM p.profession
    OR (p.decision->'practitioner'->>'id') IS DISTINCT FROM p.performed_by_id::text
    OR (p.decision->'supervision'->'supervisor'->>'id') IS DISTINCT FROM p.supervisor_id::text)
UNION ALL
SELECT p.id, 'the consent ' || (c->>'id') || ' that it was signed on is not there as it was'
  FROM treatments_procedure p
  CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(p.decision->'consents') WHEN 'array' THEN p.decision->'consents' ELSE '[]' END) c
  LEFT JOIN patients_consent s ON s.id = (c->>'id')::uuid
 WHERE p.status = 'signed' AND (s.text_sha256 IS DISTINCT FROM c->>'text_sha256')
"""
UNSUPERVISED: Final = """
SELECT p.id, 'supervised work without its supervisor'
  FROM treatments_procedure p
 WHERE p.status = 'signed' AND p.supervision <> 'none' AND (p.supervisor_id IS NULL OR p.cosign_due_at IS NULL)
UNION ALL
SELECT p.id, 'co-signed by somebody else than the supervisor'
  FROM treatments_procedure p
 WHERE p.cosigned_at IS NOT NULL AND p.cosigned_by_id IS DISTINCT FROM p.supervisor_id
"""
UNCONSENTED: Final = """
SELECT DISTINCT p.id, 'no consent to ' || replace(done.act, '_', ' ') || ' was in force when it was done'
  FROM treatments_procedure p
  JOIN patients_patient o ON o.id = p.patient_id
  JOIN clinic_site s ON s.id = o.registered_site_id
  JOIN treatments_procedureitem i ON i.procedure_id = p.id
  CROSS JOIN LATERAL (SELECT split_part(scope, '/', 1) AS act FROM unnest(i.scopes) scope UNION SELECT i.act) done
 WHERE p.status = 'signed' AND done.act = ANY (%(hands_on)s) AND NOT EXISTS (
   SELECT FROM patients_consent c
    WHERE c.patient_id = p.patient_id AND c.kind = done.act AND c.signed_at <= p.performed_at
      AND (c.withdrawn_at IS NULL OR c.withdrawn_at > p.performed_at)
      AND (c.signer_role = 'patient'
           OR extract(year FROM age((p.performed_at AT TIME ZONE s.time_zone)::date, o.birth_date)) < 18
           OR extract(year FROM age((c.signed_at AT TIME ZONE s.time_zone)::date, o.birth_date)) >= 18))
"""
PARTS: Final = (
    (Procedure, "id", "the log"),
    (ProcedureItem, "procedure_id", "item"),
    (ProcedureOutcome, "procedure_id", "outcome"),
    (Complication, "procedure_id", "complication"),
    (Addendum, "procedure_id", "addendum"),
)
"""What was signed, the column that leads to its log, and what it is called."""


def unsound_logs() -> Iterator[tuple[str, UUID, str]]:
    """Promise, procedure and what is wrong, of every signed log that is not what was signed or should never have been."""
    for model, log, name in PARTS:
        yield from _found("signed_logs_are_as_they_were_signed", _altered(model, log, name))
    yield from _found("signed_logs_match_their_decision", UNPROVEN)
    yield from _found("supervised_logs_have_their_supervisor", UNSUPERVISED)
    yield from _found("logged_work_was_consented_to", UNCONSENTED)


def _altered(model: type[Model], log: str, name: str) -> str:
    return ALTERED.format(table=model._meta.db_table, log=log, name=name, history=OF_THE_HISTORY)


def _found(promise: str, statement: str) -> list[tuple[str, UUID, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"hands_on": sorted(HANDS_ON)})
        return [(promise, key, detail) for key, detail in sorted(cursor.fetchall())]
