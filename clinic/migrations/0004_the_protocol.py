"""The follow-up protocol as the clinic changes it: versions that are superseded, never changed."""

import clinic.base
import clinic.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


KEEP = """
CREATE FUNCTION clinic_keep_protocol_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND old.superseded_at IS NULL AND new.superseded_at IS NOT NULL
     AND to_jsonb(old) - 'superseded_at' = to_jsonb(new) - 'superseded_at' THEN
    RETURN new;
  END IF;
  RAISE EXCEPTION 'version % of % stands as it was written: write the next one', old.version, old.code
    USING ERRCODE = 'check_violation', CONSTRAINT = 'protocol_row_is_superseded_never_changed', TABLE = TG_TABLE_NAME;
END $$;
"""

DROP_KEEP = "DROP FUNCTION clinic_keep_protocol_row()"


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
    ]

    operations = [
        migrations.RunSQL(KEEP, DROP_KEEP),
        migrations.CreateModel(
            name="ProtocolRow",
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
                ("code", models.TextField()),
                ("version", models.PositiveIntegerField()),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "applies_to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "consent",
                    models.TextField(
                        choices=[
                            ("transactional", "transactional"),
                            ("treatment", "treatment"),
                            ("marketing", "marketing"),
                            ("internal", "internal"),
                        ]
                    ),
                ),
                ("anchor", models.TextField(choices=[("event", "event"), ("subject", "subject")])),
                ("offsets", django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None)),
                ("months", models.PositiveSmallIntegerField(default=0)),
                ("at_time", models.TimeField(blank=True, null=True)),
                ("every_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("keeps_days", models.PositiveSmallIntegerField()),
                ("awake_only", models.BooleanField()),
                ("capped", models.BooleanField()),
                (
                    "stops",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("task", models.TextField(blank=True)),
                ("task_role", models.TextField(blank=True)),
                ("task_detail", models.TextField(blank=True)),
                ("source", models.TextField()),
                ("active", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProtocolRowEvent",
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
                ("code", models.TextField()),
                ("version", models.PositiveIntegerField()),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "applies_to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "consent",
                    models.TextField(
                        choices=[
                            ("transactional", "transactional"),
                            ("treatment", "treatment"),
                            ("marketing", "marketing"),
                            ("internal", "internal"),
                        ]
                    ),
                ),
                ("anchor", models.TextField(choices=[("event", "event"), ("subject", "subject")])),
                ("offsets", django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None)),
                ("months", models.PositiveSmallIntegerField(default=0)),
                ("at_time", models.TimeField(blank=True, null=True)),
                ("every_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("keeps_days", models.PositiveSmallIntegerField()),
                ("awake_only", models.BooleanField()),
                ("capped", models.BooleanField()),
                (
                    "stops",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("task", models.TextField(blank=True)),
                ("task_role", models.TextField(blank=True)),
                ("task_detail", models.TextField(blank=True)),
                ("source", models.TextField()),
                ("active", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="clinic.protocolrow",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent__in", ["transactional", "treatment", "marketing", "internal"])),
                name="protocol_row_has_a_known_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("anchor__in", ["event", "subject"])), name="protocol_row_has_a_known_anchor"
            ),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__regex", "^\\s*$"), _negated=True), name="protocol_row_names_its_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(condition=models.Q(("events__len__gte", 1)), name="protocol_row_has_an_event"),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(condition=models.Q(("offsets__len__gte", 1)), name="protocol_row_has_a_moment"),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(condition=models.Q(("version__gte", 2)), name="protocol_row_is_a_later_version"),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("every_days__isnull", True),
                    models.Q(("consent", "marketing"), ("every_days__gte", 30), ("stops__len__gte", 1)),
                    _connector="OR",
                ),
                name="protocol_row_never_repeats_without_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.UniqueConstraint(fields=("code", "version"), name="protocol_row_version_key"),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at__isnull", True)), fields=("code",), name="protocol_row_is_in_force_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_keep_protocol_row",
                name="protocol_row_is_superseded_never_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="protocolrow",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clinic_protocolrowevent" ("active", "anchor", "applies_to", "at_time", "awake_only", "capped", "changed_at", "changed_by_id", "channels", "code", "consent", "events", "every_days", "id", "keeps_days", "months", "offsets", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "stops", "superseded_at", "task", "task_detail", "task_role", "text", "version") VALUES (NEW."active", NEW."anchor", NEW."applies_to", NEW."at_time", NEW."awake_only", NEW."capped", NEW."changed_at", NEW."changed_by_id", NEW."channels", NEW."code", NEW."consent", NEW."events", NEW."every_days", NEW."id", NEW."keeps_days", NEW."months", NEW."offsets", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."source", NEW."stops", NEW."superseded_at", NEW."task", NEW."task_detail", NEW."task_role", NEW."text", NEW."version"); RETURN NULL;',
                    hash="20962bf7833264761f3720c2b12066eeb09657a9",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_01df6",
                    table="clinic_protocolrow",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="protocolrow",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "clinic_protocolrowevent" ("active", "anchor", "applies_to", "at_time", "awake_only", "capped", "changed_at", "changed_by_id", "channels", "code", "consent", "events", "every_days", "id", "keeps_days", "months", "offsets", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "stops", "superseded_at", "task", "task_detail", "task_role", "text", "version") VALUES (NEW."active", NEW."anchor", NEW."applies_to", NEW."at_time", NEW."awake_only", NEW."capped", NEW."changed_at", NEW."changed_by_id", NEW."channels", NEW."code", NEW."consent", NEW."events", NEW."every_days", NEW."id", NEW."keeps_days", NEW."months", NEW."offsets", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."source", NEW."stops", NEW."superseded_at", NEW."task", NEW."task_detail", NEW."task_role", NEW."text", NEW."version"); RETURN NULL;',
                    hash="793f237d66fb3326ba7cbb6d9604d45e0844a853",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8c2e6",
                    table="clinic_protocolrow",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="protocolrow",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clinic_protocolrowevent" ("active", "anchor", "applies_to", "at_time", "awake_only", "capped", "changed_at", "changed_by_id", "channels", "code", "consent", "events", "every_days", "id", "keeps_days", "months", "offsets", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "stops", "superseded_at", "task", "task_detail", "task_role", "text", "version") VALUES (OLD."active", OLD."anchor", OLD."applies_to", OLD."at_time", OLD."awake_only", OLD."capped", OLD."changed_at", OLD."changed_by_id", OLD."channels", OLD."code", OLD."consent", OLD."events", OLD."every_days", OLD."id", OLD."keeps_days", OLD."months", OLD."offsets", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."source", OLD."stops", OLD."superseded_at", OLD."task", OLD."task_detail", OLD."task_role", OLD."text", OLD."version"); RETURN NULL;',
                    hash="b50985453387917fcceae6165b198d36bf6f2027",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3e5c3",
                    table="clinic_protocolrow",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="protocolrowevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="protocolrow_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
