"""
What patients said about being written to, by channel and class, and numbers that take no more texts.

What was said is added to, never changed: the latest counts. A number is stopped until it asks for texts again, once. The
signed consents to e-mail, texts and offers, and what a chart said of e-mail, become such words; nobody had chosen a
channel so far, though every chart named one. A violation carries the name of a constraint, as a table constraint would.
"""

import clinic.base
import clinic.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION patients_keep_contact_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'what was said about messages is added to, never changed'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'contact_consent_is_never_changed', TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION patients_keep_stopped_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF old.restarted_at IS NULL AND new.restarted_at IS NOT NULL
       AND to_jsonb(new) - 'restarted_at' = to_jsonb(old) - 'restarted_at' THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'a number is stopped until it asks for texts again'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'stopped_number_is_kept', TABLE = TG_TABLE_NAME;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION patients_keep_stopped_number();
DROP FUNCTION patients_keep_contact_consent();
"""

WORDS = """
WITH meant (kind, channel, class) AS (VALUES
       ('email', 'email', 'transactional'), ('email', 'email', 'treatment'),
       ('sms', 'sms', 'transactional'), ('sms', 'sms', 'treatment'),
       ('marketing', 'email', 'marketing'), ('marketing', 'portal', 'marketing'))
INSERT INTO patients_contactconsent (
  id, patient_id, channel, consent_class, granted, at, source, text_id, consent_id, recorded_by_id)
SELECT uuidv7(), c.patient_id, m.channel, m.class, true, c.signed_at, 'Signed consent', c.text_id, c.id, c.recorded_by_id
  FROM patients_consent c JOIN meant m USING (kind)
UNION ALL
SELECT uuidv7(), c.patient_id, m.channel, m.class, false, c.withdrawn_at, 'Consent withdrawn', c.text_id, c.id, c.withdrawn_by_id
  FROM patients_consent c JOIN meant m USING (kind) WHERE c.withdrawn_at IS NOT NULL
UNION ALL
SELECT uuidv7(), p.id, m.channel, m.class, true, p.email_consent_at, coalesce(nullif(p.email_consent_source, ''), 'The chart'),
       NULL, NULL, NULL
  FROM patients_patient p JOIN meant m ON m.kind = 'email'
 WHERE p.email_consent_at IS NOT NULL AND p.email_consent_source <> 'Signed consent';
