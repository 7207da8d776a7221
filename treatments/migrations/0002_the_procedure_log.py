"""
The procedure log and its incidents: what is signed is kept by PostgreSQL as it was signed, and was lawful when it was done.

A violation carries the name of a constraint, as a table constraint would.
"""

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
-- The deepest of these depths that a lancet went or a lesion lies; what nobody knows counts as dermal, as do no words at all.
CREATE FUNCTION procedure_deepest(VARIADIC told text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (ARRAY['stratum_corneum', 'epidermal', 'dermal'])[coalesce(
    (SELECT max(CASE t WHEN 'stratum_corneum' THEN 1 WHEN 'epidermal' THEN 2 ELSE 3 END)
       FROM unnest(told) t WHERE t <> ''), 3)];

-- All that was done by one item, as act/depth@region: from the catalogue and the chart, whatever the row says of itself.
CREATE FUNCTION procedure_scopes(wanted uuid) RETURNS text[] LANGUAGE sql STABLE AS $$
  WITH item AS (SELECT * FROM treatments_procedureitem WHERE id = wanted),
  reached AS (SELECT array_agg(o.reached) AS depths FROM treatments_procedureoutcome o WHERE o.item_id = wanted),
  place AS (
    SELECT l.authority_region AS region, l.depth
      FROM treatments_procedureoutcome o JOIN patients_lesion l ON l.id = o.lesion_id WHERE o.item_id = wanted
    UNION ALL
    SELECT coalesce(b.authority_region, 'eyelid'), ''
      FROM item i LEFT JOIN patients_bodysite b ON b.id = i.body_site_id
     WHERE NOT EXISTS (SELECT FROM treatments_procedureoutcome o WHERE o.item_id = wanted))
  SELECT array_agg(DISTINCT a.act || '/' || a.depth || '@' || p.region)
    FROM item i JOIN treatments_treatmentact a ON a.treatment_id = i.treatment_id CROSS JOIN place p CROSS JOIN reached r
   WHERE a.act <> 'lancet_extraction'
      OR a.depth = procedure_deepest(VARIADIC array_cat(ARRAY[p.depth, i.reached], r.depths))
$$;

CREATE FUNCTION procedure_is_drafted_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'procedure % begins as a draft, and is signed with all that it holds', new.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'procedure_is_drafted_first', TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION procedure_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_procedure_is_not_changed', TABLE = TG_TABLE_NAME;
END $$;

-- A draft is never lost; what is signed takes the second signature of its supervisor once, and no other change.
CREATE FUNCTION procedure_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  cosignature text[] := ARRAY['cosigned_by_id', 'cosigned_at'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'procedure % is kept', old.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'procedure_is_kept', TABLE = TG_TABLE_NAME;
  ELSIF old.status = 'signed' AND NOT patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) AND NOT (
    old.cosigned_at IS NULL AND new.cosigned_at IS NOT NULL
    AND to_jsonb(new) - cosignature = to_jsonb(old) - cosignature
  ) THEN
    RAISE EXCEPTION 'procedure % is signed: it takes addenda, no changes', old.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_procedure_is_not_changed', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION procedure_keeps_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  concerned uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    concerned := ARRAY[new.procedure_id];
  ELSIF TG_OP = 'DELETE' THEN
    concerned := ARRAY[old.procedure_id];
  ELSE
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
    concerned := ARRAY[old.procedure_id, new.procedure_id];
  END IF;
  -- A signature in flight must be waited for, hence FOR SHARE.
  PERFORM FROM treatments_procedure WHERE id = ANY (concerned) FOR SHARE;
  IF EXISTS (SELECT FROM treatments_procedure WHERE id = ANY (concerned) AND status = 'signed') THEN
    IF TG_OP = 'INSERT' AND TG_TABLE_NAME = 'treatments_complication' THEN
      -- One that was seen later is told by an addendum, in the transaction that signs it.
      IF EXISTS (SELECT FROM treatments_addendumevent e
                  WHERE e.pgh_obj_id = new.addendum_id AND e.pgh_created_at = now()) THEN
        RETURN new;
      END IF;
    END IF;
    RAISE EXCEPTION '% of a signed procedure is not changed', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_procedure_is_not_changed', TABLE = TG_TABLE_NAME;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN old;
  END IF;
  RETURN new;
END $$;

-- One scope over the whole time of the work: the performer's privilege, and a supervisor where it asks for one.
CREATE FUNCTION procedure_require_authority(log treatments_procedure, wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  worked tstzrange := tstzrange(log.performed_at, log.ended_at);
  level text;
  broken text;
BEGIN
  SELECT p.supervision INTO level FROM clinic_privilege p
   WHERE p.practitioner_id = log.performed_by_id AND p.site_id = log.site_id AND p.profession = log.profession
     AND p.scope = wanted AND p.valid && worked
   GROUP BY p.supervision HAVING range_agg(p.valid) @> worked
   ORDER BY array_position(ARRAY['none', 'general', 'direct', 'personal'], p.supervision) LIMIT 1;
  IF level IS NULL THEN
    broken := 'logged_performer_is_privileged';
  ELSIF level = 'none' THEN
    RETURN;
  ELSIF log.supervisor_id IS NULL OR array_position(ARRAY['none', 'general', 'direct', 'personal'], log.supervision) < array_position(ARRAY['none', 'general', 'direct', 'personal'], level) THEN
    broken := 'logged_work_is_supervised';
  ELSIF NOT EXISTS (
    SELECT FROM clinic_supervisioncover c
     WHERE c.supervisor_id = log.supervisor_id AND c.practitioner_id = log.performed_by_id AND c.site_id = log.site_id
       AND c.scope = wanted AND c.supervision = level HAVING range_agg(c.valid) @> worked
  ) THEN
    broken := 'logged_supervisor_has_agreed';
  ELSIF NOT EXISTS (
    SELECT FROM clinic_privilege p
     WHERE p.practitioner_id = log.supervisor_id AND p.site_id = log.site_id AND p.profession = log.supervisor_profession
       AND p.profession IN ('dermatologist', 'ophthalmologist', 'physician_other')
       AND p.scope = wanted AND p.supervision = 'none' HAVING range_agg(p.valid) @> worked
  ) THEN
    broken := 'logged_supervisor_is_privileged';
  ELSIF level IN ('direct', 'personal') AND NOT EXISTS (
    SELECT FROM clinic_shift s WHERE s.practitioner_id = log.supervisor_id AND s.site_id = log.site_id
    HAVING range_agg(s.during) @> worked
  ) THEN
    broken := 'logged_supervisor_is_on_site';
  END IF;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'procedure % was not lawful: % (%)', log.id, broken, wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = 'treatments_procedure';
  END IF;
END $$;

CREATE FUNCTION procedure_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken text;
  wanted text;
BEGIN
  broken := CASE
    WHEN NOT EXISTS (SELECT FROM treatments_procedureitem WHERE procedure_id = new.id) THEN 'procedure_has_an_item'
    WHEN EXISTS (SELECT FROM treatments_procedureoutcome WHERE procedure_id = new.id AND result = '')
      THEN 'logged_lesion_has_its_result'
    WHEN EXISTS (
      SELECT FROM treatments_procedureitem i WHERE i.procedure_id = new.id AND i.act = 'lancet_extraction' AND NOT (
        EXISTS (SELECT FROM treatments_procedureoutcome o WHERE o.item_id = i.id)
        AND coalesce(i.cleansed AND i.sterile AND i.single_use AND i.sharps_disposed_at IS NOT NULL, false)))
      THEN 'logged_lancet_was_sterile_and_disposed_of'
    WHEN EXISTS (
      SELECT FROM treatments_procedureitem i WHERE i.procedure_id = new.id
         AND (SELECT coalesce(array_agg(s ORDER BY s), '{}') FROM unnest(i.scopes) s)
             IS DISTINCT FROM (SELECT array_agg(s ORDER BY s) FROM unnest(procedure_scopes(i.id)) s))
      THEN 'logged_scope_is_what_was_done'
  END;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'procedure % cannot be signed: %', new.id, broken
      USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME;
  END IF;
  FOR wanted IN
    SELECT DISTINCT s FROM treatments_procedureitem i CROSS JOIN unnest(i.scopes) s WHERE i.procedure_id = new.id
  LOOP
    PERFORM procedure_require_authority(new, wanted);
  END LOOP;
  RETURN new;
END $$;

CREATE FUNCTION addendum_is_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM treatments_procedure WHERE id = new.procedure_id AND status = 'signed') THEN
    RAISE EXCEPTION 'procedure % is a draft: it is edited, not amended', new.procedure_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'addendum_is_to_a_signed_procedure', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION addendum_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION '% is signed and kept', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'addendum_is_kept', TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION incident_is_reported_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.status <> 'open' THEN
    RAISE EXCEPTION 'incident % is reported before it is reviewed', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_is_reported_first', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

-- What was reported stays as it was told; a review follows, and then its end.
CREATE FUNCTION incident_follows_its_course() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  written text[] := ARRAY['status'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
    IF old.status = 'open' AND new.status = 'reviewed' THEN
      written := written || ARRAY['finding', 'measures', 'reviewed_by_id', 'reviewed_at'];
    ELSIF old.status = 'reviewed' AND new.status = 'closed' THEN
      written := written || ARRAY['measures', 'closed_by_id', 'closed_at'];
    ELSE
      written := NULL;
    END IF;
    IF written IS NOT NULL AND to_jsonb(new) - written = to_jsonb(old) - written THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'incident % is kept as it was told, reviewed and closed', old.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_follows_its_course', TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION incident_lesion_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM treatments_incident WHERE id = new.incident_id AND status = 'open') THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'the lesions of an incident are named with its report'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_follows_its_course', TABLE = TG_TABLE_NAME;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION incident_lesion_is_kept();
DROP FUNCTION incident_follows_its_course();
DROP FUNCTION incident_is_reported_first();
DROP FUNCTION addendum_is_kept();
DROP FUNCTION addendum_is_added();
DROP FUNCTION procedure_is_lawful();
DROP FUNCTION procedure_require_authority(treatments_procedure, text);
DROP FUNCTION procedure_keeps_signed();
DROP FUNCTION procedure_is_kept();
DROP FUNCTION procedure_is_never_emptied();
DROP FUNCTION procedure_is_drafted_first();
DROP FUNCTION procedure_scopes(uuid);
DROP FUNCTION procedure_deepest(text[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0003_consents"),
        ("treatments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Addendum",
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
                ("text", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "addenda",
            },
        ),
        migrations.CreateModel(
            name="AddendumEvent",
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
                ("text", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Complication",
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
                ("kind", models.SlugField()),
                (
                    "severity",
                    models.TextField(
                        choices=[("mild", "mild"), ("moderate", "moderate"), ("severe", "severe")], default="mild"
                    ),
                ),
                ("note", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="ComplicationEvent",
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
                ("kind", models.SlugField(db_index=False)),
                (
                    "severity",
                    models.TextField(
                        choices=[("mild", "mild"), ("moderate", "moderate"), ("severe", "severe")], default="mild"
                    ),
                ),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Incident",
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
                ("kind", models.SlugField()),
                ("what_happened", models.TextField()),
                ("reported_at", models.DateTimeField()),
                (
                    "status",
                    models.TextField(
                        choices=[("open", "open"), ("reviewed", "reviewed"), ("closed", "closed")], default="open"
                    ),
                ),
                ("finding", models.TextField(blank=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("measures", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="IncidentEvent",
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
                ("kind", models.SlugField(db_index=False)),
                ("what_happened", models.TextField()),
                ("reported_at", models.DateTimeField()),
                (
                    "status",
                    models.TextField(
                        choices=[("open", "open"), ("reviewed", "reviewed"), ("closed", "closed")], default="open"
                    ),
                ),
                ("finding", models.TextField(blank=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("measures", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IncidentLesion",
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
            ],
        ),
        migrations.CreateModel(
            name="IncidentLesionEvent",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Procedure",
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
                ("profession", models.TextField(blank=True)),
                ("supervision", models.TextField(default="none")),
                ("supervisor_profession", models.TextField(blank=True)),
                ("performed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("status", models.TextField(choices=[("draft", "draft"), ("signed", "signed")], default="draft")),
                ("drafted_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("cosign_due_at", models.DateTimeField(blank=True, null=True)),
                ("cosigned_at", models.DateTimeField(blank=True, null=True)),
                (
                    "anaesthesia",
                    models.TextField(choices=[("none", "none"), ("topical", "topical"), ("local", "local")], default="none"),
                ),
                ("downtime_days", models.PositiveSmallIntegerField(default=0)),
                ("aftercare", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("decision", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ProcedureEvent",
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
                ("profession", models.TextField(blank=True)),
                ("supervision", models.TextField(default="none")),
                ("supervisor_profession", models.TextField(blank=True)),
                ("performed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("status", models.TextField(choices=[("draft", "draft"), ("signed", "signed")], default="draft")),
                ("drafted_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("cosign_due_at", models.DateTimeField(blank=True, null=True)),
                ("cosigned_at", models.DateTimeField(blank=True, null=True)),
                (
                    "anaesthesia",
                    models.TextField(choices=[("none", "none"), ("topical", "topical"), ("local", "local")], default="none"),
                ),
                ("downtime_days", models.PositiveSmallIntegerField(default=0)),
                ("aftercare", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("decision", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProcedureItem",
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
                ("number", models.PositiveSmallIntegerField()),
                ("act", models.TextField()),
                ("depth", models.TextField()),
                ("region", models.TextField()),
                ("reached", models.TextField(blank=True)),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("cleansed", models.BooleanField(blank=True, null=True)),
                ("sterile", models.BooleanField(blank=True, null=True)),
                ("single_use", models.BooleanField(blank=True, null=True)),
                ("sharps_disposed_at", models.DateTimeField(blank=True, null=True)),
                ("instruments", models.JSONField(blank=True, default=list)),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("note", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProcedureItemEvent",
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
                ("number", models.PositiveSmallIntegerField()),
                ("act", models.TextField()),
                ("depth", models.TextField()),
                ("region", models.TextField()),
                ("reached", models.TextField(blank=True)),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("cleansed", models.BooleanField(blank=True, null=True)),
                ("sterile", models.BooleanField(blank=True, null=True)),
                ("single_use", models.BooleanField(blank=True, null=True)),
                ("sharps_disposed_at", models.DateTimeField(blank=True, null=True)),
                ("instruments", models.JSONField(blank=True, default=list)),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProcedureOutcome",
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
                ("result", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("seconds", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reached", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProcedureOutcomeEvent",
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
                ("result", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("seconds", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reached", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="encounter",
            name="begun",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="encounter",
            name="plan",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="encounterevent",
            name="begun",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="encounterevent",
            name="plan",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="addendum",
            name="patient",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="signed_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"),
        ),
        migrations.AddField(
            model_name="addendumevent",
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
            model_name="addendumevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.addendum",
            ),
        ),
        migrations.AddField(
            model_name="addendumevent",
            name="signed_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="complication",
            name="addendum",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complications",
                to="treatments.addendum",
            ),
        ),
        migrations.AddField(
            model_name="complication",
            name="lesion",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complications",
                to="patients.lesion",
            ),
        ),
        migrations.AddField(
            model_name="complication",
            name="patient",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="complicationevent",
            name="addendum",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.addendum",
            ),
        ),
        migrations.AddField(
            model_name="complicationevent",
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
            model_name="complicationevent",
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
            model_name="complicationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.complication",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="encounter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="incidents", to="treatments.encounter"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="incidents", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="reported_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="incident",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
        ),
        migrations.AddField(
            model_name="incidentevent",
            name="closed_by",
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
        migrations.AddField(
            model_name="incidentevent",
            name="encounter",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.encounter",
            ),
        ),
        migrations.AddField(
            model_name="incidentevent",
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
            model_name="incidentevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.incident",
            ),
        ),
        migrations.AddField(
            model_name="incidentevent",
            name="reported_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incidentevent",
            name="reviewed_by",
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
        migrations.AddField(
            model_name="incidentevent",
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
            model_name="incidentlesion",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="concerned", to="treatments.incident"
            ),
        ),
        migrations.AddField(
            model_name="incidentlesion",
            name="lesion",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.lesion"),
        ),
        migrations.AddField(
            model_name="incidentlesion",
            name="patient",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="incidentlesionevent",
            name="incident",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.incident",
            ),
        ),
        migrations.AddField(
            model_name="incidentlesionevent",
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
            model_name="incidentlesionevent",
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
            model_name="incidentlesionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.incidentlesion",
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="cosigned_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="drafted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="encounter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="procedures", to="treatments.encounter"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="procedures", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="performed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="procedures", to="clinic.practitioner"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="signed_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
        ),
        migrations.AddField(
            model_name="procedure",
            name="supervisor",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"
            ),
        ),
        migrations.AddField(
            model_name="incidentevent",
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
            model_name="incident",
            name="procedure",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incidents",
                to="treatments.procedure",
            ),
        ),
        migrations.AddField(
            model_name="complicationevent",
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
            model_name="complication",
            name="procedure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="complications", to="treatments.procedure"
            ),
        ),
        migrations.AddField(
            model_name="addendumevent",
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
            model_name="addendum",
            name="procedure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="addenda", to="treatments.procedure"
            ),
        ),
        migrations.AddField(
            model_name="procedureevent",
            name="cosigned_by",
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
            model_name="procedureevent",
            name="drafted_by",
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
        migrations.AddField(
            model_name="procedureevent",
            name="encounter",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.encounter",
            ),
        ),
        migrations.AddField(
            model_name="procedureevent",
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
            model_name="procedureevent",
            name="performed_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="procedureevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.procedure",
            ),
        ),
        migrations.AddField(
            model_name="procedureevent",
            name="signed_by",
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
            model_name="procedureevent",
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
            model_name="procedureevent",
            name="supervisor",
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
            model_name="procedureitem",
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
            model_name="procedureitem",
            name="patient",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="procedureitem",
            name="procedure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="treatments.procedure"
            ),
        ),
        migrations.AddField(
            model_name="procedureitem",
            name="sharps_disposed_by",
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
            model_name="procedureitem",
            name="treatment",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="treatments.treatment"),
        ),
        migrations.AddField(
            model_name="procedureitemevent",
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
            model_name="procedureitemevent",
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
            model_name="procedureitemevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.procedureitem",
            ),
        ),
        migrations.AddField(
            model_name="procedureitemevent",
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
            model_name="procedureitemevent",
            name="sharps_disposed_by",
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
            model_name="procedureitemevent",
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
            model_name="procedureoutcome",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="treatments.procedureitem"
            ),
        ),
        migrations.AddField(
            model_name="procedureoutcome",
            name="lesion",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="outcomes", to="patients.lesion"),
        ),
        migrations.AddField(
            model_name="procedureoutcome",
            name="patient",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="procedureoutcome",
            name="procedure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="treatments.procedure"
            ),
        ),
        migrations.AddField(
            model_name="procedureoutcomeevent",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.procedureitem",
            ),
        ),
        migrations.AddField(
            model_name="procedureoutcomeevent",
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
            model_name="procedureoutcomeevent",
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
            model_name="procedureoutcomeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="treatments.procedureoutcome",
            ),
        ),
        migrations.AddField(
            model_name="procedureoutcomeevent",
            name="procedure",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="treatments.procedure",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddIndex(
            model_name="procedure",
            index=models.Index(fields=["patient", "performed_at"], name="procedure_by_patient"),
        ),
        migrations.AddIndex(
            model_name="procedure",
            index=models.Index(
                condition=models.Q(("cosign_due_at__isnull", False), ("cosigned_at__isnull", True)),
                fields=["cosign_due_at"],
                name="procedure_to_cosign",
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.UniqueConstraint(fields=("id", "patient", "site"), name="encounter_key"),
        ),
        migrations.AddConstraint(
            model_name="incidentlesion",
            constraint=models.UniqueConstraint(fields=("incident", "lesion"), name="incident_names_a_lesion_once"),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "signed"])), name="procedure_has_a_known_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("anaesthesia__in", ["none", "topical", "local"])), name="procedure_has_a_known_anaesthesia"
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("supervision__in", ["none", "general", "direct", "personal"])),
                name="procedure_has_a_known_level_of_supervision",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gt", models.F("performed_at"))), name="procedure_takes_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", True), ("signed_by__isnull", True), ("status", "draft")),
                    models.Q(
                        ("signed_at__isnull", False),
                        ("signed_by", models.F("performed_by")),
                        ("status", "signed"),
                        models.Q(("profession", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="procedure_is_signed_by_its_performer",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cosign_due_at__isnull", True), ("cosigned_by__isnull", True), ("status", "draft")),
                    models.Q(
                        ("cosign_due_at__isnull", True),
                        ("status", "signed"),
                        ("supervision", "none"),
                        ("supervisor__isnull", True),
                    ),
                    models.Q(
                        ("cosign_due_at__isnull", False),
                        ("status", "signed"),
                        ("supervisor__isnull", False),
                        models.Q(("supervision", "none"), _negated=True),
                        models.Q(("supervisor_profession", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="supervised_procedure_awaits_its_supervisor",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supervisor__isnull", True),
                    models.Q(("supervisor", models.F("performed_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_supervises_their_own_procedure",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cosigned_at__isnull", True), ("cosigned_by__isnull", True)),
                    models.Q(
                        ("cosigned_at__isnull", False), ("cosigned_by", models.F("supervisor")), ("supervisor__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="procedure_is_cosigned_by_its_supervisor",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="procedure_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "reviewed", "closed"])), name="incident_has_a_known_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("what_happened", ""), _negated=True), models.Q(("kind", ""), _negated=True)),
                name="incident_says_what_happened",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_at__isnull", True), ("reviewed_by__isnull", True), ("status", "open")),
                    models.Q(
                        models.Q(("status", "open"), _negated=True),
                        models.Q(("finding", ""), _negated=True),
                        models.Q(("reviewed_by", models.F("reported_by")), _negated=True),
                        ("reviewed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="incident_is_reviewed_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("status", "closed"), _negated=True), ("closed_at__isnull", True), ("closed_by__isnull", True)
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("status", "closed"),
                        models.Q(("measures", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="incident_is_closed_with_measures",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="incident_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ["mild", "moderate", "severe"])), name="complication_has_a_known_severity"
            ),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=models.CheckConstraint(condition=models.Q(("kind", ""), _negated=True), name="complication_has_a_kind"),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="addendum_says_something"),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.UniqueConstraint(fields=("id", "procedure"), name="addendum_procedure_key"),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "act__in",
                        [
                            "lancet_extraction",
                            "comedone_extraction",
                            "chemical_peel",
                            "microdermabrasion",
                            "laser_resurfacing",
                            "radiofrequency",
                            "diagnose_lesion",
                            "consult_free",
                            "skin_analysis",
                            "home_care_plan",
                            "prescribe_topical_retinoid",
                            "post_procedure_review",
                        ],
                    )
                ),
                name="procedure_item_has_a_known_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "depth__in",
                        ["none", "stratum_corneum", "epidermal", "superficial", "medium", "dermal", "deep", "ablative"],
                    )
                ),
                name="procedure_item_has_a_known_depth",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("region__in", ["eyelid", "periocular", "face", "body"])),
                name="procedure_item_has_a_known_region",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("reached__in", ["", "stratum_corneum", "epidermal", "dermal"])),
                name="procedure_item_reached_a_known_depth",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=models.UniqueConstraint(fields=("procedure", "number"), name="procedure_item_number_key"),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=models.UniqueConstraint(fields=("id", "procedure", "patient"), name="procedure_item_key"),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["", "complete", "partial", "not_expressed", "not_done"])),
                name="outcome_has_a_known_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("reached__in", ["", "stratum_corneum", "epidermal", "dermal"])),
                name="outcome_reached_a_known_depth",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("result", "not_done"), _negated=True),
                    models.Q(("attempts", 0), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="what_was_not_done_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=models.UniqueConstraint(fields=("item", "lesion"), name="outcome_is_told_once"),
        ),
        migrations.AddConstraint(
            model_name="incidentlesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="concerned_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentlesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("incident", "patient"),
                name="concerned_lesion_is_of_its_incident",
                to="treatments.Incident",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("encounter", "patient", "site"),
                name="procedure_is_of_its_encounter",
                to="treatments.Encounter",
                to_fields=("id", "patient", "site"),
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("encounter", "patient", "site"),
                name="incident_is_of_its_encounter",
                to="treatments.Encounter",
                to_fields=("id", "patient", "site"),
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="incident_is_about_a_procedure_of_the_patient",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="complication_is_for_the_patient_of_its_procedure",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("addendum", "procedure"),
                name="complication_is_told_by_its_addendum",
                to="treatments.Addendum",
                to_fields=("id", "procedure"),
            ),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="complicated_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="addendum_is_for_the_patient_of_its_procedure",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("procedure", "patient"),
                name="procedure_item_is_for_the_patient_of_its_procedure",
                to="treatments.Procedure",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("treatment", "act", "depth"),
                name="logged_act_is_of_its_treatment",
                to="treatments.TreatmentAct",
                to_fields=("treatment", "act", "depth"),
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("item", "procedure", "patient"),
                name="outcome_is_of_its_item",
                to="treatments.ProcedureItem",
                to_fields=("id", "procedure", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="logged_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="encounter",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="encounter",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="encounter",
            name="delete_delete",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="encounter",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_encounterevent" ("begun", "ended_at", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "practitioner_id", "site_id", "started_at", "status") VALUES (NEW."begun", NEW."ended_at", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan", NEW."practitioner_id", NEW."site_id", NEW."started_at", NEW."status"); RETURN NULL;',
                    hash="e3d885f453457d310218c1f5646474c45e381abe",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_db857",
                    table="treatments_encounter",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="encounter",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_encounterevent" ("begun", "ended_at", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "practitioner_id", "site_id", "started_at", "status") VALUES (NEW."begun", NEW."ended_at", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan", NEW."practitioner_id", NEW."site_id", NEW."started_at", NEW."status"); RETURN NULL;',
                    hash="bbbd8f2989bdd5107d3a0290f56795538ff0be5f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_accdd",
                    table="treatments_encounter",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="encounter",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_encounterevent" ("begun", "ended_at", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "practitioner_id", "site_id", "started_at", "status") VALUES (OLD."begun", OLD."ended_at", OLD."id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan", OLD."practitioner_id", OLD."site_id", OLD."started_at", OLD."status"); RETURN NULL;',
                    hash="eeff3d433fabfd98b06c2c13e36717ace41a2d2e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7a97c",
                    table="treatments_encounter",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="incidentlesion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_incidentlesionevent" ("id", "incident_id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."incident_id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="831486cb19306be45f2eb0a11c723f870d2a1578",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_52f17",
                    table="treatments_incidentlesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="incidentlesion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_incidentlesionevent" ("id", "incident_id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."incident_id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="cd46cff0b8ea6274c8a90ea54514f66aebc251f8",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ea77a",
                    table="treatments_incidentlesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="incidentlesion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_incidentlesionevent" ("id", "incident_id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."incident_id", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="63d73850c5b8800f54a3ad7fce1f0b0d242fe9ec",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_32b97",
                    table="treatments_incidentlesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedure",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_procedureevent" ("aftercare", "anaesthesia", "cosign_due_at", "cosigned_at", "cosigned_by_id", "decision", "downtime_days", "drafted_at", "drafted_by_id", "encounter_id", "ended_at", "id", "note", "patient_id", "performed_at", "performed_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "signed_at", "signed_by_id", "site_id", "status", "supervision", "supervisor_id", "supervisor_profession") VALUES (NEW."aftercare", NEW."anaesthesia", NEW."cosign_due_at", NEW."cosigned_at", NEW."cosigned_by_id", NEW."decision", NEW."downtime_days", NEW."drafted_at", NEW."drafted_by_id", NEW."encounter_id", NEW."ended_at", NEW."id", NEW."note", NEW."patient_id", NEW."performed_at", NEW."performed_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."profession", NEW."signed_at", NEW."signed_by_id", NEW."site_id", NEW."status", NEW."supervision", NEW."supervisor_id", NEW."supervisor_profession"); RETURN NULL;',
                    hash="128d74742f4cebea77e69ef6a03e82df94c863b6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6f763",
                    table="treatments_procedure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedure",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_procedureevent" ("aftercare", "anaesthesia", "cosign_due_at", "cosigned_at", "cosigned_by_id", "decision", "downtime_days", "drafted_at", "drafted_by_id", "encounter_id", "ended_at", "id", "note", "patient_id", "performed_at", "performed_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "signed_at", "signed_by_id", "site_id", "status", "supervision", "supervisor_id", "supervisor_profession") VALUES (NEW."aftercare", NEW."anaesthesia", NEW."cosign_due_at", NEW."cosigned_at", NEW."cosigned_by_id", NEW."decision", NEW."downtime_days", NEW."drafted_at", NEW."drafted_by_id", NEW."encounter_id", NEW."ended_at", NEW."id", NEW."note", NEW."patient_id", NEW."performed_at", NEW."performed_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."profession", NEW."signed_at", NEW."signed_by_id", NEW."site_id", NEW."status", NEW."supervision", NEW."supervisor_id", NEW."supervisor_profession"); RETURN NULL;',
                    hash="d1d8878a4bdfba0d34c4ff4aadf06e09ccf67031",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a1ff9",
                    table="treatments_procedure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedure",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_procedureevent" ("aftercare", "anaesthesia", "cosign_due_at", "cosigned_at", "cosigned_by_id", "decision", "downtime_days", "drafted_at", "drafted_by_id", "encounter_id", "ended_at", "id", "note", "patient_id", "performed_at", "performed_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "signed_at", "signed_by_id", "site_id", "status", "supervision", "supervisor_id", "supervisor_profession") VALUES (OLD."aftercare", OLD."anaesthesia", OLD."cosign_due_at", OLD."cosigned_at", OLD."cosigned_by_id", OLD."decision", OLD."downtime_days", OLD."drafted_at", OLD."drafted_by_id", OLD."encounter_id", OLD."ended_at", OLD."id", OLD."note", OLD."patient_id", OLD."performed_at", OLD."performed_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."profession", OLD."signed_at", OLD."signed_by_id", OLD."site_id", OLD."status", OLD."supervision", OLD."supervisor_id", OLD."supervisor_profession"); RETURN NULL;',
                    hash="dc9f2cd9c069ab9bec88421172c07d2e44899621",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_06a93",
                    table="treatments_procedure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="incident",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_incidentevent" ("closed_at", "closed_by_id", "encounter_id", "finding", "id", "kind", "measures", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reported_at", "reported_by_id", "reviewed_at", "reviewed_by_id", "site_id", "status", "what_happened") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."encounter_id", NEW."finding", NEW."id", NEW."kind", NEW."measures", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."procedure_id", NEW."reported_at", NEW."reported_by_id", NEW."reviewed_at", NEW."reviewed_by_id", NEW."site_id", NEW."status", NEW."what_happened"); RETURN NULL;',
                    hash="e07a7ddf288963263f33de11a0144c90e23b39c2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_86bcf",
                    table="treatments_incident",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="incident",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_incidentevent" ("closed_at", "closed_by_id", "encounter_id", "finding", "id", "kind", "measures", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reported_at", "reported_by_id", "reviewed_at", "reviewed_by_id", "site_id", "status", "what_happened") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."encounter_id", NEW."finding", NEW."id", NEW."kind", NEW."measures", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."procedure_id", NEW."reported_at", NEW."reported_by_id", NEW."reviewed_at", NEW."reviewed_by_id", NEW."site_id", NEW."status", NEW."what_happened"); RETURN NULL;',
                    hash="92aedcfcaa015c56d18e38dfbc61ae0ecc78f35d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f1663",
                    table="treatments_incident",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="incident",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_incidentevent" ("closed_at", "closed_by_id", "encounter_id", "finding", "id", "kind", "measures", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reported_at", "reported_by_id", "reviewed_at", "reviewed_by_id", "site_id", "status", "what_happened") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."encounter_id", OLD."finding", OLD."id", OLD."kind", OLD."measures", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."procedure_id", OLD."reported_at", OLD."reported_by_id", OLD."reviewed_at", OLD."reviewed_by_id", OLD."site_id", OLD."status", OLD."what_happened"); RETURN NULL;',
                    hash="b39b7cd94074624b7ec8233b8912fcfa434933f8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5d269",
                    table="treatments_incident",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="complication",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_complicationevent" ("addendum_id", "id", "kind", "lesion_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "severity") VALUES (NEW."addendum_id", NEW."id", NEW."kind", NEW."lesion_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."procedure_id", NEW."severity"); RETURN NULL;',
                    hash="72fa7d12cceebf0e86464fdebb1a736022fa672d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_00bfb",
                    table="treatments_complication",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="complication",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_complicationevent" ("addendum_id", "id", "kind", "lesion_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "severity") VALUES (NEW."addendum_id", NEW."id", NEW."kind", NEW."lesion_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."procedure_id", NEW."severity"); RETURN NULL;',
                    hash="07d8b266a4dbaffae434ebc9065192cb6cbb21f7",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c8270",
                    table="treatments_complication",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="complication",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_complicationevent" ("addendum_id", "id", "kind", "lesion_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "severity") VALUES (OLD."addendum_id", OLD."id", OLD."kind", OLD."lesion_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."procedure_id", OLD."severity"); RETURN NULL;',
                    hash="3a63641c1e53c341f2e408530210c50efd71dbd9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_476c3",
                    table="treatments_complication",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="addendum",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_addendumevent" ("id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "signed_at", "signed_by_id", "text") VALUES (NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."procedure_id", NEW."signed_at", NEW."signed_by_id", NEW."text"); RETURN NULL;',
                    hash="bb599c5c9d7e542a506135d5a4f6952b2669578c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c130d",
                    table="treatments_addendum",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="addendum",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_addendumevent" ("id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "signed_at", "signed_by_id", "text") VALUES (NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."procedure_id", NEW."signed_at", NEW."signed_by_id", NEW."text"); RETURN NULL;',
                    hash="504f4069d509ea58b471bd6594eb631f48934575",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8eaea",
                    table="treatments_addendum",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="addendum",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_addendumevent" ("id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "signed_at", "signed_by_id", "text") VALUES (OLD."id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."procedure_id", OLD."signed_at", OLD."signed_by_id", OLD."text"); RETURN NULL;',
                    hash="4899ef3bcc90f99de2ab16d617d95a43cc10407d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d9176",
                    table="treatments_addendum",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_procedureitemevent" ("act", "body_site_id", "cleansed", "depth", "id", "instruments", "note", "number", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reached", "region", "scopes", "settings", "sharps_disposed_at", "sharps_disposed_by_id", "single_use", "sterile", "treatment_id") VALUES (NEW."act", NEW."body_site_id", NEW."cleansed", NEW."depth", NEW."id", NEW."instruments", NEW."note", NEW."number", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."procedure_id", NEW."reached", NEW."region", NEW."scopes", NEW."settings", NEW."sharps_disposed_at", NEW."sharps_disposed_by_id", NEW."single_use", NEW."sterile", NEW."treatment_id"); RETURN NULL;',
                    hash="d6b365a5810d19869004401a32b4c13967d605c0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1d8a0",
                    table="treatments_procedureitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_procedureitemevent" ("act", "body_site_id", "cleansed", "depth", "id", "instruments", "note", "number", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reached", "region", "scopes", "settings", "sharps_disposed_at", "sharps_disposed_by_id", "single_use", "sterile", "treatment_id") VALUES (NEW."act", NEW."body_site_id", NEW."cleansed", NEW."depth", NEW."id", NEW."instruments", NEW."note", NEW."number", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."procedure_id", NEW."reached", NEW."region", NEW."scopes", NEW."settings", NEW."sharps_disposed_at", NEW."sharps_disposed_by_id", NEW."single_use", NEW."sterile", NEW."treatment_id"); RETURN NULL;',
                    hash="b96c56370cd340a3f8d7c336c98dd05542fa8a41",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9072c",
                    table="treatments_procedureitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureitem",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_procedureitemevent" ("act", "body_site_id", "cleansed", "depth", "id", "instruments", "note", "number", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reached", "region", "scopes", "settings", "sharps_disposed_at", "sharps_disposed_by_id", "single_use", "sterile", "treatment_id") VALUES (OLD."act", OLD."body_site_id", OLD."cleansed", OLD."depth", OLD."id", OLD."instruments", OLD."note", OLD."number", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."procedure_id", OLD."reached", OLD."region", OLD."scopes", OLD."settings", OLD."sharps_disposed_at", OLD."sharps_disposed_by_id", OLD."single_use", OLD."sterile", OLD."treatment_id"); RETURN NULL;',
                    hash="22a7e1fa8a74395dd8d2377476bcab94404c5d36",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3f593",
                    table="treatments_procedureitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureoutcome",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_procedureoutcomeevent" ("attempts", "id", "item_id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reached", "reason", "result", "seconds") VALUES (NEW."attempts", NEW."id", NEW."item_id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."procedure_id", NEW."reached", NEW."reason", NEW."result", NEW."seconds"); RETURN NULL;',
                    hash="85d3e3060d8e486eab92616f8f01ddd945f64714",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1a32c",
                    table="treatments_procedureoutcome",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureoutcome",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_procedureoutcomeevent" ("attempts", "id", "item_id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reached", "reason", "result", "seconds") VALUES (NEW."attempts", NEW."id", NEW."item_id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."procedure_id", NEW."reached", NEW."reason", NEW."result", NEW."seconds"); RETURN NULL;',
                    hash="c9c8fe3553a57c3d910c751653283f54c55ded44",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4d22f",
                    table="treatments_procedureoutcome",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureoutcome",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_procedureoutcomeevent" ("attempts", "id", "item_id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "procedure_id", "reached", "reason", "result", "seconds") VALUES (OLD."attempts", OLD."id", OLD."item_id", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."procedure_id", OLD."reached", OLD."reason", OLD."result", OLD."seconds"); RETURN NULL;',
                    hash="5e1eca7c80155f727a091c444a442532a7e0220f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f13e6",
                    table="treatments_procedureoutcome",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentlesion",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="incident_lesion_is_kept",
                name="concerned_lesion_is_kept",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentlesionevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="incidentlesion_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_drafted_first",
                name="procedure_is_drafted_first",
                rest="FOR EACH ROW WHEN (new.status <> 'draft')",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_kept",
                name="procedure_is_kept",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_lawful",
                name="procedure_is_lawful_when_signed",
                rest="FOR EACH ROW WHEN (old.status = 'draft' AND new.status = 'signed')",
                timing="BEFORE UPDATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="procedure_is_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="incident_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="incident_is_reported_first",
                name="incident_is_reported_first",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="incident_follows_its_course",
                name="incident_follows_its_course",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="incidents_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="complicationevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="complication_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_keeps_signed",
                name="complication_is_signed_for",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="complication",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="complication_is_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="addendumevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="addendum_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="addendum_is_added",
                name="addendum_is_to_a_signed_procedure",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="addendum_is_kept",
                name="addendum_is_kept",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="addenda_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="procedure_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_keeps_signed",
                name="procedure_item_is_signed_for",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitem",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="procedure_item_is_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureitemevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="procedureitem_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_keeps_signed",
                name="procedure_outcome_is_signed_for",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcome",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="procedure_is_never_emptied",
                name="procedure_outcome_is_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedureoutcomeevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="procedureoutcome_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
    ]
