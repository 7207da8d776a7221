"""The procedure that a lesion came from, and the log or referral that a step of a plan was carried out with."""

import clinic.base
import clinic.constraints
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

CAUSES = """
-- What somebody has to have done for a lesion to come from it that way; treatments.policies.causes holds the same table.
CREATE FUNCTION treatments_acts_behind(cause text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE cause
    WHEN 'resurfacing' THEN ARRAY['chemical_peel', 'laser_resurfacing', 'microdermabrasion']
    WHEN 'cosmetic_procedure' THEN ARRAY['chemical_peel', 'comedone_extraction', 'lancet_extraction', 'laser_resurfacing',
                                         'microdermabrasion', 'radiofrequency']
    WHEN 'burn' THEN ARRAY['chemical_peel', 'laser_resurfacing', 'radiofrequency']
    WHEN 'blister' THEN ARRAY['chemical_peel', 'laser_resurfacing', 'radiofrequency']
    WHEN 'injury' THEN ARRAY['comedone_extraction', 'lancet_extraction', 'laser_resurfacing', 'microdermabrasion',
                             'radiofrequency']
    WHEN 'over_exfoliation' THEN ARRAY['chemical_peel', 'microdermabrasion']
    ELSE '{}'::text[] END
$$;

CREATE FUNCTION treatments_check_cause(caused patients_lesion, wanted uuid, tab text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  done record;
BEGIN
  SELECT p.status, p.performed_at, (p.performed_at AT TIME ZONE s.time_zone)::date AS performed_on INTO done
    FROM treatments_procedure p JOIN clinic_site s ON s.id = p.site_id WHERE p.id = wanted;
  IF done.status <> 'signed' THEN
    PERFORM treatments_refuse('causing_procedure_is_signed', tab, 'the log of the procedure is not signed');
  ELSIF NOT EXISTS (
    SELECT FROM treatments_procedureitem i
     WHERE i.procedure_id = wanted AND treatments_acts_behind(caused.cause)
        && (ARRAY(SELECT split_part(scope, '/', 1) FROM unnest(i.scopes) scope) || i.act)
  ) THEN
    PERFORM treatments_refuse('causing_procedure_goes_with_the_cause', tab, 'what was done does not go with the cause');
  ELSIF coalesce(caused.first_noted_on < done.performed_on, uuid_extract_timestamp(caused.id) <= done.performed_at) THEN
    PERFORM treatments_refuse('causing_procedure_came_first', tab, 'the lesion was there before the procedure');
  END IF;
END $$;

CREATE FUNCTION treatments_guard_cause() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  caused patients_lesion;
BEGIN
  SELECT * INTO caused FROM patients_lesion l WHERE l.id = new.lesion_id FOR SHARE;
  IF FOUND THEN
    PERFORM treatments_check_cause(caused, new.procedure_id, TG_TABLE_NAME);
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION treatments_guard_caused_lesion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  named uuid;
BEGIN
  SELECT c.procedure_id INTO named FROM treatments_lesioncause c WHERE c.lesion_id = new.id;
  IF FOUND THEN
    PERFORM treatments_check_cause(new, named, TG_TABLE_NAME);
  END IF;
  RETURN new;
END $$;
"""

NO_CAUSES = """
DROP FUNCTION treatments_guard_caused_lesion();
DROP FUNCTION treatments_guard_cause();
DROP FUNCTION treatments_check_cause(patients_lesion, uuid, text);
DROP FUNCTION treatments_acts_behind(text);
"""

# The trigger stands on a table of the floor below, whose models know nothing of procedures.
CAUSED = """
CREATE TRIGGER lesion_goes_with_its_causing_procedure BEFORE UPDATE OF cause, first_noted_on ON patients_lesion
  FOR EACH ROW WHEN (old.cause IS DISTINCT FROM new.cause OR old.first_noted_on IS DISTINCT FROM new.first_noted_on)
  EXECUTE FUNCTION treatments_guard_caused_lesion();
"""

NOT_CAUSED = "DROP TRIGGER lesion_goes_with_its_causing_procedure ON patients_lesion;"

