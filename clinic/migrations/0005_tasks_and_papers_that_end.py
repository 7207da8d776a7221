"""Tasks that are urgent, noted and finished soundly, and the steps in which it is told that papers end."""

import clinic.base
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# Until now a task that was finished while it rested kept the moment until which it would have rested.
SETTLED = """
UPDATE clinic_task SET snoozed_until = NULL WHERE state <> 'snoozed' AND snoozed_until IS NOT NULL;
UPDATE clinic_task SET done_at = due_at WHERE state = 'done' AND done_at IS NULL;
UPDATE clinic_task SET state = 'open' WHERE state = 'snoozed' AND snoozed_until IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0004_the_protocol"),
    ]

    operations = [
        migrations.RunSQL(SETTLED, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ExpiryNotice",
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
                ("paper", models.UUIDField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("licence", "licence"),
                            ("certification", "certification"),
                            ("agreement", "agreement"),
                            ("grant", "grant"),
                        ]
                    ),
                ),
                ("ends_on", models.DateField()),
                ("step", models.PositiveSmallIntegerField()),
                ("told_at", models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="task",
            name="task_is_open_once",
        ),
        migrations.AddField(
            model_name="task",
            name="note",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="task",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="taskevent",
            name="note",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="taskevent",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clinic_taskevent" ("assignee_id", "detail", "done_at", "done_by_id", "due_at", "id", "kind", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "site_id", "snoozed_until", "state", "subject", "urgent") VALUES (NEW."assignee_id", NEW."detail", NEW."done_at", NEW."done_by_id", NEW."due_at", NEW."id", NEW."kind", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."role", NEW."site_id", NEW."snoozed_until", NEW."state", NEW."subject", NEW."urgent"); RETURN NULL;',
                    hash="d14ad9c71d07348eb7558cea3409a2f1ec4ab5c5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e8e1b",
                    table="clinic_task",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "clinic_taskevent" ("assignee_id", "detail", "done_at", "done_by_id", "due_at", "id", "kind", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "site_id", "snoozed_until", "state", "subject", "urgent") VALUES (NEW."assignee_id", NEW."detail", NEW."done_at", NEW."done_by_id", NEW."due_at", NEW."id", NEW."kind", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."role", NEW."site_id", NEW."snoozed_until", NEW."state", NEW."subject", NEW."urgent"); RETURN NULL;',
                    hash="be9be1b76ce5b56bd279d1ec49faa85d0672d828",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_85ef0",
                    table="clinic_task",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clinic_taskevent" ("assignee_id", "detail", "done_at", "done_by_id", "due_at", "id", "kind", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "site_id", "snoozed_until", "state", "subject", "urgent") VALUES (OLD."assignee_id", OLD."detail", OLD."done_at", OLD."done_by_id", OLD."due_at", OLD."id", OLD."kind", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."role", OLD."site_id", OLD."snoozed_until", OLD."state", OLD."subject", OLD."urgent"); RETURN NULL;',
                    hash="0199e00d0b8a9ca96990a0f1cfc8e29a94b823c1",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_42642",
                    table="clinic_task",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "done"), _negated=True),
                fields=("kind", "subject", "site"),
                name="task_is_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("state", "done")),
                    models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True), ("done_by__isnull", True)),
                    _connector="OR",
                ),
                name="task_is_done_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("snoozed_until__isnull", False), ("state", "snoozed")),
                    models.Q(models.Q(("state", "snoozed"), _negated=True), ("snoozed_until__isnull", True)),
                    _connector="OR",
                ),
                name="task_is_snoozed_until_a_moment",
            ),
        ),
        migrations.AddField(
            model_name="expirynotice",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
        ),
        migrations.AddConstraint(
            model_name="expirynotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["licence", "certification", "agreement", "grant"])),
                name="expiry_is_of_a_known_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="expirynotice",
            constraint=models.CheckConstraint(condition=models.Q(("step__gte", 1)), name="expiry_step_lies_ahead"),
        ),
        migrations.AddConstraint(
            model_name="expirynotice",
            constraint=models.UniqueConstraint(fields=("paper", "site", "ends_on", "step"), name="expiry_step_is_told_once"),
        ),
    ]
