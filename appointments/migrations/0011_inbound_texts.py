"""Texts that came back, kept as they came: PostgreSQL takes each but once, and refuses their change. HELP has a text of its own."""

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
        ("appointments", "0010_messages_that_wait"),
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
        migrations.RemoveConstraint(
            model_name="messagetext",
            name="message_text_has_a_known_key",
        ),
        migrations.AlterField(
            model_name="messagetext",
            name="key",
            field=models.TextField(
                choices=[
                    ("confirmation", "confirmation"),
                    ("reminder", "reminder"),
                    ("preparation", "preparation"),
                    ("change", "change"),
                    ("cancellation", "cancellation"),
                    ("bring", "bring"),
                    ("slot_offer", "slot_offer"),
                    ("rebook", "rebook"),
                    ("aftercare", "aftercare"),
                    ("check_in", "check_in"),
                    ("review", "review"),
                    ("care", "care"),
                    ("look_again", "look_again"),
                    ("progress", "progress"),
                    ("next_step", "next_step"),
                    ("no_result", "no_result"),
                    ("step_1", "step_1"),
                    ("step_2", "step_2"),
                    ("step_3", "step_3"),
                    ("six_months", "six_months"),
                    ("newborn", "newborn"),
                    ("newborn_later", "newborn_later"),
                    ("recall", "recall"),
                    ("next_offer", "next_offer"),
                    ("opted_out", "opted_out"),
                    ("opted_in", "opted_in"),
                    ("help", "help"),
                    ("staff_expiry", "staff_expiry"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="messagetextevent",
            name="key",
            field=models.TextField(
                choices=[
                    ("confirmation", "confirmation"),
                    ("reminder", "reminder"),
                    ("preparation", "preparation"),
                    ("change", "change"),
                    ("cancellation", "cancellation"),
                    ("bring", "bring"),
                    ("slot_offer", "slot_offer"),
                    ("rebook", "rebook"),
                    ("aftercare", "aftercare"),
                    ("check_in", "check_in"),
                    ("review", "review"),
                    ("care", "care"),
                    ("look_again", "look_again"),
                    ("progress", "progress"),
                    ("next_step", "next_step"),
                    ("no_result", "no_result"),
                    ("step_1", "step_1"),
                    ("step_2", "step_2"),
                    ("step_3", "step_3"),
                    ("six_months", "six_months"),
                    ("newborn", "newborn"),
                    ("newborn_later", "newborn_later"),
                    ("recall", "recall"),
                    ("next_offer", "next_offer"),
                    ("opted_out", "opted_out"),
                    ("opted_in", "opted_in"),
                    ("help", "help"),
                    ("staff_expiry", "staff_expiry"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "key__in",
                        [
                            "confirmation",
                            "reminder",
                            "preparation",
                            "change",
                            "cancellation",
                            "bring",
                            "slot_offer",
                            "rebook",
                            "aftercare",
                            "check_in",
                            "review",
                            "care",
                            "look_again",
                            "progress",
                            "next_step",
                            "no_result",
                            "step_1",
                            "step_2",
                            "step_3",
                            "six_months",
                            "newborn",
                            "newborn_later",
                            "recall",
                            "next_offer",
                            "opted_out",
                            "opted_in",
                            "help",
                            "staff_expiry",
                        ],
                    )
                ),
                name="message_text_has_a_known_key",
            ),
        ),
    ]
