"""
The wordings of messages, as versions that nobody changes, and the links that messages carry.

A violation that a trigger finds carries the name of a constraint, as a table constraint would.
"""

import clinic.base
import clinic.constraints
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


FUNCTIONS = """
-- Beginnings of words in English and Spanish; appointments.policies.health_words has the same list, in the same order.
CREATE FUNCTION appointment_says_health(said text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(said COLLATE "pg_c_utf8") ~
    '\\m(?:\\w*derm|'
    'milia|milium|lesion|lesión|eyelid|párpado|parpado|peel|exfolia|laser|láser|extract|extracc|retino|tretin|'
    'diagnos|diagnós|skin|piel|lancet|needle|aguja|cryo|crio|cyst|quiste|acne|acné|comedo|face|facial|cara|eye|'
    'ojo|cheek|mejilla|treat|tratamiento|procedure|procedimiento|surg|cirug|doctor|physician|médic|medic|ophthal|'
    'oftalm|optom|pediatr|esthetic|aesthetic|estétic|estetic|nurse|enferm|patient|paciente|symptom|síntoma|'
    'sintoma|pregnan|embaraz|disease|illness|therap|terap|biops|tumor|cancer|cáncer|infec|lump|bump|wound|herida|'
    'allerg|alerg|prescri)'
$$;

CREATE FUNCTION appointment_keep_message_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'published texts stay as they are: publish a new version'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'published_text_is_never_changed', TABLE = TG_TABLE_NAME;
END $$;

-- What a link opens never changes, and once it has ended it stays so; only its time and the trace of its token are written anew.
CREATE FUNCTION appointment_keep_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (new.id, new.purpose, new.message_id, new.owner, new.text)
     IS DISTINCT FROM (old.id, old.purpose, old.message_id, old.owner, old.text)
     OR (old.used_at IS NOT NULL AND new.used_at IS DISTINCT FROM old.used_at)
     OR (old.revoked_at IS NOT NULL AND new.revoked_at IS DISTINCT FROM old.revoked_at) THEN
    RAISE EXCEPTION 'link % opens what it opens, and ends once', old.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'link_ends_once', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION appointment_keep_link();
DROP FUNCTION appointment_keep_message_text();
DROP FUNCTION appointment_says_health(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0008_messages_of_the_protocol"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="MessageText",
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
                    "key",
                    models.TextField(
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
                            ("staff_expiry", "staff_expiry"),
                        ]
                    ),
                ),
                ("channel", models.TextField(choices=[("email", "email"), ("sms", "sms"), ("portal", "portal")])),
                ("language", models.TextField(choices=[("en", "en"), ("es", "es")])),
                ("version", models.PositiveSmallIntegerField()),
                ("subject", models.TextField(blank=True)),
                ("body", models.TextField()),
                ("in_force_from", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MessageTextEvent",
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
                    "key",
                    models.TextField(
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
                            ("staff_expiry", "staff_expiry"),
                        ]
                    ),
                ),
                ("channel", models.TextField(choices=[("email", "email"), ("sms", "sms"), ("portal", "portal")])),
                ("language", models.TextField(choices=[("en", "en"), ("es", "es")])),
                ("version", models.PositiveSmallIntegerField()),
                ("subject", models.TextField(blank=True)),
                ("body", models.TextField()),
                ("in_force_from", models.DateTimeField()),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="appointments.messagetext",
                    ),
                ),
                (
                    "published_by",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Link",
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
                    "purpose",
                    models.TextField(
                        choices=[("visit", "visit"), ("check_in", "check_in"), ("offer", "offer"), ("guidance", "guidance")]
                    ),
                ),
                ("owner", models.UUIDField(blank=True, null=True)),
                ("text", models.TextField(blank=True)),
                ("digest", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="appointments.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["visit", "check_in", "offer", "guidance"])),
                        name="link_has_a_known_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("message__isnull", False), ("owner__isnull", True)),
                            models.Q(("message__isnull", True), ("owner__isnull", False)),
                            _connector="OR",
                        ),
                        name="link_is_of_a_message_or_of_something_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("purpose", "guidance"), models.Q(("text", ""), _negated=True)),
                            models.Q(models.Q(("purpose", "guidance"), _negated=True), ("text", "")),
                            _connector="OR",
                        ),
                        name="link_to_read_says_what",
                    ),
                    models.UniqueConstraint(fields=("digest",), name="token_opens_one_link"),
                    models.UniqueConstraint(fields=("message", "purpose"), name="message_has_one_link_for_a_purpose"),
                    models.UniqueConstraint(fields=("owner", "purpose"), name="owner_has_one_link_for_a_purpose"),
                    clinic.constraints.Trigger(
                        deferred=False,
                        function="appointment_keep_link",
                        name="link_ends_once",
                        rest="FOR EACH ROW",
                        timing="BEFORE UPDATE",
                    ),
                ],
            },
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
                            "staff_expiry",
                        ],
                    )
                ),
                name="message_text_has_a_known_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms", "portal"])), name="message_text_goes_by_a_known_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["en", "es"])), name="message_text_is_in_a_language_spoken_here"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="message_text_versions_begin_at_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="message_text_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "sms"), ("subject", "")),
                    models.Q(models.Q(("channel", "sms"), _negated=True), models.Q(("subject", ""), _negated=True)),
                    _connector="OR",
                ),
                name="only_a_text_message_has_no_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "sms"), _negated=True),
                    django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length("body"), 160),
                    _connector="OR",
                ),
                name="text_message_is_not_too_long",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Func(
                            models.F("subject"), function="appointment_says_health", output_field=models.BooleanField()
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Func(models.F("body"), function="appointment_says_health", output_field=models.BooleanField()),
                        _negated=True,
                    ),
                ),
                name="message_text_tells_nothing_about_health",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.UniqueConstraint(
                fields=("key", "channel", "language", "version"), name="message_text_version_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointment_keep_message_text",
                name="published_text_is_never_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointment_keep_message_text",
                name="published_texts_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagetext",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_messagetextevent" ("body", "channel", "id", "in_force_from", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_by_id", "subject", "version") VALUES (NEW."body", NEW."channel", NEW."id", NEW."in_force_from", NEW."key", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."published_by_id", NEW."subject", NEW."version"); RETURN NULL;',
                    hash="c20fadd5778aa4bc5f6128d8689b707c41cef854",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_97323",
                    table="appointments_messagetext",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagetext",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_messagetextevent" ("body", "channel", "id", "in_force_from", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_by_id", "subject", "version") VALUES (NEW."body", NEW."channel", NEW."id", NEW."in_force_from", NEW."key", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."published_by_id", NEW."subject", NEW."version"); RETURN NULL;',
                    hash="3ca5c0e22a09d27da726d26a9c554e2858dda8f0",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e3765",
                    table="appointments_messagetext",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagetext",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_messagetextevent" ("body", "channel", "id", "in_force_from", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_by_id", "subject", "version") VALUES (OLD."body", OLD."channel", OLD."id", OLD."in_force_from", OLD."key", OLD."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."published_by_id", OLD."subject", OLD."version"); RETURN NULL;',
                    hash="a006d2146f1327e8c103118e7ae11ceed71cc117",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8fd50",
                    table="appointments_messagetext",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetextevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="messagetext_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
