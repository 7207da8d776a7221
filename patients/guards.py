"""What migrations leave to do: every table with a patient key gets the guard of its rows, in whatever app it is."""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from patients.selectors.patient_rows import patient_keys

ARE_THERE = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid)
   AND (c.relname::text, a.attname::text) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
   AND EXISTS (SELECT FROM pg_proc WHERE proname = 'patients_guard_row')
   AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = a.attname || '_is_kept')
"""
GUARD = """
CREATE TRIGGER {column}_is_of_a_lasting_patient BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION patients_guard_row({column});
CREATE TRIGGER {column}_is_kept BEFORE UPDATE OF {column} ON {table}
  FOR EACH ROW WHEN (old.{column} IS DISTINCT FROM new.{column}) EXECUTE FUNCTION patients_guard_row({column})
"""


@receiver(post_migrate)
def guard_rows_of_patients(sender: Any, *, using: str, **_: Any) -> None:
    """Attach the guard where it is not yet: nothing new for a merged patient, and no other patient but by a merge."""
    if sender.name != "patients":
        return
    keys = [key for key in patient_keys() if key.table != "patients_patient"]
    with connections[using].cursor() as cursor:
        cursor.execute(ARE_THERE, [[key.table for key in keys], [key.field.column for key in keys]])
        for table, column in cursor.fetchall():
            cursor.execute(GUARD.format(table=table, column=column))
