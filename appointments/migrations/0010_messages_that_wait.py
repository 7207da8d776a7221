"""What waits to be sent stands in a small table of its own, kept by triggers: claims and marks then cost no index of the ledger."""

import clinic.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION appointments_insert_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO appointments_duemessage (message_id, due_at, channel)
  SELECT id, due_at, channel FROM written WHERE state = 'due';
  RETURN NULL;
END $$;

-- What is due again, or at another moment, can be claimed anew; whatever else is said of a message leaves its claim alone.
CREATE FUNCTION appointments_update_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM appointments_duemessage d USING written w WHERE d.message_id = w.id AND w.state <> 'due';
  INSERT INTO appointments_duemessage (message_id, due_at, channel)
  SELECT w.id, w.due_at, w.channel FROM written w JOIN replaced r ON r.id = w.id
   WHERE w.state = 'due' AND (r.state, r.due_at, r.channel) IS DISTINCT FROM (w.state, w.due_at, w.channel)
  ON CONFLICT (message_id) DO UPDATE SET due_at = excluded.due_at, channel = excluded.channel, claimed_until = NULL;
  RETURN NULL;
END $$;

CREATE FUNCTION appointments_delete_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM appointments_duemessage d USING removed r WHERE d.message_id = r.id;
  RETURN NULL;
END $$;

CREATE FUNCTION appointments_waiting_is_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what waits follows the ledger: write the message'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION appointments_waiting_is_derived();
DROP FUNCTION appointments_delete_waiting();
DROP FUNCTION appointments_update_waiting();
DROP FUNCTION appointments_insert_waiting();
"""

FILL = """
INSERT INTO appointments_duemessage (message_id, due_at, channel) SELECT id, due_at, channel FROM appointments_message WHERE state = 'due';
ALTER TABLE appointments_duemessage SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0009_message_texts_and_links"),
        ("clinic", "0004_the_protocol"),
        ("patients", "0007_contact"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="DueMessage",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="waiting",
                        serialize=False,
                        to="appointments.message",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("channel", models.TextField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="message",
            name="message_due",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_waiting_about",
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="text_by_number",
        ),
        migrations.RemoveField(
            model_name="message",
            name="claimed_until",
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["subject"], name="message_by_subject"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("channel", "sms")), fields=["address"], name="text_by_number"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointments_insert_waiting",
                name="insert_message_waits_while_it_is_due",
                rest="REFERENCING NEW TABLE AS written FOR EACH STATEMENT",
                timing="AFTER INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointments_update_waiting",
                name="update_message_waits_while_it_is_due",
                rest="REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT",
                timing="AFTER UPDATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointments_delete_waiting",
                name="delete_message_waits_while_it_is_due",
                rest="REFERENCING OLD TABLE AS removed FOR EACH STATEMENT",
                timing="AFTER DELETE",
            ),
        ),
        migrations.AddIndex(
            model_name="duemessage",
            index=models.Index(fields=["due_at"], name="message_due"),
        ),
        migrations.AddConstraint(
            model_name="duemessage",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointments_waiting_is_derived",
                name="due_message_follows_its_message",
                rest="FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)",
                timing="BEFORE INSERT OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="duemessage",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointments_waiting_is_derived",
                name="due_message_is_only_claimed",
                rest="FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)",
                timing="BEFORE UPDATE OF message_id, due_at, channel",
            ),
        ),
    ]
