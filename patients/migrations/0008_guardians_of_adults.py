"""For an adult a guardian signs only where the chart says that a legal guardianship goes on."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

SIGNERS = """
CREATE OR REPLACE FUNCTION patients_check_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shown_from timestamptz;
  age integer;
  goes_on boolean;
BEGIN
  -- Held against whoever changes the text meanwhile: a key alone lets other columns change.
  SELECT in_force_from INTO shown_from FROM patients_consenttext WHERE id = new.text_id FOR SHARE;
  IF new.signed_at < shown_from THEN
    RAISE EXCEPTION 'consent % was signed before its text came into force', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_is_to_a_text_in_force', TABLE = TG_TABLE_NAME;
  END IF;
  SELECT extract(year FROM age((new.signed_at AT TIME ZONE s.time_zone)::date, p.birth_date)), p.guardian_for_adult INTO age, goes_on
    FROM patients_patient p JOIN clinic_site s ON s.id = p.registered_site_id WHERE p.id = new.patient_id;
  IF new.signer_role = 'patient' AND age < 18 OR new.signer_role = 'guardian' AND age >= 18 AND NOT goes_on THEN
    RAISE EXCEPTION 'the % of patient % does not sign at this age', new.signer_role, new.patient_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_is_signed_by_who_may', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;
"""

SIGNERS_BEFORE = """
CREATE OR REPLACE FUNCTION patients_check_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shown_from timestamptz;
  age integer;
BEGIN
  -- Held against whoever changes the text meanwhile: a key alone lets other columns change.
  SELECT in_force_from INTO shown_from FROM patients_consenttext WHERE id = new.text_id FOR SHARE;
  IF new.signed_at < shown_from THEN
    RAISE EXCEPTION 'consent % was signed before its text came into force', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_is_to_a_text_in_force', TABLE = TG_TABLE_NAME;
  END IF;
  IF new.signer_role = 'patient' THEN
    SELECT extract(year FROM age((new.signed_at AT TIME ZONE s.time_zone)::date, p.birth_date)) INTO age
      FROM patients_patient p JOIN clinic_site s ON s.id = p.registered_site_id WHERE p.id = new.patient_id;
    IF age < 18 THEN
      RAISE EXCEPTION 'patient % is under 18 and does not sign', new.patient_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_is_signed_by_who_may', TABLE = TG_TABLE_NAME;
    END IF;
  END IF;
  RETURN new;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0004_the_protocol"),
        ("patients", "0007_contact"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="patient",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="patient",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="patient",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="patient",
            name="guardian_for_adult",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="patientevent",
            name="guardian_for_adult",
            field=models.BooleanField(default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "family_name", "given_name", "guardian_email", "guardian_for_adult", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (NEW."birth_date", NEW."email", NEW."family_name", NEW."given_name", NEW."guardian_email", NEW."guardian_for_adult", NEW."guardian_name", NEW."guardian_phone", NEW."guardian_relationship", NEW."id", NEW."language", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."phone", NEW."preferred_channel", NEW."registered_site_id", NEW."time_zone"); RETURN NULL;',
                    hash="bc4793b8165f00e88afac702bd2629b888799749",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_62165",
                    table="patients_patient",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "family_name", "given_name", "guardian_email", "guardian_for_adult", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (NEW."birth_date", NEW."email", NEW."family_name", NEW."given_name", NEW."guardian_email", NEW."guardian_for_adult", NEW."guardian_name", NEW."guardian_phone", NEW."guardian_relationship", NEW."id", NEW."language", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."phone", NEW."preferred_channel", NEW."registered_site_id", NEW."time_zone"); RETURN NULL;',
                    hash="1c87ce2ee7e1de6ef824e797f33f822ef4381443",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_546ce",
                    table="patients_patient",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "family_name", "given_name", "guardian_email", "guardian_for_adult", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (OLD."birth_date", OLD."email", OLD."family_name", OLD."given_name", OLD."guardian_email", OLD."guardian_for_adult", OLD."guardian_name", OLD."guardian_phone", OLD."guardian_relationship", OLD."id", OLD."language", OLD."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."phone", OLD."preferred_channel", OLD."registered_site_id", OLD."time_zone"); RETURN NULL;',
                    hash="e992c24ba15de88305ef6da8167448522677ccf0",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9898d",
                    table="patients_patient",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("guardian_for_adult", False),
                    models.Q(
                        ("guardian_relationship__iexact", "legal guardian"), models.Q(("guardian_name", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="guardianship_of_an_adult_is_legal",
            ),
        ),
        migrations.RunSQL(SIGNERS, SIGNERS_BEFORE),
    ]
