"""Texts that came back, kept as they came: PostgreSQL refuses their change, and takes each but once."""

import clinic.base
import clinic.constraints
import phonenumber_field.modelfields
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION appointments_keep_inbound_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'texts are kept as they came'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'inbound_text_is_kept', TABLE = TG_TABLE_NAME;
END $$;
"""

NO_FUNCTION = "DROP FUNCTION appointments_keep_inbound_text();"


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0009_message_texts_and_links"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, NO_FUNCTION),
        migrations.CreateModel(
            name="InboundText",
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
                ("gateway_id", models.TextField(unique=True)),
                ("phone", phonenumber_field.modelfields.PhoneNumberField(db_index=True, max_length=128, region=None)),
                ("text", models.TextField(blank=True)),
                ("received_at", models.DateTimeField()),
                (
                    "meaning",
                    models.TextField(choices=[("stop", "stop"), ("start", "start"), ("help", "help"), ("other", "other")]),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("meaning__in", ["stop", "start", "help", "other"])),
                        name="inbound_text_has_a_known_meaning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gateway_id", ""), _negated=True), name="inbound_text_has_an_id"
                    ),
                    clinic.constraints.Trigger(
                        deferred=False,
                        function="appointments_keep_inbound_text",
                        name="inbound_text_is_kept",
                        rest="FOR EACH ROW",
                        timing="BEFORE UPDATE OR DELETE",
                    ),
                ],
            },
        ),
    ]