-- Also of patients who were merged: nothing else about them may change.
ALTER TABLE patients_patient DISABLE TRIGGER patient_is_merged_by_a_merge;
UPDATE patients_patient SET preferred_channel = '';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE patients_patient ENABLE TRIGGER patient_is_merged_by_a_merge;
"""

COLUMNS = """
ALTER TABLE patients_patient DISABLE TRIGGER patient_is_merged_by_a_merge;
UPDATE patients_patient SET preferred_channel = 'email' WHERE preferred_channel NOT IN ('email', 'sms');
UPDATE patients_patient p SET email_consent_at = c.at, email_consent_source = c.source
  FROM (SELECT DISTINCT ON (patient_id) patient_id, granted, at, source FROM patients_contactconsent
         WHERE channel = 'email' AND consent_class = 'transactional' ORDER BY patient_id, at DESC, id DESC) c
 WHERE c.patient_id = p.id AND c.granted;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE patients_patient ENABLE TRIGGER patient_is_merged_by_a_merge;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0006_duplicates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="ContactConsent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"),
                        default=clinic.base.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("channel", models.TextField(choices=[("email", "email"), ("sms", "sms"), ("portal", "portal")])),
                (
                    "consent_class",
                    models.TextField(
                        choices=[("transactional", "transactional"), ("treatment", "treatment"), ("marketing", "marketing")]
                    ),
                ),
                ("granted", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("source", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="StoppedNumber",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"),
                        default=clinic.base.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("phone", phonenumber_field.modelfields.PhoneNumberField(max_length=128, region=None)),
                ("stopped_at", models.DateTimeField()),
                ("source", models.TextField()),
                ("restarted_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="contactconsent",
            name="consent",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.consent"
            ),
        ),
        migrations.AddField(
            model_name="contactconsent",
            name="patient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contact_consents",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="contactconsent",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="contactconsent",
            name="text",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.consenttext"
            ),
        ),
        migrations.RunSQL(WORDS, COLUMNS),
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
        migrations.RemoveField(
            model_name="patient",
            name="email_consent_at",
        ),
        migrations.RemoveField(
            model_name="patient",
            name="email_consent_source",
        ),
        migrations.RemoveField(
            model_name="patientevent",
            name="email_consent_at",
        ),
        migrations.RemoveField(
            model_name="patientevent",
            name="email_consent_source",
        ),
        migrations.AlterField(
            model_name="patient",
            name="preferred_channel",
            field=models.TextField(blank=True, choices=[("email", "email"), ("sms", "sms"), ("portal", "portal")]),
        ),
        migrations.AlterField(
            model_name="patientevent",
            name="preferred_channel",
            field=models.TextField(blank=True, choices=[("email", "email"), ("sms", "sms"), ("portal", "portal")]),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["guardian_phone"], name="patient_by_guardian_phone"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "family_name", "given_name", "guardian_email", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (NEW."birth_date", NEW."email", NEW."family_name", NEW."given_name", NEW."guardian_email", NEW."guardian_name", NEW."guardian_phone", NEW."guardian_relationship", NEW."id", NEW."language", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."phone", NEW."preferred_channel", NEW."registered_site_id", NEW."time_zone"); RETURN NULL;',
                    hash="a437a9e0041897f4d5b5d423324230c011f1e4a3",
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
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "family_name", "given_name", "guardian_email", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (NEW."birth_date", NEW."email", NEW."family_name", NEW."given_name", NEW."guardian_email", NEW."guardian_name", NEW."guardian_phone", NEW."guardian_relationship", NEW."id", NEW."language", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."phone", NEW."preferred_channel", NEW."registered_site_id", NEW."time_zone"); RETURN NULL;',
                    hash="1f08f82fda8da8be19797aa597288ebae9e1cea2",
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
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "family_name", "given_name", "guardian_email", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (OLD."birth_date", OLD."email", OLD."family_name", OLD."given_name", OLD."guardian_email", OLD."guardian_name", OLD."guardian_phone", OLD."guardian_relationship", OLD."id", OLD."language", OLD."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."phone", OLD."preferred_channel", OLD."registered_site_id", OLD."time_zone"); RETURN NULL;',
                    hash="fcf778e5fe7e1ee699ee7d68f54d45efea635a72",
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
                    ("preferred_channel", ""), ("preferred_channel__in", ("email", "sms", "portal")), _connector="OR"
                ),
                name="patient_prefers_a_known_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppednumber",
            constraint=models.UniqueConstraint(
                condition=models.Q(("restarted_at__isnull", True)), fields=("phone",), name="number_is_stopped_once_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppednumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone__regex", "^\\+[1-9][0-9]{3,14}$")), name="stopped_number_is_in_e164"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppednumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="stopped_number_names_its_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppednumber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("restarted_at__isnull", True), ("restarted_at__gte", models.F("stopped_at")), _connector="OR"
                ),
                name="number_is_restarted_after_it_stopped",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppednumber",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_stopped_number",
                name="stopped_number_is_kept",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppednumber",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_stopped_number",
                name="stopped_numbers_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddIndex(
            model_name="contactconsent",
            index=models.Index(fields=["patient", "at"], name="contact_consent_by_patient"),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms", "portal"])), name="contact_consent_is_about_a_known_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent_class__in", ["transactional", "treatment", "marketing"])),
                name="contact_consent_is_about_a_known_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="contact_consent_names_its_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("consent_class", "marketing"), ("granted", True), _negated=True),
                    ("consent__isnull", False),
                    _connector="OR",
                ),
                name="marketing_needs_written_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("consent", "patient"),
                name="contact_consent_is_signed_by_the_patient",
                to="patients.Consent",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_contact_consent",
                name="contact_consent_is_never_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactconsent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_contact_consent",
                name="contact_consents_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
    ]
