"""
The waitlist, and the holds behind its offers.

The database notes each time that a visit frees, in the transaction that frees it; and no offer stays open when its visit is
held no more. A violation carries the name of a constraint, as a table constraint would.
"""

import clinic.base
import clinic.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


FUNCTIONS = """
-- Time of a place or of a person that is free from now on; what a completed visit leaves has passed.
CREATE FUNCTION appointment_note_freed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept tstzmultirange := '{}';
BEGIN
  IF NOT appointment_is_live(old.status) OR new.status = 'completed' THEN
    RETURN NULL;
  END IF;
  IF appointment_is_live(new.status) AND old.site_id = new.site_id AND old.room_id = new.room_id
     AND (NOT appointment_is_staffed(old.status)
          OR (appointment_is_staffed(new.status) AND old.practitioner_id = new.practitioner_id)) THEN
    kept := tstzmultirange(new.blocked);
  END IF;
  INSERT INTO appointments_freedslot (site_id, during)
  SELECT old.site_id, freed FROM unnest(tstzmultirange(old.blocked) - kept) freed;
  RETURN NULL;
END $$;

CREATE FUNCTION appointment_guard_offer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  visit uuid;
BEGIN
  IF TG_TABLE_NAME = 'appointments_appointment' THEN
    visit := new.id;
  ELSE
    visit := new.appointment_id;
  END IF;
  IF EXISTS (
    SELECT FROM appointments_waitlistoffer o JOIN appointments_appointment v ON v.id = o.appointment_id
     WHERE o.appointment_id = visit AND o.state = 'offered' AND v.status <> 'held'
  ) THEN
    RAISE EXCEPTION 'visit % is offered, but not held', visit
      USING ERRCODE = 'check_violation', CONSTRAINT = 'open_offer_holds_its_visit', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION appointment_guard_offer();
DROP FUNCTION appointment_note_freed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0011_inbound_texts"),
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0006_duplicates"),
        ("treatments", "0003_plans_and_home_care"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="FreedSlot",
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
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="WaitlistEntry",
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
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("earliest", models.TimeField(blank=True, null=True)),
                ("latest", models.TimeField(blank=True, null=True)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("priority", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "waiting"),
                            ("offered", "offered"),
                            ("booked", "booked"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default="waiting",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "waitlist entries",
            },
        ),
        migrations.CreateModel(
            name="WaitlistEntryEvent",
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
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("earliest", models.TimeField(blank=True, null=True)),
                ("latest", models.TimeField(blank=True, null=True)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("priority", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "waiting"),
                            ("offered", "offered"),
                            ("booked", "booked"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default="waiting",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WaitlistItem",
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
                ("group", models.PositiveSmallIntegerField()),
                ("depth", models.TextField(blank=True, null=True)),
                ("minutes", models.PositiveIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WaitlistItemEvent",
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
                ("group", models.PositiveSmallIntegerField()),
                ("depth", models.TextField(blank=True, null=True)),
                ("minutes", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WaitlistOffer",
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
                ("offered_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="offered",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WaitlistOfferEvent",
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
                ("offered_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="offered",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="appointment",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(condition=models.Q(("status", "held")), fields=["held_until"], name="visit_held_until"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_appointmentevent" ("blocked", "booked_at", "booked_by_id", "cancel_reason", "currency", "decision", "devices", "during", "encounter_id", "held_until", "id", "needs_reassignment_since", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_starts", "price", "profession", "reassignment_reason", "revision", "room_id", "seat_id", "site_id", "status", "supervision", "supervisor_id", "supervisor_profession") VALUES (NEW."blocked", NEW."booked_at", NEW."booked_by_id", NEW."cancel_reason", NEW."currency", NEW."decision", NEW."devices", NEW."during", NEW."encounter_id", NEW."held_until", NEW."id", NEW."needs_reassignment_since", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."practitioner_id", NEW."previous_starts", NEW."price", NEW."profession", NEW."reassignment_reason", NEW."revision", NEW."room_id", NEW."seat_id", NEW."site_id", NEW."status", NEW."supervision", NEW."supervisor_id", NEW."supervisor_profession"); RETURN NULL;',
                    hash="3396307c854b5f5dc431fc87ddae7e9f2375cd60",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_30113",
                    table="appointments_appointment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_appointmentevent" ("blocked", "booked_at", "booked_by_id", "cancel_reason", "currency", "decision", "devices", "during", "encounter_id", "held_until", "id", "needs_reassignment_since", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_starts", "price", "profession", "reassignment_reason", "revision", "room_id", "seat_id", "site_id", "status", "supervision", "supervisor_id", "supervisor_profession") VALUES (NEW."blocked", NEW."booked_at", NEW."booked_by_id", NEW."cancel_reason", NEW."currency", NEW."decision", NEW."devices", NEW."during", NEW."encounter_id", NEW."held_until", NEW."id", NEW."needs_reassignment_since", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."practitioner_id", NEW."previous_starts", NEW."price", NEW."profession", NEW."reassignment_reason", NEW."revision", NEW."room_id", NEW."seat_id", NEW."site_id", NEW."status", NEW."supervision", NEW."supervisor_id", NEW."supervisor_profession"); RETURN NULL;',
                    hash="4b057bde68b2ce64b81a1231cc2be18156b5dcaa",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_34af4",
                    table="appointments_appointment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_appointmentevent" ("blocked", "booked_at", "booked_by_id", "cancel_reason", "currency", "decision", "devices", "during", "encounter_id", "held_until", "id", "needs_reassignment_since", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_starts", "price", "profession", "reassignment_reason", "revision", "room_id", "seat_id", "site_id", "status", "supervision", "supervisor_id", "supervisor_profession") VALUES (OLD."blocked", OLD."booked_at", OLD."booked_by_id", OLD."cancel_reason", OLD."currency", OLD."decision", OLD."devices", OLD."during", OLD."encounter_id", OLD."held_until", OLD."id", OLD."needs_reassignment_since", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."practitioner_id", OLD."previous_starts", OLD."price", OLD."profession", OLD."reassignment_reason", OLD."revision", OLD."room_id", OLD."seat_id", OLD."site_id", OLD."status", OLD."supervision", OLD."supervisor_id", OLD."supervisor_profession"); RETURN NULL;',
                    hash="1374621bb9ca58b368b501b23e03333ca041d02b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d64e7",
                    table="appointments_appointment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_until__isnull", False), ("status", "held")),
                    models.Q(models.Q(("status", "held"), _negated=True), ("held_until__isnull", True)),
                    _connector="OR",
                ),
                name="held_visit_says_until_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="appointment_note_freed",
                name="visit_frees_its_time",
                rest="FOR EACH ROW WHEN (old.status <> new.status OR (old.patient_id, old.site_id, old.practitioner_id, old.profession, old.room_id, old.devices, old.supervision, old.supervisor_id, old.supervisor_profession, old.seat_id, old.during, old.blocked, appointment_is_live(old.status), appointment_is_staffed(old.status)) IS DISTINCT FROM (new.patient_id, new.site_id, new.practitioner_id, new.profession, new.room_id, new.devices, new.supervision, new.supervisor_id, new.supervisor_profession, new.seat_id, new.during, new.blocked, appointment_is_live(new.status), appointment_is_staffed(new.status)))",
                timing="AFTER UPDATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=clinic.constraints.Trigger(
                deferred=True,
                function="appointment_guard_offer",
                name="held_visit_takes_its_offer_along",
                rest="FOR EACH ROW WHEN (old.status = 'held' AND new.status <> 'held')",
                timing="AFTER UPDATE",
            ),
        ),
        migrations.AddField(
            model_name="freedslot",
            name="site",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clinic.site"
            ),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="created_by",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="order",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="treatments.treatmentorder",
            ),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="waitlist_entries", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="practitioner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="site",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"
            ),
        ),
        migrations.AddField(
            model_name="waitlistentryevent",
            name="created_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="waitlistentryevent",
            name="order",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.treatmentorder",
            ),
        ),
        migrations.AddField(
            model_name="waitlistentryevent",
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
            model_name="waitlistentryevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="appointments.waitlistentry",
            ),
        ),
        migrations.AddField(
            model_name="waitlistentryevent",
            name="practitioner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="waitlistentryevent",
            name="site",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.site",
            ),
        ),
        migrations.AddField(
            model_name="waitlistitem",
            name="body_site",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.bodysite",
            ),
        ),
        migrations.AddField(
            model_name="waitlistitem",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="appointments.waitlistentry"
            ),
        ),
        migrations.AddField(
            model_name="waitlistitem",
            name="lesion",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.lesion"
            ),
        ),
        migrations.AddField(
            model_name="waitlistitem",
            name="patient",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="waitlistitem",
            name="treatment",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="treatments.treatment"
            ),
        ),
        migrations.AddField(
            model_name="waitlistitemevent",
            name="body_site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.bodysite",
            ),
        ),
        migrations.AddField(
            model_name="waitlistitemevent",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="appointments.waitlistentry",
            ),
        ),
        migrations.AddField(
            model_name="waitlistitemevent",
            name="lesion",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.lesion",
            ),
        ),
        migrations.AddField(
            model_name="waitlistitemevent",
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
            model_name="waitlistitemevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="appointments.waitlistitem",
            ),
        ),
        migrations.AddField(
            model_name="waitlistitemevent",
            name="treatment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.treatment",
            ),
        ),
        migrations.AddField(
            model_name="waitlistoffer",
            name="appointment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="offer", to="appointments.appointment"
            ),
        ),
        migrations.AddField(
            model_name="waitlistoffer",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="appointments.waitlistentry"
            ),
        ),
        migrations.AddField(
            model_name="waitlistoffer",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="waitlist_offers", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="waitlistofferevent",
            name="appointment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="appointments.appointment",
            ),
        ),
        migrations.AddField(
            model_name="waitlistofferevent",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="appointments.waitlistentry",
            ),
        ),
        migrations.AddField(
            model_name="waitlistofferevent",
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
            model_name="waitlistofferevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="appointments.waitlistoffer",
            ),
        ),
        migrations.AddConstraint(
            model_name="freedslot",
            constraint=models.CheckConstraint(condition=models.Q(("during__isempty", False)), name="freed_time_lasts"),
        ),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(
                models.F("site"),
                models.OrderBy(models.F("priority"), descending=True),
                models.F("created_at"),
                models.F("id"),
                condition=models.Q(("state", "waiting")),
                name="waitlist_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "offered", "booked", "withdrawn", "expired"])),
                name="waitlist_entry_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_on__lte", models.F("last_on"))), name="waitlist_days_are_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("earliest__isnull", True), ("latest__isnull", True), ("earliest__lt", models.F("latest")), _connector="OR"
                ),
                name="waitlist_hours_are_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekdays__contained_by", [1, 2, 3, 4, 5, 6, 7])), name="waitlist_weekdays_are_of_a_week"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(condition=models.Q(("priority__lte", 9)), name="waitlist_priority_is_a_digit"),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["waiting", "offered"])),
                    models.Q(models.Q(("state__in", ["waiting", "offered"]), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="waitlist_entry_that_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="waitlist_entry_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("order", "patient"),
                name="waitlist_order_is_of_the_patient",
                to="treatments.TreatmentOrder",
                to_fields=("id", "patient"),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistentry",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_waitlistentryevent" ("created_at", "created_by_id", "earliest", "ended_at", "first_on", "id", "last_on", "latest", "order_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "priority", "site_id", "state", "weekdays") VALUES (NEW."created_at", NEW."created_by_id", NEW."earliest", NEW."ended_at", NEW."first_on", NEW."id", NEW."last_on", NEW."latest", NEW."order_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."practitioner_id", NEW."priority", NEW."site_id", NEW."state", NEW."weekdays"); RETURN NULL;',
                    hash="fc08e85487523e5cf8a081b0f382fd6449a87656",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c3704",
                    table="appointments_waitlistentry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistentry",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_waitlistentryevent" ("created_at", "created_by_id", "earliest", "ended_at", "first_on", "id", "last_on", "latest", "order_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "priority", "site_id", "state", "weekdays") VALUES (NEW."created_at", NEW."created_by_id", NEW."earliest", NEW."ended_at", NEW."first_on", NEW."id", NEW."last_on", NEW."latest", NEW."order_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."practitioner_id", NEW."priority", NEW."site_id", NEW."state", NEW."weekdays"); RETURN NULL;',
                    hash="bdff4e693c3dd7a4f6a9496fbcfac95c1871091b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9ab96",
                    table="appointments_waitlistentry",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistentry",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_waitlistentryevent" ("created_at", "created_by_id", "earliest", "ended_at", "first_on", "id", "last_on", "latest", "order_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "priority", "site_id", "state", "weekdays") VALUES (OLD."created_at", OLD."created_by_id", OLD."earliest", OLD."ended_at", OLD."first_on", OLD."id", OLD."last_on", OLD."latest", OLD."order_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."practitioner_id", OLD."priority", OLD."site_id", OLD."state", OLD."weekdays"); RETURN NULL;',
                    hash="2da0cdea7fb291f619fc5d3132a40a47014451fa",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8b638",
                    table="appointments_waitlistentry",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentryevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="waitlistentry_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("lesion__isnull", True), ("body_site__isnull", True), _connector="OR"),
                name="waitlist_item_is_of_a_lesion_or_of_a_body_site",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistitem",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("entry", "patient"),
                name="waitlist_item_is_for_the_patient_of_its_entry",
                to="appointments.WaitlistEntry",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistitem",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="waitlist_item_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_waitlistitemevent" ("body_site_id", "depth", "entry_id", "group", "id", "lesion_id", "minutes", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "treatment_id") VALUES (NEW."body_site_id", NEW."depth", NEW."entry_id", NEW."group", NEW."id", NEW."lesion_id", NEW."minutes", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."treatment_id"); RETURN NULL;',
                    hash="ffd7b11dd00005658c787092fb85930527090f11",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7de6c",
                    table="appointments_waitlistitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_waitlistitemevent" ("body_site_id", "depth", "entry_id", "group", "id", "lesion_id", "minutes", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "treatment_id") VALUES (NEW."body_site_id", NEW."depth", NEW."entry_id", NEW."group", NEW."id", NEW."lesion_id", NEW."minutes", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."treatment_id"); RETURN NULL;',
                    hash="3b4cd1efe06199446e3cfd10424b1946ed023c66",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7cfa9",
                    table="appointments_waitlistitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistitem",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_waitlistitemevent" ("body_site_id", "depth", "entry_id", "group", "id", "lesion_id", "minutes", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "treatment_id") VALUES (OLD."body_site_id", OLD."depth", OLD."entry_id", OLD."group", OLD."id", OLD."lesion_id", OLD."minutes", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."treatment_id"); RETURN NULL;',
                    hash="e32c2b17210d20324af52bd7da8f8c97704ace0c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1f8af",
                    table="appointments_waitlistitem",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistitemevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="waitlistitem_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["offered", "accepted", "declined", "expired", "withdrawn"])),
                name="waitlist_offer_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("offered_at"))), name="waitlist_offer_lasts_beyond_its_making"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "offered")),
                    models.Q(models.Q(("state", "offered"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="waitlist_offer_that_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "offered")), fields=("entry",), name="waitlist_entry_has_one_open_offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("entry", "patient"),
                name="waitlist_offer_is_for_the_patient_who_waits",
                to="appointments.WaitlistEntry",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("appointment", "patient"),
                name="waitlist_offer_is_of_a_visit_of_the_patient",
                to="appointments.Appointment",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=clinic.constraints.Trigger(
                deferred=True,
                function="appointment_guard_offer",
                name="open_offer_holds_its_visit",
                rest="FOR EACH ROW",
                timing="AFTER INSERT OR UPDATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistoffer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_waitlistofferevent" ("appointment_id", "ended_at", "entry_id", "expires_at", "id", "offered_at", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."appointment_id", NEW."ended_at", NEW."entry_id", NEW."expires_at", NEW."id", NEW."offered_at", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="3f86a9c08f48726d0428e652bde60b6d33f128ae",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e24d8",
                    table="appointments_waitlistoffer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistoffer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_waitlistofferevent" ("appointment_id", "ended_at", "entry_id", "expires_at", "id", "offered_at", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."appointment_id", NEW."ended_at", NEW."entry_id", NEW."expires_at", NEW."id", NEW."offered_at", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="f2702ee7067a132c73fc0a5613251bed0c6ff98a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bf25b",
                    table="appointments_waitlistoffer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistoffer",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_waitlistofferevent" ("appointment_id", "ended_at", "entry_id", "expires_at", "id", "offered_at", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (OLD."appointment_id", OLD."ended_at", OLD."entry_id", OLD."expires_at", OLD."id", OLD."offered_at", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."state"); RETURN NULL;',
                    hash="ba7c73491adb27b3ada0be02f8a38a1bd20ac1d5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_65062",
                    table="appointments_waitlistoffer",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistofferevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="waitlistoffer_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
