"""
Consent texts and the consents beneath them, which PostgreSQL keeps as they were signed.

A text that somebody signed is never changed, a consent is changed once, by its withdrawal, and nobody under 18 signs.
A violation carries the name of a constraint, as a table constraint would.
"""

import clinic.base
import clinic.constraints
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
-- What is hashed is what is shown: the title, an empty line and the body, in UTF-8.
CREATE FUNCTION patients_check_consent_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.sha256 <> encode(sha256(convert_to(new.title || E'\\n\\n' || new.body, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'the hash of text % is not that of its words', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_text_has_its_own_hash', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION patients_keep_signed_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM patients_consent WHERE text_id = old.id) THEN
    RAISE EXCEPTION 'text % has been signed: write a new version', old.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_text_is_never_changed', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN old ELSE new END;
END $$;

CREATE FUNCTION patients_check_consent() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION patients_keep_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  withdrawal text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawal_reason'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
    IF old.withdrawn_at IS NULL AND new.withdrawn_at IS NOT NULL
       AND to_jsonb(new) - withdrawal = to_jsonb(old) - withdrawal THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'consents are signed: they are withdrawn, never changed'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_consent_is_never_changed', TABLE = TG_TABLE_NAME;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION patients_keep_consent();
DROP FUNCTION patients_check_consent();
DROP FUNCTION patients_keep_signed_text();
DROP FUNCTION patients_check_consent_text();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0002_history_of_assessed_lesions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="ConsentTextEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"), default=clinic.base.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("lancet_extraction", "lancet_extraction"),
                            ("comedone_extraction", "comedone_extraction"),
                            ("chemical_peel", "chemical_peel"),
                            ("microdermabrasion", "microdermabrasion"),
                            ("laser_resurfacing", "laser_resurfacing"),
                            ("radiofrequency", "radiofrequency"),
                            ("photos", "photos"),
                            ("email", "email"),
                            ("sms", "sms"),
                            ("marketing", "marketing"),
                        ]
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("language", models.TextField(choices=[("en", "en"), ("es", "es")])),
                ("title", models.TextField()),
                ("body", models.TextField()),
                ("sha256", models.TextField()),
                ("in_force_from", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("lancet_extraction", "lancet_extraction"),
                            ("comedone_extraction", "comedone_extraction"),
                            ("chemical_peel", "chemical_peel"),
                            ("microdermabrasion", "microdermabrasion"),
                            ("laser_resurfacing", "laser_resurfacing"),
                            ("radiofrequency", "radiofrequency"),
                            ("photos", "photos"),
                            ("email", "email"),
                            ("sms", "sms"),
                            ("marketing", "marketing"),
                        ]
                    ),
                ),
                ("text_sha256", models.TextField()),
                ("signer_role", models.TextField(choices=[("patient", "patient"), ("guardian", "guardian")])),
                ("signer_name", models.TextField()),
                ("signer_relationship", models.TextField(blank=True)),
                ("signature_name", models.TextField(blank=True)),
                ("signature_image", models.BinaryField(blank=True, null=True)),
                ("signed_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawal_reason", models.TextField(blank=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="patients.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConsentText",
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
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("lancet_extraction", "lancet_extraction"),
                            ("comedone_extraction", "comedone_extraction"),
                            ("chemical_peel", "chemical_peel"),
                            ("microdermabrasion", "microdermabrasion"),
                            ("laser_resurfacing", "laser_resurfacing"),
                            ("radiofrequency", "radiofrequency"),
                            ("photos", "photos"),
                            ("email", "email"),
                            ("sms", "sms"),
                            ("marketing", "marketing"),
                        ]
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("language", models.TextField(choices=[("en", "en"), ("es", "es")])),
                ("title", models.TextField()),
                ("body", models.TextField()),
                ("sha256", models.TextField()),
                ("in_force_from", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "lancet_extraction",
                                    "comedone_extraction",
                                    "chemical_peel",
                                    "microdermabrasion",
                                    "laser_resurfacing",
                                    "radiofrequency",
                                    "photos",
                                    "email",
                                    "sms",
                                    "marketing",
                                ],
                            )
                        ),
                        name="consent_text_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "es"])), name="consent_text_is_in_a_language_spoken_here"
                    ),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="consent_text_versions_begin_at_one"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("body", ""), _negated=True)),
                        name="consent_text_says_something",
                    ),
                    models.UniqueConstraint(fields=("kind", "version", "language"), name="consent_text_version_key"),
                    models.UniqueConstraint(fields=("id", "kind", "sha256"), name="consent_text_content_key"),
                    clinic.constraints.Trigger(
                        deferred=False,
                        function="patients_check_consent_text",
                        name="consent_text_has_its_own_hash",
                        rest="FOR EACH ROW",
                        timing="BEFORE INSERT OR UPDATE",
                    ),
                    clinic.constraints.Trigger(
                        deferred=False,
                        function="patients_keep_signed_text",
                        name="signed_text_is_never_changed",
                        rest="FOR EACH ROW",
                        timing="BEFORE UPDATE OR DELETE",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=models.Func(function="uuidv7"), default=clinic.base.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("lancet_extraction", "lancet_extraction"),
                            ("comedone_extraction", "comedone_extraction"),
                            ("chemical_peel", "chemical_peel"),
                            ("microdermabrasion", "microdermabrasion"),
                            ("laser_resurfacing", "laser_resurfacing"),
                            ("radiofrequency", "radiofrequency"),
                            ("photos", "photos"),
                            ("email", "email"),
                            ("sms", "sms"),
                            ("marketing", "marketing"),
                        ]
                    ),
                ),
                ("text_sha256", models.TextField()),
                ("signer_role", models.TextField(choices=[("patient", "patient"), ("guardian", "guardian")])),
                ("signer_name", models.TextField()),
                ("signer_relationship", models.TextField(blank=True)),
                ("signature_name", models.TextField(blank=True)),
                ("signature_image", models.BinaryField(blank=True, null=True)),
                ("signed_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawal_reason", models.TextField(blank=True)),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="patients.consent",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.consenttext",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="text",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="patients.consenttext"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consenttext",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_consenttextevent" ("body", "id", "in_force_from", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "title", "version") VALUES (NEW."body", NEW."id", NEW."in_force_from", NEW."kind", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."sha256", NEW."title", NEW."version"); RETURN NULL;',
                    hash="fec6957e5d9bd4a2a405bfcf3962b2456183fe60",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_07cfe",
                    table="patients_consenttext",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consenttext",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_consenttextevent" ("body", "id", "in_force_from", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "title", "version") VALUES (NEW."body", NEW."id", NEW."in_force_from", NEW."kind", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."sha256", NEW."title", NEW."version"); RETURN NULL;',
                    hash="34bb0bdedeb220f71186c6bc84ac2d0301111cd5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ed822",
                    table="patients_consenttext",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consenttext",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_consenttextevent" ("body", "id", "in_force_from", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "title", "version") VALUES (OLD."body", OLD."id", OLD."in_force_from", OLD."kind", OLD."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."sha256", OLD."title", OLD."version"); RETURN NULL;',
                    hash="57f78c1fda0c2880798586140fe6d3ba42f86294",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_eeb1e",
                    table="patients_consenttext",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="consenttextevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="patients.consenttext",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="consent_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["patient", "kind", "signed_at"], name="consent_by_patient"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "lancet_extraction",
                            "comedone_extraction",
                            "chemical_peel",
                            "microdermabrasion",
                            "laser_resurfacing",
                            "radiofrequency",
                            "photos",
                            "email",
                            "sms",
                            "marketing",
                        ],
                    )
                ),
                name="consent_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("signer_role__in", ["patient", "guardian"])),
                name="consent_is_signed_by_patient_or_guardian",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signer_name", ""), _negated=True),
                    models.Q(("signer_role", "patient"), models.Q(("signer_relationship", ""), _negated=True), _connector="OR"),
                ),
                name="consent_names_its_signer",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signature_image__isnull", False), ("signature_name", "")),
                    models.Q(models.Q(("signature_name", ""), _negated=True), ("signature_image__isnull", True)),
                    _connector="OR",
                ),
                name="consent_has_one_signature",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawal_reason", ""), ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawal_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="consent_is_withdrawn_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at__isnull", True), ("withdrawn_at__gte", models.F("signed_at")), _connector="OR"
                ),
                name="consent_is_withdrawn_after_it_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="consent_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("text", "kind", "text_sha256"),
                name="consent_is_to_the_text_as_shown",
                to="patients.ConsentText",
                to_fields=("id", "kind", "sha256"),
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_check_consent",
                name="consent_is_signed_by_who_may",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_consent",
                name="signed_consent_is_never_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_consent",
                name="signed_consents_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_consentevent" ("id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "signature_image", "signature_name", "signed_at", "signer_name", "signer_relationship", "signer_role", "text_id", "text_sha256", "withdrawal_reason", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_by_id", NEW."signature_image", NEW."signature_name", NEW."signed_at", NEW."signer_name", NEW."signer_relationship", NEW."signer_role", NEW."text_id", NEW."text_sha256", NEW."withdrawal_reason", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;',
                    hash="6df0acc58927b4562ec2c609a1a839a531dbc103",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f3c10",
                    table="patients_consent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_consentevent" ("id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "signature_image", "signature_name", "signed_at", "signer_name", "signer_relationship", "signer_role", "text_id", "text_sha256", "withdrawal_reason", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_by_id", NEW."signature_image", NEW."signature_name", NEW."signed_at", NEW."signer_name", NEW."signer_relationship", NEW."signer_role", NEW."text_id", NEW."text_sha256", NEW."withdrawal_reason", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;',
                    hash="87949b032895d068856716b7a25b21fd66dc550d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_06fdd",
                    table="patients_consent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consent",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_consentevent" ("id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "signature_image", "signature_name", "signed_at", "signer_name", "signer_relationship", "signer_role", "text_id", "text_sha256", "withdrawal_reason", "withdrawn_at", "withdrawn_by_id") VALUES (OLD."id", OLD."kind", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_by_id", OLD."signature_image", OLD."signature_name", OLD."signed_at", OLD."signer_name", OLD."signer_relationship", OLD."signer_role", OLD."text_id", OLD."text_sha256", OLD."withdrawal_reason", OLD."withdrawn_at", OLD."withdrawn_by_id"); RETURN NULL;',
                    hash="b656956465dc6b7abc6fe8148a972eaf8103867d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a515a",
                    table="patients_consent",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttextevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="consenttext_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