# A step that is done may still be told, once, by which log or referral.
STEP = """
CREATE OR REPLACE FUNCTION treatments_guard_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held record;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  SELECT * INTO held FROM treatments_treatmentplan p
   WHERE p.id = CASE WHEN TG_OP = 'INSERT' THEN new.plan_id ELSE old.plan_id END FOR SHARE;
  IF held.status = 'draft' THEN
    IF TG_OP <> 'DELETE' AND (new.state <> 'open' OR new.plan_id <> held.id) THEN
      PERFORM treatments_refuse('step_is_closed_in_an_active_plan', TG_TABLE_NAME, 'steps of a draft are open');
    END IF;
  ELSIF TG_OP = 'UPDATE' AND old.state = 'done' AND held.status IN ('active', 'completed')
      AND num_nonnulls(old.procedure_id, old.referral_id) = 0 AND num_nonnulls(new.procedure_id, new.referral_id) = 1
      AND (old.done_in_id IS NULL OR new.done_in_id = old.done_in_id)
      AND to_jsonb(new) - ARRAY['done_in_id', 'procedure_id', 'referral_id']
          = to_jsonb(old) - ARRAY['done_in_id', 'procedure_id', 'referral_id'] THEN
    NULL;
  ELSIF held.status <> 'active' OR TG_OP <> 'UPDATE' OR old.state <> 'open'
      OR to_jsonb(new) - ARRAY['state', 'closed_at', 'closed_by_id', 'done_in_id', 'home_care_id', 'procedure_id', 'referral_id']
         IS DISTINCT FROM
         to_jsonb(old) - ARRAY['state', 'closed_at', 'closed_by_id', 'done_in_id', 'home_care_id', 'procedure_id', 'referral_id'] THEN
    PERFORM treatments_refuse('step_is_closed_once', TG_TABLE_NAME, 'a step of an active plan is closed once, and else fixed');
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN old;
  END IF;
  IF new.done_in_id IS NOT NULL THEN
    IF NOT EXISTS (
      SELECT FROM treatments_encounter e WHERE e.id = new.done_in_id AND e.patient_id = new.patient_id
    ) THEN
      PERFORM treatments_refuse('step_is_done_with_the_patient', TG_TABLE_NAME, 'the stay was another patient''s');
    ELSIF held.free AND held.consultation_id = new.done_in_id AND new.kind IN ('extraction', 'peel', 'adjunct') THEN
      PERFORM treatments_refuse('free_consultation_holds_no_procedure', TG_TABLE_NAME, 'a free consultation holds no procedure');
    END IF;
  END IF;
  IF new.procedure_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM treatments_procedure p
     WHERE p.id = new.procedure_id AND p.status = 'signed' AND p.encounter_id = new.done_in_id
  ) THEN
    PERFORM treatments_refuse('step_is_done_with_a_signed_log', TG_TABLE_NAME, 'the log is not signed, or of another stay');
  END IF;
  RETURN new;
END $$;
"""

