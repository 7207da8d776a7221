"""
Duplicate patients: who was merged into whom, and the functions that let rows change their patient for that alone.

A violation carries the name of a constraint, as a table constraint would.
"""

import clinic.base
import clinic.constraints
import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


FUNCTIONS = """
-- Names this transaction for good: numbers of transactions begin again in a restored database, moments do not.
CREATE FUNCTION patients_this_transaction() RETURNS text LANGUAGE sql STABLE
  RETURN pg_current_xact_id()::text || ' ' || extract(epoch FROM now())::text;

-- Whether a row changes in nothing but its patient, by a merge or an undo of this very transaction that names it.
-- For triggers BEFORE UPDATE that keep rows: patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)).
CREATE FUNCTION patients_merge_moves(tab text, was jsonb, becomes jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM patients_patientmerge m CROSS JOIN LATERAL (
      SELECT array_agg(b.key) AS columns FROM jsonb_each_text(becomes) b
       WHERE b.value IS DISTINCT FROM was ->> b.key AND NOT EXISTS (
         SELECT FROM pg_attribute a
          WHERE a.attrelid = to_regclass(quote_ident(tab)) AND a.attname = b.key AND a.attgenerated <> '')) c
     WHERE m.stamp = patients_this_transaction() AND cardinality(c.columns) = 1
       AND m.moved -> (tab || '.' || c.columns[1]) ? (was ->> 'id')
       AND was ->> c.columns[1] = CASE WHEN m.undone_at IS NULL THEN m.duplicate_id ELSE m.into_id END::text
       AND becomes ->> c.columns[1] = CASE WHEN m.undone_at IS NULL THEN m.into_id ELSE m.duplicate_id END::text);
END $$;

-- Attached to every table with a patient key, which it is told: see patients.guards.
CREATE FUNCTION patients_guard_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted uuid;
  lasting uuid;
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(old) ->> TG_ARGV[0]) IS NOT NULL THEN
    IF (to_jsonb(new) ->> TG_ARGV[0]) IS NULL OR patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
    RAISE EXCEPTION 'a row of % keeps its patient unless charts are merged', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = 'row_changes_its_patient_by_a_merge', TABLE = TG_TABLE_NAME;
  END IF;
  IF TG_ARGV[0] = 'patient_id' THEN
    wanted := new.patient_id;
  ELSE
    wanted := (to_jsonb(new) ->> TG_ARGV[0])::uuid;
  END IF;
  -- A merge in flight must be waited for: it takes the patient for itself.
  SELECT merged_into_id INTO lasting FROM patients_patient WHERE id = wanted FOR KEY SHARE;
  IF lasting IS NOT NULL THEN
    RAISE EXCEPTION 'patient % was merged into %', wanted, lasting
      USING ERRCODE = 'check_violation', CONSTRAINT = 'merged_patient_takes_nothing_new', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION patients_guard_merged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    broken := CASE WHEN new.merged_into_id IS NOT NULL THEN 'patient_is_merged_by_a_merge' END;
  ELSIF old.merged_into_id IS NOT DISTINCT FROM new.merged_into_id THEN
    broken := CASE WHEN old.merged_into_id IS NOT NULL THEN 'merged_patient_is_not_changed' END;
  ELSE
    -- Whoever is writing a row of the patient holds their key: wait for it.
    PERFORM FROM patients_patient WHERE id = new.id FOR UPDATE;
    broken := CASE
      WHEN NOT patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) AND NOT EXISTS (
        SELECT FROM patients_patientmerge m
         WHERE m.duplicate_id = new.id AND m.stamp = patients_this_transaction()
           AND CASE WHEN m.undone_at IS NULL THEN old.merged_into_id IS NULL AND new.merged_into_id = m.into_id
                    ELSE old.merged_into_id = m.into_id AND new.merged_into_id IS NULL END)
        THEN 'patient_is_merged_by_a_merge'
      WHEN EXISTS (SELECT FROM patients_patient p WHERE p.id = new.merged_into_id AND p.merged_into_id IS NOT NULL)
        THEN 'merge_ends_at_the_lasting_patient'
    END;
  END IF;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'patient %: %', new.id, broken
      USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION patients_guard_merge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  undoing text[] := ARRAY['undone_at', 'undone_by_id', 'undo_reason', 'stamp'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF new.undone_at IS NULL THEN
      new.stamp := patients_this_transaction();
      RETURN new;
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF old.undone_at IS NULL AND new.undone_at IS NOT NULL AND to_jsonb(new) - undoing = to_jsonb(old) - undoing THEN
      new.stamp := patients_this_transaction();
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'a merge is kept as it was done, and undone at most once'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'patient_merge_is_kept', TABLE = TG_TABLE_NAME;
END $$;

-- At the end of the transaction the duplicate has nothing left in any table that refers to patients, however new it is;
-- what a patient has one of at most stays where it was if the lasting patient has their own.
CREATE FUNCTION patients_merge_is_carried_out() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  lasting uuid := (SELECT merged_into_id FROM patients_patient WHERE id = new.duplicate_id);
  key record;
  broken boolean;
BEGIN
  IF (lasting IS NOT NULL) <> EXISTS (
    SELECT FROM patients_patientmerge WHERE duplicate_id = new.duplicate_id AND undone_at IS NULL
  ) THEN
    RAISE EXCEPTION 'merge % is not carried out', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'patient_merge_is_carried_out', TABLE = TG_TABLE_NAME;
  END IF;
  FOR key IN
    SELECT f.conrelid::regclass AS tab, a.attname AS col, EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisunique AND i.indnkeyatts = 1
                AND i.indkey[0] = a.attnum AND i.indpred IS NULL) AS one
      FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
     WHERE f.contype = 'f' AND f.confrelid = 'patients_patient'::regclass AND cardinality(f.conkey) = 1
       AND f.conrelid <> TG_RELID AND lasting IS NOT NULL
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %1$s WHERE %2$I = $1)
                       AND NOT ($3 AND EXISTS (SELECT FROM %1$s WHERE %2$I = $2))', key.tab, key.col)
      INTO broken USING new.duplicate_id, lasting, key.one;
    IF broken THEN
      RAISE EXCEPTION '% has rows of patient %, who was merged', key.tab, new.duplicate_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'merged_patient_keeps_nothing', TABLE = key.tab::text;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION patients_merge_is_carried_out();
DROP FUNCTION patients_guard_merge();
DROP FUNCTION patients_guard_merged();
DROP FUNCTION patients_guard_row() CASCADE;
DROP FUNCTION patients_merge_moves(text, jsonb, jsonb);
DROP FUNCTION patients_this_transaction();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0005_photos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="PatientMerge",
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
                ("reason", models.TextField()),
                ("merged_at", models.DateTimeField()),
                ("moved", models.JSONField(default=dict)),
                ("changed", models.JSONField(blank=True, default=list)),
                ("stamp", models.TextField(blank=True, editable=False)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undo_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="PatientMergeEvent",
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
                ("reason", models.TextField()),
                ("merged_at", models.DateTimeField()),
                ("moved", models.JSONField(default=dict)),
                ("changed", models.JSONField(blank=True, default=list)),
                ("stamp", models.TextField(blank=True, editable=False)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undo_reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
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
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="patientevent",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["birth_date"], name="patient_by_birth_date"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["phone"], name="patient_by_phone"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(django.db.models.functions.text.Upper("email"), name="patient_by_email"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "email_consent_at", "email_consent_source", "family_name", "given_name", "guardian_email", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (NEW."birth_date", NEW."email", NEW."email_consent_at", NEW."email_consent_source", NEW."family_name", NEW."given_name", NEW."guardian_email", NEW."guardian_name", NEW."guardian_phone", NEW."guardian_relationship", NEW."id", NEW."language", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."phone", NEW."preferred_channel", NEW."registered_site_id", NEW."time_zone"); RETURN NULL;',
                    hash="51e242dd9c4c79ec7caf5353c45b15b504c4dfbd",
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
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "email_consent_at", "email_consent_source", "family_name", "given_name", "guardian_email", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (NEW."birth_date", NEW."email", NEW."email_consent_at", NEW."email_consent_source", NEW."family_name", NEW."given_name", NEW."guardian_email", NEW."guardian_name", NEW."guardian_phone", NEW."guardian_relationship", NEW."id", NEW."language", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."phone", NEW."preferred_channel", NEW."registered_site_id", NEW."time_zone"); RETURN NULL;',
                    hash="b3bc194190e3de461d6ceb0afec29d9fdc80f71b",
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
                    func='INSERT INTO "patients_patientevent" ("birth_date", "email", "email_consent_at", "email_consent_source", "family_name", "given_name", "guardian_email", "guardian_name", "guardian_phone", "guardian_relationship", "id", "language", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_channel", "registered_site_id", "time_zone") VALUES (OLD."birth_date", OLD."email", OLD."email_consent_at", OLD."email_consent_source", OLD."family_name", OLD."given_name", OLD."guardian_email", OLD."guardian_name", OLD."guardian_phone", OLD."guardian_relationship", OLD."id", OLD."language", OLD."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."phone", OLD."preferred_channel", OLD."registered_site_id", OLD."time_zone"); RETURN NULL;',
                    hash="791648a4c9be4eccbaa062ffcfa76d569f5d9365",
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
                    ("merged_into__isnull", True), models.Q(("merged_into", models.F("id")), _negated=True), _connector="OR"
                ),
                name="patient_is_merged_into_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_guard_merged",
                name="patient_is_merged_by_a_merge",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE",
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="duplicate",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="patients.patient"),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="into",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merges_taken", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="merged_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="patientmergeevent",
            name="duplicate",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="patientmergeevent",
            name="into",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="patientmergeevent",
            name="merged_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="patientmergeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="patients.patientmerge",
            ),
        ),
        migrations.AddField(
            model_name="patientmergeevent",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="patientmerge",
            index=models.Index(fields=["stamp"], name="patient_merge_by_transaction"),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="patient_merge_gives_its_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("duplicate", models.F("into")), _negated=True), name="patient_merge_is_of_two_patients"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undo_reason", ""), ("undone_at__isnull", True), ("undone_by__isnull", True)),
                    models.Q(
                        ("undone_at__isnull", False), ("undone_by__isnull", False), models.Q(("undo_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="patient_merge_is_undone_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("duplicate",), name="patient_is_merged_into_one_other"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_guard_merge",
                name="patient_merge_is_kept",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_guard_merge",
                name="patient_merges_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=clinic.constraints.Trigger(
                deferred=True,
                function="patients_merge_is_carried_out",
                name="patient_merge_is_carried_out",
                rest="FOR EACH ROW",
                timing="AFTER INSERT OR UPDATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patientmerge",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_patientmergeevent" ("changed", "duplicate_id", "id", "into_id", "merged_at", "merged_by_id", "moved", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "stamp", "undo_reason", "undone_at", "undone_by_id") VALUES (NEW."changed", NEW."duplicate_id", NEW."id", NEW."into_id", NEW."merged_at", NEW."merged_by_id", NEW."moved", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."stamp", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;',
                    hash="959b8020b90b926afb1404b426d0055f64c4c87a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1005c",
                    table="patients_patientmerge",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patientmerge",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_patientmergeevent" ("changed", "duplicate_id", "id", "into_id", "merged_at", "merged_by_id", "moved", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "stamp", "undo_reason", "undone_at", "undone_by_id") VALUES (NEW."changed", NEW."duplicate_id", NEW."id", NEW."into_id", NEW."merged_at", NEW."merged_by_id", NEW."moved", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."stamp", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;',
                    hash="f62b5490e16366495e45c576538b68cafb54101d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_958e3",
                    table="patients_patientmerge",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patientmerge",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_patientmergeevent" ("changed", "duplicate_id", "id", "into_id", "merged_at", "merged_by_id", "moved", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "stamp", "undo_reason", "undone_at", "undone_by_id") VALUES (OLD."changed", OLD."duplicate_id", OLD."id", OLD."into_id", OLD."merged_at", OLD."merged_by_id", OLD."moved", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."stamp", OLD."undo_reason", OLD."undone_at", OLD."undone_by_id"); RETURN NULL;',
                    hash="a5947bfb19225e6bc4f593cb91ada0f56cbf676b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_007bf",
                    table="patients_patientmerge",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmergeevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="patientmerge_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
