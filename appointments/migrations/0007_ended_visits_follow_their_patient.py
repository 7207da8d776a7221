"""An ended visit is not changed any more, but for its patient where charts of one person are merged, or that is undone."""

from django.db import migrations

COURSE = """
CREATE OR REPLACE FUNCTION appointment_guard_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF old.status = new.status THEN
    IF NOT appointment_is_live(old.status)
       AND NOT patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RAISE EXCEPTION 'visit % has ended and is not changed any more', old.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_visit_is_not_changed', TABLE = TG_TABLE_NAME;
    END IF;
  ELSIF NOT appointment_may_become(old.status, new.status) THEN
    RAISE EXCEPTION 'a visit that is % cannot become %', old.status, new.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_follows_its_course', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;
"""

COURSE_BEFORE = """
CREATE OR REPLACE FUNCTION appointment_guard_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF old.status = new.status THEN
    IF NOT appointment_is_live(old.status) THEN
      RAISE EXCEPTION 'visit % has ended and is not changed any more', old.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_visit_is_not_changed', TABLE = TG_TABLE_NAME;
    END IF;
  ELSIF NOT appointment_may_become(old.status, new.status) THEN
    RAISE EXCEPTION 'a visit that is % cannot become %', old.status, new.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_follows_its_course', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0006_orders_of_merged_lesions"), ("patients", "0006_duplicates")]
    operations = [migrations.RunSQL(COURSE, COURSE_BEFORE)]
