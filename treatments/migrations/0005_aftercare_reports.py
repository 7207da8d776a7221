"""What patients answer about the healing: kept as it was told, and never without somebody who is called where it cannot wait."""

import clinic.base
import clinic.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


FUNCTIONS = """
-- Answers are about signed work that has been done, and a swollen lid is a red flag after work near the eye.
CREATE FUNCTION treatments_guard_aftercare() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  about treatments_procedure;
BEGIN
  SELECT * INTO about FROM treatments_procedure p WHERE p.id = new.procedure_id FOR SHARE;
  IF about.status IS DISTINCT FROM 'signed' OR new.answered_at < about.performed_at THEN
    PERFORM treatments_refuse('aftercare_report_is_about_signed_work', TG_TABLE_NAME, 'the work is not signed, or not done yet');
  ELSIF new.lid_swollen AND NOT 'lid_swollen' = ANY (new.red_flags) AND EXISTS (
    SELECT FROM treatments_procedureitem i WHERE i.procedure_id = about.id AND i.region IN ('eyelid', 'periocular')
  ) THEN
    PERFORM treatments_refuse('aftercare_report_hides_no_red_flag', TG_TABLE_NAME, 'a swollen lid after work near the eye');
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION treatments_check_red_flag() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM clinic_task t WHERE t.subject = new.id AND t.kind = 'aftercare_red_flag' AND t.urgent) THEN
    PERFORM treatments_refuse('red_flag_opens_an_urgent_task', TG_TABLE_NAME, 'nobody is called about a red flag');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION treatments_keep_aftercare() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM treatments_refuse('aftercare_report_is_kept', TG_TABLE_NAME, 'what a patient answered is kept as it was told');
  RETURN NULL;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION treatments_keep_aftercare();
DROP FUNCTION treatments_check_red_flag();
DROP FUNCTION treatments_guard_aftercare();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0005_tasks_and_papers_that_end"),
        ("patients", "0009_photos_that_patients_send"),
        ("treatments", "0004_causes_and_what_carried_steps_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="AftercareReport",
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
                ("submission", models.UUIDField()),
                ("answered_at", models.DateTimeField()),
                ("language", models.TextField(choices=[("en", "en"), ("es", "es")])),
                (
                    "redness",
                    models.TextField(
                        choices=[("none", "none"), ("mild", "mild"), ("strong", "strong"), ("spreading", "spreading")]
                    ),
                ),
                ("pain", models.PositiveSmallIntegerField()),
                ("discharge", models.TextField(choices=[("none", "none"), ("clear", "clear"), ("pus", "pus")])),
                ("fever", models.BooleanField()),
                ("vision_changed", models.BooleanField()),
                ("lid_swollen", models.BooleanField()),
                ("words", models.CharField(blank=True, max_length=1000)),
                (
                    "red_flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("vision_changed", "vision_changed"),
                                ("lid_swollen", "lid_swollen"),
                                ("spreading_redness", "spreading_redness"),
                                ("pus", "pus"),
                                ("fever", "fever"),
                                ("strong_pain", "strong_pain"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="aftercare_reports", to="patients.patient"
                    ),
                ),
                (
                    "photo",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.photo",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="aftercare_reports", to="treatments.procedure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AftercareReportEvent",
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
                ("submission", models.UUIDField()),
                ("answered_at", models.DateTimeField()),
                ("language", models.TextField(choices=[("en", "en"), ("es", "es")])),
                (
                    "redness",
                    models.TextField(
                        choices=[("none", "none"), ("mild", "mild"), ("strong", "strong"), ("spreading", "spreading")]
                    ),
                ),
                ("pain", models.PositiveSmallIntegerField()),
                ("discharge", models.TextField(choices=[("none", "none"), ("clear", "clear"), ("pus", "pus")])),
                ("fever", models.BooleanField()),
                ("vision_changed", models.BooleanField()),
                ("lid_swollen", models.BooleanField()),
                ("words", models.CharField(blank=True, max_length=1000)),
                (
                    "red_flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("vision_changed", "vision_changed"),
                                ("lid_swollen", "lid_swollen"),
                                ("spreading_redness", "spreading_redness"),
                                ("pus", "pus"),
                                ("fever", "fever"),
                                ("strong_pain", "strong_pain"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "entered_by",
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
                        to="treatments.aftercarereport",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.photo",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.procedure",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="aftercarereport",
            index=models.Index(fields=["procedure", "answered_at"], name="aftercare_by_procedure"),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["en", "es"])), name="aftercare_report_is_in_a_known_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(("redness__in", ["none", "mild", "strong", "spreading"])),
                name="aftercare_report_knows_the_redness",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(("discharge__in", ["none", "clear", "pus"])), name="aftercare_report_knows_the_discharge"
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.CheckConstraint(condition=models.Q(("pain__lte", 10)), name="aftercare_pain_is_at_most_ten"),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "red_flags__contained_by",
                        ["vision_changed", "lid_swollen", "spreading_redness", "pus", "fever", "strong_pain"],
                    )
                ),
                name="aftercare_report_knows_its_red_flags",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("redness", "spreading"), _negated=True),
                        ("red_flags__contains", ["spreading_redness"]),
                        _connector="OR",
                    ),
                    models.Q(models.Q(("discharge", "pus"), _negated=True), ("red_flags__contains", ["pus"]), _connector="OR"),
                    models.Q(models.Q(("fever", True), _negated=True), ("red_flags__contains", ["fever"]), _connector="OR"),
                    models.Q(
                        models.Q(("vision_changed", True), _negated=True),
                        ("red_flags__contains", ["vision_changed"]),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("pain__gte", 7), _negated=True), ("red_flags__contains", ["strong_pain"]), _connector="OR"
                    ),
                ),
                name="aftercare_report_hides_no_red_flag",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=models.UniqueConstraint(fields=("procedure", "submission"), name="aftercare_answers_are_kept_once"),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="aftercare_report_is_of_the_patient_of_its_procedure",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("photo", "patient"),
                name="aftercare_photo_is_of_the_patient",
                to="patients.Photo",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_aftercare",
                name="aftercare_report_is_about_signed_work",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=clinic.constraints.Trigger(
                deferred=True,
                function="treatments_check_red_flag",
                name="red_flag_opens_an_urgent_task",
                rest="FOR EACH ROW WHEN (cardinality(new.red_flags) > 0)",
                timing="AFTER INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_keep_aftercare",
                name="aftercare_report_is_kept",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereport",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="aftercare_reports_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aftercarereport",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_aftercarereportevent" ("answered_at", "discharge", "entered_by_id", "fever", "id", "language", "lid_swollen", "pain", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "photo_id", "procedure_id", "red_flags", "redness", "submission", "vision_changed", "words") VALUES (NEW."answered_at", NEW."discharge", NEW."entered_by_id", NEW."fever", NEW."id", NEW."language", NEW."lid_swollen", NEW."pain", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."photo_id", NEW."procedure_id", NEW."red_flags", NEW."redness", NEW."submission", NEW."vision_changed", NEW."words"); RETURN NULL;',
                    hash="692d29a6b12d745a56b7fa8f0fd4a894b6793873",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_16786",
                    table="treatments_aftercarereport",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aftercarereport",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_aftercarereportevent" ("answered_at", "discharge", "entered_by_id", "fever", "id", "language", "lid_swollen", "pain", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "photo_id", "procedure_id", "red_flags", "redness", "submission", "vision_changed", "words") VALUES (NEW."answered_at", NEW."discharge", NEW."entered_by_id", NEW."fever", NEW."id", NEW."language", NEW."lid_swollen", NEW."pain", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."photo_id", NEW."procedure_id", NEW."red_flags", NEW."redness", NEW."submission", NEW."vision_changed", NEW."words"); RETURN NULL;',
                    hash="0d6cb870b876fb3a04fc65f916611baa178e5685",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4df10",
                    table="treatments_aftercarereport",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aftercarereport",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_aftercarereportevent" ("answered_at", "discharge", "entered_by_id", "fever", "id", "language", "lid_swollen", "pain", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "photo_id", "procedure_id", "red_flags", "redness", "submission", "vision_changed", "words") VALUES (OLD."answered_at", OLD."discharge", OLD."entered_by_id", OLD."fever", OLD."id", OLD."language", OLD."lid_swollen", OLD."pain", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."photo_id", OLD."procedure_id", OLD."red_flags", OLD."redness", OLD."submission", OLD."vision_changed", OLD."words"); RETURN NULL;',
                    hash="264c2744650f854ac80f1245c04e166cdcfb16c2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f9029",
                    table="treatments_aftercarereport",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="aftercarereportevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="aftercarereport_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