STEP_BEFORE = """
CREATE OR REPLACE FUNCTION treatments_guard_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held record;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  SELECT * INTO held FROM treatments_treatmentplan p
   WHERE p.id = CASE WHEN TG_OP = 'INSERT' THEN new.plan_id ELSE old.plan_id END FOR SHARE;
  IF held.status = 'draft' THEN
    IF TG_OP <> 'DELETE' AND (new.state <> 'open' OR new.plan_id <> held.id) THEN
      PERFORM treatments_refuse('step_is_closed_in_an_active_plan', TG_TABLE_NAME, 'steps of a draft are open');
    END IF;
  ELSIF held.status <> 'active' OR TG_OP <> 'UPDATE' OR old.state <> 'open'
      OR to_jsonb(new) - ARRAY['state', 'closed_at', 'closed_by_id', 'done_in_id', 'home_care_id']
         IS DISTINCT FROM to_jsonb(old) - ARRAY['state', 'closed_at', 'closed_by_id', 'done_in_id', 'home_care_id'] THEN
    PERFORM treatments_refuse('step_is_closed_once', TG_TABLE_NAME, 'a step of an active plan is closed once, and else fixed');
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN old;
  END IF;
  IF new.done_in_id IS NOT NULL THEN
    IF NOT EXISTS (
      SELECT FROM treatments_encounter e WHERE e.id = new.done_in_id AND e.patient_id = new.patient_id
    ) THEN
      PERFORM treatments_refuse('step_is_done_with_the_patient', TG_TABLE_NAME, 'the stay was another patient''s');
    ELSIF held.free AND held.consultation_id = new.done_in_id AND new.kind IN ('extraction', 'peel', 'adjunct') THEN
      PERFORM treatments_refuse('free_consultation_holds_no_procedure', TG_TABLE_NAME, 'a free consultation holds no procedure');
    END IF;
  END IF;
  RETURN new;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0006_duplicates"),
        ("treatments", "0003_plans_and_home_care"),
    ]

    operations = [
        migrations.RunSQL(CAUSES, NO_CAUSES),
        migrations.RunSQL(STEP, STEP_BEFORE),
        migrations.CreateModel(
            name="LesionCause",
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
                ("told_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "cause of a lesion",
                "verbose_name_plural": "causes of lesions",
            },
        ),
        migrations.CreateModel(
            name="LesionCauseEvent",
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
                ("told_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="planstep",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="planstep",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="planstep",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="planstep",
            name="procedure",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="treatments.procedure"
            ),
        ),
        migrations.AddField(
            model_name="planstep",
            name="referral",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.referral"
            ),
        ),
        migrations.AddField(
            model_name="planstepevent",
            name="procedure",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.procedure",
            ),
        ),
        migrations.AddField(
            model_name="planstepevent",
            name="referral",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.referral",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planstep",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_planstepevent" ("closed_at", "closed_by_id", "done_in_id", "due_from", "due_until", "home_care_id", "id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "procedure_id", "referral_id", "state", "treatment_id") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."done_in_id", NEW."due_from", NEW."due_until", NEW."home_care_id", NEW."id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."position", NEW."procedure_id", NEW."referral_id", NEW."state", NEW."treatment_id"); RETURN NULL;',
                    hash="d0b4158c4e0581f2de1df3c44fad8e7b7c511aba",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8acf6",
                    table="treatments_planstep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planstep",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_planstepevent" ("closed_at", "closed_by_id", "done_in_id", "due_from", "due_until", "home_care_id", "id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "procedure_id", "referral_id", "state", "treatment_id") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."done_in_id", NEW."due_from", NEW."due_until", NEW."home_care_id", NEW."id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."position", NEW."procedure_id", NEW."referral_id", NEW."state", NEW."treatment_id"); RETURN NULL;',
                    hash="1111d85921c091d0e033ab62ac2193c6897ac63c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2dea6",
                    table="treatments_planstep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planstep",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_planstepevent" ("closed_at", "closed_by_id", "done_in_id", "due_from", "due_until", "home_care_id", "id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "procedure_id", "referral_id", "state", "treatment_id") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."done_in_id", OLD."due_from", OLD."due_until", OLD."home_care_id", OLD."id", OLD."kind", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."position", OLD."procedure_id", OLD."referral_id", OLD."state", OLD."treatment_id"); RETURN NULL;',
                    hash="7cee2e8b5fe27df7515dcd4044559928dd8e0aba",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ed3b5",
                    table="treatments_planstep",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("procedure__isnull", True), ("referral__isnull", True)),
                    models.Q(
                        ("done_in__isnull", False),
                        ("kind__in", ("assessment", "extraction", "peel", "adjunct", "review")),
                        ("procedure__isnull", False),
                        ("referral__isnull", True),
                        ("state", "done"),
                    ),
                    models.Q(("kind", "referral"), ("procedure__isnull", True), ("referral__isnull", False), ("state", "done")),
                    _connector="OR",
                ),
                name="step_is_carried_out_with_what_its_kind_asks",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="step_is_done_with_a_log_of_the_patient",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("referral", "patient"),
                name="step_is_done_with_a_referral_of_the_patient",
                to="patients.Referral",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddField(
            model_name="lesioncause",
            name="lesion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="caused_by", to="patients.lesion"
            ),
        ),
        migrations.AddField(
            model_name="lesioncause",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
        ),
        migrations.AddField(
            model_name="lesioncause",
            name="procedure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="caused", to="treatments.procedure"
            ),
        ),
        migrations.AddField(
            model_name="lesioncause",
            name="told_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"),
        ),
        migrations.AddField(
            model_name="lesioncauseevent",
            name="lesion",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.lesion",
            ),
        ),
        migrations.AddField(
            model_name="lesioncauseevent",
            name="patient",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.patient",
            ),
        ),
        migrations.AddField(
            model_name="lesioncauseevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.lesioncause",
            ),
        ),
        migrations.AddField(
            model_name="lesioncauseevent",
            name="procedure",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.procedure",
            ),
        ),
        migrations.AddField(
            model_name="lesioncauseevent",
            name="told_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesioncause",
            constraint=models.UniqueConstraint(fields=("lesion",), name="lesion_has_one_causing_procedure"),
        ),
        migrations.AddConstraint(
            model_name="lesioncause",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="caused_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesioncause",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="causing_procedure_is_of_the_patient",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesioncause",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_cause",
                name="causing_procedure_fits_the_lesion",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesioncause",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_lesioncauseevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "told_at", "told_by_id") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."procedure_id", NEW."told_at", NEW."told_by_id"); RETURN NULL;',
                    hash="a549f215efe7671e449099f82f2de6970c2fae38",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_13bbe",
                    table="treatments_lesioncause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesioncause",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_lesioncauseevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "told_at", "told_by_id") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."procedure_id", NEW."told_at", NEW."told_by_id"); RETURN NULL;',
                    hash="3e0b10e5e266d0489b1834dc6cfcd4fab6f3381d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d35dc",
                    table="treatments_lesioncause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesioncause",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_lesioncauseevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "told_at", "told_by_id") VALUES (OLD."id", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."procedure_id", OLD."told_at", OLD."told_by_id"); RETURN NULL;',
                    hash="fd8fccebab4603a5d8e32960e57922249db236de",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e8042",
                    table="treatments_lesioncause",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesioncauseevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="lesioncause_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.RunSQL(CAUSED, NOT_CAUSED),
    ]
