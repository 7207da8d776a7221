"""Plans and home care: their tables, and the functions that keep what was begun from being rewritten."""

import clinic.base
import clinic.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FUNCTIONS = """
-- A violation carries the name of a constraint, as a table constraint would.
CREATE FUNCTION treatments_refuse(rule text, tab text, said text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', said USING ERRCODE = 'check_violation', CONSTRAINT = rule, TABLE = tab;
END $$;

CREATE FUNCTION treatments_guard_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  IF TG_OP = 'INSERT' AND new.status <> 'draft' THEN
    PERFORM treatments_refuse('plan_begins_as_a_draft', TG_TABLE_NAME, 'a plan begins as a draft');
  ELSIF TG_OP <> 'INSERT' AND old.status NOT IN ('draft', 'active') THEN
    PERFORM treatments_refuse('ended_plan_is_not_changed', TG_TABLE_NAME, 'a plan that has ended is not changed');
  ELSIF TG_OP <> 'INSERT' AND old.status = 'active' AND (TG_OP = 'DELETE' OR new.status = 'draft'
      OR to_jsonb(new) - ARRAY['status', 'ended_at', 'stop_reason']
         IS DISTINCT FROM to_jsonb(old) - ARRAY['status', 'ended_at', 'stop_reason']) THEN
    PERFORM treatments_refuse('plan_is_fixed_once_active', TG_TABLE_NAME, 'what stands in an active plan is fixed');
  ELSIF TG_OP = 'UPDATE' AND old.status = 'draft' AND new.status = 'completed' THEN
    PERFORM treatments_refuse('plan_follows_its_course', TG_TABLE_NAME, 'a draft is not completed');
  ELSIF TG_OP = 'UPDATE' AND old.status = 'draft' AND new.status = 'active'
      AND NOT EXISTS (SELECT FROM treatments_planstep s WHERE s.plan_id = new.id) THEN
    PERFORM treatments_refuse('active_plan_has_steps', TG_TABLE_NAME, 'an active plan has steps');
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN old;
  END IF;
  IF new.consultation_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM treatments_encounter e WHERE e.id = new.consultation_id AND e.patient_id = new.patient_id
  ) THEN
    PERFORM treatments_refuse('consultation_is_of_the_patient', TG_TABLE_NAME, 'the consultation is another patient''s');
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION treatments_guard_step() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION treatments_guard_step_lesion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps uuid[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[new.step_id] WHEN 'DELETE' THEN ARRAY[old.step_id]
                  ELSE ARRAY[old.step_id, new.step_id] END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM treatments_treatmentplan p JOIN treatments_planstep s ON s.plan_id = p.id
    WHERE s.id = ANY (steps) FOR SHARE OF p;
  IF EXISTS (SELECT FROM treatments_planstep s JOIN treatments_treatmentplan p ON p.id = s.plan_id
              WHERE s.id = ANY (steps) AND p.status <> 'draft') THEN
    PERFORM treatments_refuse('step_lesions_are_fixed_once_active', TG_TABLE_NAME, 'the lesions of an active plan are fixed');
  END IF;
  RETURN coalesce(new, old);
END $$;

-- A retinoid is refused to whoever is on file as pregnant from the day on which the home care begins.
CREATE FUNCTION treatments_is_expecting(patient uuid, since date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM patients_contraindication c JOIN patients_skinprofile s ON s.id = c.profile_id
                  WHERE s.patient_id = patient AND c.code = 'pregnant' AND coalesce(c.until, 'infinity') >= since)
$$;

CREATE FUNCTION treatments_check_routine(home_care uuid, tab text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM treatments_homecareitem i WHERE i.plan_id = home_care) THEN
    PERFORM treatments_refuse('active_home_care_has_items', tab, 'home care that begins has items');
  ELSIF EXISTS (
    SELECT FROM treatments_homecareitem i WHERE i.plan_id = home_care AND i.family IN ('aha', 'bha', 'scrub', 'mask')
     GROUP BY i.region, i.family = 'mask' HAVING sum(i.per_week) > 3
  ) THEN
    PERFORM treatments_refuse('exfoliants_together_are_used_three_times_a_week_at_most', tab, 'too many exfoliants or masks');
  ELSIF EXISTS (
    SELECT FROM treatments_homecareitem i
     WHERE i.plan_id = home_care AND i.family IN ('retinoid', 'aha', 'bha', 'scrub') AND NOT EXISTS (
       SELECT FROM treatments_homecareitem p WHERE p.plan_id = home_care AND p.family = 'sunscreen' AND p.extent = 'whole'
          AND p.per_week >= 7 AND (p.region = i.region OR i.region IN ('eyelid', 'periocular')))
  ) THEN
    PERFORM treatments_refuse('skin_that_burns_is_protected', tab, 'sunscreen is missing');
  END IF;
END $$;

CREATE FUNCTION treatments_guard_home_care() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  IF TG_OP = 'INSERT' AND new.status <> 'draft' THEN
    PERFORM treatments_refuse('home_care_begins_as_a_draft', TG_TABLE_NAME, 'home care begins as a draft');
  ELSIF TG_OP <> 'INSERT' AND old.status NOT IN ('draft', 'active') THEN
    PERFORM treatments_refuse('ended_home_care_is_not_changed', TG_TABLE_NAME, 'home care that has ended is not changed');
  ELSIF TG_OP <> 'INSERT' AND old.status = 'active' AND (TG_OP = 'DELETE' OR new.status = 'draft'
      OR to_jsonb(new) - ARRAY['status', 'ended_at', 'stop_reason']
         IS DISTINCT FROM to_jsonb(old) - ARRAY['status', 'ended_at', 'stop_reason']) THEN
    PERFORM treatments_refuse('home_care_plan_is_fixed_once_started', TG_TABLE_NAME, 'home care is fixed once it is started');
  ELSIF TG_OP = 'UPDATE' AND old.status = 'draft' AND new.status NOT IN ('draft', 'active', 'stopped') THEN
    PERFORM treatments_refuse('home_care_follows_its_course', TG_TABLE_NAME, 'a draft is started or stopped');
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN old;
  END IF;
  IF TG_OP = 'UPDATE' AND old.status = 'draft' AND new.status = 'active' THEN
    PERFORM FROM patients_patient p WHERE p.id = new.patient_id FOR NO KEY UPDATE;
    PERFORM treatments_check_routine(new.id, TG_TABLE_NAME);
    IF EXISTS (SELECT FROM treatments_homecareitem i WHERE i.plan_id = new.id AND i.family = 'retinoid')
        AND (new.pregnancy_answer NOT IN ('no', 'breastfeeding') OR treatments_is_expecting(new.patient_id, new.starts_on)) THEN
      PERFORM treatments_refuse('retinoid_is_never_begun_in_pregnancy', TG_TABLE_NAME, 'no retinoid in pregnancy, or unasked');
    END IF;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION treatments_guard_home_care_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  plans uuid[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[new.plan_id] WHEN 'DELETE' THEN ARRAY[old.plan_id]
                  ELSE ARRAY[old.plan_id, new.plan_id] END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
  END IF;
  PERFORM FROM treatments_homecareplan p WHERE p.id = ANY (plans) FOR SHARE;
  IF EXISTS (SELECT FROM treatments_homecareplan p WHERE p.id = ANY (plans) AND p.status <> 'draft') THEN
    PERFORM treatments_refuse('home_care_plan_is_fixed_once_started', TG_TABLE_NAME, 'home care is fixed once it is started');
  END IF;
  RETURN coalesce(new, old);
END $$;

CREATE FUNCTION treatments_guard_pregnancy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM patients_patient p JOIN patients_skinprofile s ON s.patient_id = p.id
    WHERE s.id = new.profile_id FOR NO KEY UPDATE OF p;
  IF EXISTS (
    SELECT FROM treatments_homecareplan h JOIN patients_skinprofile s ON s.patient_id = h.patient_id
     WHERE s.id = new.profile_id AND h.status = 'active' AND coalesce(new.until, 'infinity') >= h.starts_on
       AND EXISTS (SELECT FROM treatments_homecareitem i WHERE i.plan_id = h.id AND i.family = 'retinoid')
  ) THEN
    PERFORM treatments_refuse('pregnancy_ends_a_retinoid_first', TG_TABLE_NAME, 'home care with a retinoid is stopped first');
  END IF;
  RETURN new;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION treatments_guard_pregnancy();
DROP FUNCTION treatments_guard_home_care_part();
DROP FUNCTION treatments_guard_home_care();
DROP FUNCTION treatments_check_routine(uuid, text);
DROP FUNCTION treatments_is_expecting(uuid, date);
DROP FUNCTION treatments_guard_step_lesion();
DROP FUNCTION treatments_guard_step();
DROP FUNCTION treatments_guard_plan();
DROP FUNCTION treatments_refuse(text, text, text);
"""

# The trigger stands on a table of the floor below, whose models know nothing of home care.
PREGNANCY = """
CREATE TRIGGER pregnancy_ends_a_retinoid_first BEFORE INSERT OR UPDATE ON patients_contraindication
  FOR EACH ROW WHEN (new.code = 'pregnant') EXECUTE FUNCTION treatments_guard_pregnancy();
"""

NO_PREGNANCY = "DROP TRIGGER pregnancy_ends_a_retinoid_first ON patients_contraindication;"


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0002_history_of_assessed_lesions"),
        ("treatments", "0002_the_procedure_log"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="HomeCarePlan",
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
                ("profession", models.TextField()),
                ("series", models.UUIDField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("draft", "draft"),
                            ("active", "active"),
                            ("completed", "completed"),
                            ("stopped", "stopped"),
                            ("superseded", "superseded"),
                        ],
                        default="draft",
                    ),
                ),
                (
                    "pregnancy_answer",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("no", "no"),
                            ("pregnant", "pregnant"),
                            ("trying", "trying"),
                            ("breastfeeding", "breastfeeding"),
                        ],
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("written_at", models.DateTimeField()),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stop_reason", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="home_care_plans", to="patients.patient"
                    ),
                ),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site")),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.practitioner",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HomeCareLesion",
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
                ("region", models.TextField()),
                (
                    "lesion",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.lesion"),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="treatments.homecareplan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HomeCareItem",
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
                ("position", models.PositiveSmallIntegerField()),
                ("family", models.TextField()),
                ("prescription", models.BooleanField()),
                ("strength", models.TextField(blank=True)),
                ("region", models.TextField()),
                ("extent", models.TextField()),
                ("per_week", models.PositiveSmallIntegerField()),
                ("time_of_day", models.TextField(choices=[("morning", "morning"), ("evening", "evening"), ("both", "both")])),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="treatments.homecareplan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IngredientClass",
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
                ("code", models.SlugField(unique=True)),
                ("names", models.JSONField()),
                (
                    "family",
                    models.TextField(
                        choices=[
                            ("retinoid", "retinoid"),
                            ("aha", "aha"),
                            ("bha", "bha"),
                            ("scrub", "scrub"),
                            ("mask", "mask"),
                            ("acid_cleanser", "acid_cleanser"),
                            ("cleanser", "cleanser"),
                            ("support", "support"),
                            ("moisturiser", "moisturiser"),
                            ("sunscreen", "sunscreen"),
                            ("avoid", "avoid"),
                        ]
                    ),
                ),
                ("prescription", models.BooleanField(default=False)),
                ("most_per_week", models.PositiveSmallIntegerField()),
                (
                    "times",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(choices=[("morning", "morning"), ("evening", "evening"), ("both", "both")]),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "minutes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, null=True, size=2
                    ),
                ),
                ("suits", models.TextField(blank=True)),
                ("strengths", models.JSONField(blank=True, default=dict)),
                ("directions", models.JSONField()),
                ("source", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "family__in",
                                [
                                    "retinoid",
                                    "aha",
                                    "bha",
                                    "scrub",
                                    "mask",
                                    "acid_cleanser",
                                    "cleanser",
                                    "support",
                                    "moisturiser",
                                    "sunscreen",
                                    "avoid",
                                ],
                            )
                        ),
                        name="ingredient_has_a_known_family",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("suits__in", ["", "oily", "dry"])), name="ingredient_suits_a_known_skin"
                    ),
                    models.UniqueConstraint(fields=("id", "family", "prescription"), name="ingredient_family_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HomeCareItemEvent",
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
                ("position", models.PositiveSmallIntegerField()),
                ("family", models.TextField()),
                ("prescription", models.BooleanField()),
                ("strength", models.TextField(blank=True)),
                ("region", models.TextField()),
                ("extent", models.TextField()),
                ("per_week", models.PositiveSmallIntegerField()),
                ("time_of_day", models.TextField(choices=[("morning", "morning"), ("evening", "evening"), ("both", "both")])),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
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
                        to="treatments.homecareitem",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.homecareplan",
                    ),
                ),
                (
                    "ingredient",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.ingredientclass",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="homecareitem",
            name="ingredient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="treatments.ingredientclass"
            ),
        ),
        migrations.CreateModel(
            name="PlanStep",
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
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("assessment", "assessment"),
                            ("extraction", "extraction"),
                            ("peel", "peel"),
                            ("adjunct", "adjunct"),
                            ("review", "review"),
                            ("home_care", "home_care"),
                            ("watchful_waiting", "watchful_waiting"),
                            ("referral", "referral"),
                        ]
                    ),
                ),
                ("due_from", models.DateField(blank=True, null=True)),
                ("due_until", models.DateField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "state",
                    models.TextField(choices=[("open", "open"), ("done", "done"), ("skipped", "skipped")], default="open"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "done_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="treatments.encounter",
                    ),
                ),
                (
                    "home_care",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="treatments.homecareplan",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="treatments.treatment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanStepLesion",
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
                    "lesion",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.lesion"),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="treatments.planstep"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanStepLesionEvent",
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
                    "lesion",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.lesion",
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
                        to="treatments.plansteplesion",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.planstep",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RetinoidRung",
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
                ("from_on", models.DateField()),
                (
                    "nights",
                    models.TextField(
                        choices=[
                            ("one_or_two_a_week", "one_or_two_a_week"),
                            ("every_other", "every_other"),
                            ("every", "every"),
                            ("ask_about_more", "ask_about_more"),
                        ]
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rungs", to="treatments.homecareitem"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rungs", to="treatments.homecareplan"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetinoidRungEvent",
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
                ("from_on", models.DateField()),
                (
                    "nights",
                    models.TextField(
                        choices=[
                            ("one_or_two_a_week", "one_or_two_a_week"),
                            ("every_other", "every_other"),
                            ("every", "every"),
                            ("ask_about_more", "ask_about_more"),
                        ]
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.homecareitem",
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
                        to="treatments.retinoidrung",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.homecareplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TreatmentPlan",
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
                ("profession", models.TextField()),
                (
                    "status",
                    models.TextField(
                        choices=[("draft", "draft"), ("active", "active"), ("completed", "completed"), ("stopped", "stopped")],
                        default="draft",
                    ),
                ),
                ("free", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("no_treatment", "no_treatment"),
                            ("home_care", "home_care"),
                            ("rx_retinoid", "rx_retinoid"),
                            ("extraction_planned", "extraction_planned"),
                            ("adjunct_planned", "adjunct_planned"),
                            ("refer", "refer"),
                        ],
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("written_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stop_reason", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="treatments.encounter",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="patients.patient"),
                ),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site")),
            ],
        ),
        migrations.CreateModel(
            name="PlanStepEvent",
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
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("assessment", "assessment"),
                            ("extraction", "extraction"),
                            ("peel", "peel"),
                            ("adjunct", "adjunct"),
                            ("review", "review"),
                            ("home_care", "home_care"),
                            ("watchful_waiting", "watchful_waiting"),
                            ("referral", "referral"),
                        ]
                    ),
                ),
                ("due_from", models.DateField(blank=True, null=True)),
                ("due_until", models.DateField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "state",
                    models.TextField(choices=[("open", "open"), ("done", "done"), ("skipped", "skipped")], default="open"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "done_in",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.encounter",
                    ),
                ),
                (
                    "home_care",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.homecareplan",
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
                        to="treatments.planstep",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.treatment",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.treatmentplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="planstep",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="treatments.treatmentplan"
            ),
        ),
        migrations.CreateModel(
            name="HomeCarePlanEvent",
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
                ("profession", models.TextField()),
                ("series", models.UUIDField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("draft", "draft"),
                            ("active", "active"),
                            ("completed", "completed"),
                            ("stopped", "stopped"),
                            ("superseded", "superseded"),
                        ],
                        default="draft",
                    ),
                ),
                (
                    "pregnancy_answer",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("no", "no"),
                            ("pregnant", "pregnant"),
                            ("trying", "trying"),
                            ("breastfeeding", "breastfeeding"),
                        ],
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("written_at", models.DateTimeField()),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stop_reason", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinic.practitioner",
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
                        to="treatments.homecareplan",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinic.site",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.treatmentplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="homecareplan",
            name="plan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="home_care_plans",
                to="treatments.treatmentplan",
            ),
        ),
        migrations.CreateModel(
            name="TreatmentPlanEvent",
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
                ("profession", models.TextField()),
                (
                    "status",
                    models.TextField(
                        choices=[("draft", "draft"), ("active", "active"), ("completed", "completed"), ("stopped", "stopped")],
                        default="draft",
                    ),
                ),
                ("free", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("no_treatment", "no_treatment"),
                            ("home_care", "home_care"),
                            ("rx_retinoid", "rx_retinoid"),
                            ("extraction_planned", "extraction_planned"),
                            ("adjunct_planned", "adjunct_planned"),
                            ("refer", "refer"),
                        ],
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("written_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stop_reason", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.encounter",
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
                        to="treatments.treatmentplan",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinic.site",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HomeCareLesionEvent",
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
                ("region", models.TextField()),
                (
                    "lesion",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.lesion",
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
                        to="treatments.homecarelesion",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="treatments.homecareplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    clinic.constraints.Trigger(
                        deferred=False,
                        function="clinic_history_is_append_only",
                        name="homecarelesion_history_is_append_only",
                        rest="FOR EACH STATEMENT",
                        timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="plan_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="step_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="home_care_plan_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="homecarelesion",
            constraint=models.CheckConstraint(
                condition=models.Q(("region__in", ["eyelid", "periocular", "face", "body"])),
                name="home_care_lesion_has_a_known_region",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecarelesion",
            constraint=models.UniqueConstraint(fields=("plan", "lesion"), name="home_care_names_a_lesion_once"),
        ),
        migrations.AddConstraint(
            model_name="homecarelesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("plan", "patient"),
                name="home_care_lesion_is_for_the_patient_of_its_plan",
                to="treatments.HomeCarePlan",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecarelesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="home_care_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecarelesion",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_home_care_part",
                name="home_care_lesions_are_fixed_once_started",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecarelesion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_homecarelesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "region") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."region"); RETURN NULL;',
                    hash="c1c7c2a623a6a1b711b6b4e70ba4a8b149fcfe13",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a7bc6",
                    table="treatments_homecarelesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecarelesion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_homecarelesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "region") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."region"); RETURN NULL;',
                    hash="64e3762ad32bf41e411a76b61dd18cd90a186eb1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_cac0f",
                    table="treatments_homecarelesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecarelesion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_homecarelesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "region") VALUES (OLD."id", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."region"); RETURN NULL;',
                    hash="ee053a948d617cb979e0f2ea71104011d9684dfc",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f7852",
                    table="treatments_homecarelesion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitemevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="homecareitem_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "family__in",
                        [
                            "retinoid",
                            "aha",
                            "bha",
                            "scrub",
                            "mask",
                            "acid_cleanser",
                            "cleanser",
                            "support",
                            "moisturiser",
                            "sunscreen",
                            "avoid",
                        ],
                    )
                ),
                name="home_care_item_has_a_known_family",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("strength__in", ["", "low", "medium", "high"])), name="home_care_item_has_a_known_strength"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("region__in", ["eyelid", "periocular", "face", "body"])),
                name="home_care_item_has_a_known_region",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("extent__in", ["spot", "whole"])), name="home_care_item_has_a_known_extent"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("time_of_day__in", ["morning", "evening", "both"])), name="home_care_item_has_a_known_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(condition=models.Q(("per_week__range", (1, 14))), name="home_care_item_is_used"),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("family__in", ("aha", "bha", "scrub", "mask")), _negated=True),
                    ("per_week__lte", 3),
                    _connector="OR",
                ),
                name="exfoliants_and_masks_are_used_three_times_a_week_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("family", "retinoid"), ("strength", "high"), _negated=True),
                    models.Q(("extent", "spot"), ("region__in", ("face", "body"))),
                    _connector="OR",
                ),
                name="strong_retinoid_stays_on_the_spot",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("region__in", ("face", "body")),
                    models.Q(("family__in", ("retinoid", "aha", "bha", "scrub", "mask", "acid_cleanser")), _negated=True),
                    models.Q(("family", "retinoid"), ("prescription", True), ("region", "periocular"), ("strength", "low")),
                    _connector="OR",
                ),
                name="nothing_strong_comes_near_the_eye",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("family", "avoid"), _negated=True), name="home_care_uses_nothing_to_avoid"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.UniqueConstraint(fields=("plan", "position"), name="home_care_has_its_items_in_order"),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=models.UniqueConstraint(
                fields=("plan", "ingredient", "region", "extent"), name="home_care_names_an_ingredient_once_for_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("ingredient", "family", "prescription"),
                name="home_care_item_is_of_its_ingredient",
                to="treatments.IngredientClass",
                to_fields=("id", "family", "prescription"),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("plan", "patient"),
                name="home_care_item_is_for_the_patient_of_its_plan",
                to="treatments.HomeCarePlan",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareitem",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_home_care_part",
                name="home_care_items_are_fixed_once_started",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecareitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_homecareitemevent" ("extent", "family", "id", "ingredient_id", "minutes", "patient_id", "per_week", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "prescription", "region", "strength", "time_of_day") VALUES (NEW."extent", NEW."family", NEW."id", NEW."ingredient_id", NEW."minutes", NEW."patient_id", NEW."per_week", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."position", NEW."prescription", NEW."region", NEW."strength", NEW."time_of_day"); RETURN NULL;',
                    hash="53355022ba12f6e278863987b78293029c145bc6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_53581",
                    table="treatments_homecareitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecareitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_homecareitemevent" ("extent", "family", "id", "ingredient_id", "minutes", "patient_id", "per_week", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "prescription", "region", "strength", "time_of_day") VALUES (NEW."extent", NEW."family", NEW."id", NEW."ingredient_id", NEW."minutes", NEW."patient_id", NEW."per_week", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."position", NEW."prescription", NEW."region", NEW."strength", NEW."time_of_day"); RETURN NULL;',
                    hash="9b879e386ce3c08a1fe5e2c4a6756e19ff605078",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bc469",
                    table="treatments_homecareitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecareitem",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_homecareitemevent" ("extent", "family", "id", "ingredient_id", "minutes", "patient_id", "per_week", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "prescription", "region", "strength", "time_of_day") VALUES (OLD."extent", OLD."family", OLD."id", OLD."ingredient_id", OLD."minutes", OLD."patient_id", OLD."per_week", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."position", OLD."prescription", OLD."region", OLD."strength", OLD."time_of_day"); RETURN NULL;',
                    hash="84ffe9803fb9bef45127f4e7c4a707b5f9b46c2c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_65709",
                    table="treatments_homecareitem",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="plansteplesion",
            constraint=models.UniqueConstraint(fields=("step", "lesion"), name="step_names_a_lesion_once"),
        ),
        migrations.AddConstraint(
            model_name="plansteplesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("step", "patient"),
                name="step_lesion_is_of_the_patient_of_the_step",
                to="treatments.PlanStep",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="plansteplesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="planned_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="plansteplesion",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_step_lesion",
                name="step_lesions_are_fixed_once_active",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plansteplesion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_plansteplesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."step_id"); RETURN NULL;',
                    hash="9e195ee460e6542b123c3f44cd22370233f62d7d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4ad7d",
                    table="treatments_plansteplesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plansteplesion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_plansteplesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."step_id"); RETURN NULL;',
                    hash="6b4dd52e7fb65c1d36b977fe56a4c0a29dbd5c53",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8e77b",
                    table="treatments_plansteplesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plansteplesion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_plansteplesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id") VALUES (OLD."id", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."step_id"); RETURN NULL;',
                    hash="74ee17b1f104ab2817473bed6d7638f8fa1b5cbf",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_24112",
                    table="treatments_plansteplesion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="plansteplesionevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="plansteplesion_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="retinoidrung",
            constraint=models.CheckConstraint(
                condition=models.Q(("nights__in", ["one_or_two_a_week", "every_other", "every", "ask_about_more"])),
                name="rung_has_known_nights",
            ),
        ),
        migrations.AddConstraint(
            model_name="retinoidrung",
            constraint=models.UniqueConstraint(fields=("item", "number"), name="ladder_has_its_rungs_in_order"),
        ),
        migrations.AddConstraint(
            model_name="retinoidrung",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("plan", "patient"),
                name="rung_is_for_the_patient_of_its_plan",
                to="treatments.HomeCarePlan",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="retinoidrung",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_home_care_part",
                name="ladder_is_fixed_once_started",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retinoidrung",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_retinoidrungevent" ("from_on", "id", "item_id", "nights", "number", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (NEW."from_on", NEW."id", NEW."item_id", NEW."nights", NEW."number", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id"); RETURN NULL;',
                    hash="b616e9d409acd1164ebbd8e12522f4fac378bea3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fb89c",
                    table="treatments_retinoidrung",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retinoidrung",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_retinoidrungevent" ("from_on", "id", "item_id", "nights", "number", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (NEW."from_on", NEW."id", NEW."item_id", NEW."nights", NEW."number", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id"); RETURN NULL;',
                    hash="4c6e35091bb12a8af870de1883e88b2498d7aca3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_02cc3",
                    table="treatments_retinoidrung",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="retinoidrung",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_retinoidrungevent" ("from_on", "id", "item_id", "nights", "number", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (OLD."from_on", OLD."id", OLD."item_id", OLD."nights", OLD."number", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id"); RETURN NULL;',
                    hash="9067314acd5b2fe2cd3168b9ab49b92d3e4384d2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_48bb4",
                    table="treatments_retinoidrung",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="retinoidrungevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="retinoidrung_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddIndex(
            model_name="treatmentplan",
            index=models.Index(fields=["patient", "status"], name="plan_by_patient"),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "active", "completed", "stopped"])), name="plan_has_a_known_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "profession__in",
                        [
                            "dermatologist",
                            "ophthalmologist",
                            "physician_other",
                            "physician_assistant",
                            "nurse_practitioner",
                            "medical_aesthetician",
                            "advanced_esthetician",
                            "esthetician",
                            "optometrist",
                            "pediatrician",
                            "registered_nurse",
                            "front_desk",
                        ],
                    )
                ),
                name="plan_is_written_in_a_known_profession",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        ["", "no_treatment", "home_care", "rx_retinoid", "extraction_planned", "adjunct_planned", "refer"],
                    )
                ),
                name="consultation_ends_with_a_known_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("consultation__isnull", True), models.Q(("outcome", ""), _negated=True), _connector="OR"),
                name="consultation_of_a_plan_has_an_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("free", False), ("consultation__isnull", False), _connector="OR"),
                name="free_plan_names_its_consultation",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "stopped"), _negated=True),
                    models.Q(("stop_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="stopped_plan_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "stopped"), _negated=True),
                fields=("consultation",),
                name="consultation_has_one_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplan",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_plan",
                name="plan_is_fixed_once_active",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="treatmentplan",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_treatmentplanevent" ("author_id", "consultation_id", "ended_at", "free", "id", "note", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "site_id", "started_at", "status", "stop_reason", "warnings", "written_at") VALUES (NEW."author_id", NEW."consultation_id", NEW."ended_at", NEW."free", NEW."id", NEW."note", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."profession", NEW."site_id", NEW."started_at", NEW."status", NEW."stop_reason", NEW."warnings", NEW."written_at"); RETURN NULL;',
                    hash="267231046f15e4fd972f824f402efd7eadc801f2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_bfba3",
                    table="treatments_treatmentplan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="treatmentplan",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_treatmentplanevent" ("author_id", "consultation_id", "ended_at", "free", "id", "note", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "site_id", "started_at", "status", "stop_reason", "warnings", "written_at") VALUES (NEW."author_id", NEW."consultation_id", NEW."ended_at", NEW."free", NEW."id", NEW."note", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."profession", NEW."site_id", NEW."started_at", NEW."status", NEW."stop_reason", NEW."warnings", NEW."written_at"); RETURN NULL;',
                    hash="1fbd90f7624ebbc3b96f1df60a9bfc75f2b8f9e3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_581f9",
                    table="treatments_treatmentplan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="treatmentplan",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_treatmentplanevent" ("author_id", "consultation_id", "ended_at", "free", "id", "note", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "site_id", "started_at", "status", "stop_reason", "warnings", "written_at") VALUES (OLD."author_id", OLD."consultation_id", OLD."ended_at", OLD."free", OLD."id", OLD."note", OLD."outcome", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."profession", OLD."site_id", OLD."started_at", OLD."status", OLD."stop_reason", OLD."warnings", OLD."written_at"); RETURN NULL;',
                    hash="6648aa39e65ebae5894336add5fa798417cf53a7",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6ca05",
                    table="treatments_treatmentplan",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="planstepevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="planstep_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["assessment", "extraction", "peel", "adjunct", "review", "home_care", "watchful_waiting", "referral"],
                    )
                ),
                name="step_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "done", "skipped"])), name="step_has_a_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("extraction", "peel", "adjunct")), ("treatment__isnull", False)),
                    ("kind__in", ("assessment", "review")),
                    models.Q(
                        models.Q(("kind__in", ("extraction", "peel", "adjunct")), _negated=True), ("treatment__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="step_names_a_treatment_where_its_kind_has_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_from__isnull", True),
                    ("due_until__isnull", True),
                    ("due_from__lte", models.F("due_until")),
                    _connector="OR",
                ),
                name="step_is_due_before_it_is_late",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True), ("closed_by__isnull", True), ("done_in__isnull", True), ("state", "open")
                    ),
                    models.Q(
                        models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False), ("closed_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="closed_step_says_by_whom_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=models.UniqueConstraint(fields=("plan", "position"), name="plan_has_its_steps_in_order"),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("plan", "patient"),
                name="step_is_for_the_patient_of_its_plan",
                to="treatments.TreatmentPlan",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("home_care", "patient"),
                name="step_is_done_with_home_care_of_the_patient",
                to="treatments.HomeCarePlan",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="planstep",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_step",
                name="step_is_closed_once",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="planstep",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_planstepevent" ("closed_at", "closed_by_id", "done_in_id", "due_from", "due_until", "home_care_id", "id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "state", "treatment_id") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."done_in_id", NEW."due_from", NEW."due_until", NEW."home_care_id", NEW."id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."position", NEW."state", NEW."treatment_id"); RETURN NULL;',
                    hash="176ef51c2added78abe084eb5cd7dc9bc951c596",
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
                    func='INSERT INTO "treatments_planstepevent" ("closed_at", "closed_by_id", "done_in_id", "due_from", "due_until", "home_care_id", "id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "state", "treatment_id") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."done_in_id", NEW."due_from", NEW."due_until", NEW."home_care_id", NEW."id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."position", NEW."state", NEW."treatment_id"); RETURN NULL;',
                    hash="6f1aa2d493ee91442020ef112edfadbdc0b86233",
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
                    func='INSERT INTO "treatments_planstepevent" ("closed_at", "closed_by_id", "done_in_id", "due_from", "due_until", "home_care_id", "id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "state", "treatment_id") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."done_in_id", OLD."due_from", OLD."due_until", OLD."home_care_id", OLD."id", OLD."kind", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."position", OLD."state", OLD."treatment_id"); RETURN NULL;',
                    hash="583973df8bee04155ea08879fc186d26642c48f1",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ed3b5",
                    table="treatments_planstep",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplanevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="homecareplan_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddIndex(
            model_name="homecareplan",
            index=models.Index(fields=["patient", "status"], name="home_care_by_patient"),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "active", "completed", "stopped", "superseded"])),
                name="home_care_plan_has_a_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "profession__in",
                        [
                            "dermatologist",
                            "ophthalmologist",
                            "physician_other",
                            "physician_assistant",
                            "nurse_practitioner",
                            "medical_aesthetician",
                            "advanced_esthetician",
                            "esthetician",
                            "optometrist",
                            "pediatrician",
                            "registered_nurse",
                            "front_desk",
                        ],
                    )
                ),
                name="home_care_plan_is_written_in_a_known_profession",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("pregnancy_answer__in", ["", "no", "pregnant", "trying", "breastfeeding"])),
                name="pregnancy_answer_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "stopped"), _negated=True),
                    models.Q(("stop_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="stopped_home_care_plan_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "active"), _negated=True),
                    models.Q(("started_at__isnull", False), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="active_home_care_plan_has_begun",
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.UniqueConstraint(fields=("series", "version"), name="home_care_version_key"),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "draft")), fields=("series",), name="home_care_series_has_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")), fields=("patient",), name="patient_follows_one_home_care_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("plan", "patient"),
                name="home_care_belongs_to_a_plan_of_the_patient",
                to="treatments.TreatmentPlan",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="homecareplan",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="treatments_guard_home_care",
                name="home_care_plan_is_fixed_once_started",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecareplan",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_homecareplanevent" ("author_id", "ended_at", "id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "pregnancy_answer", "profession", "series", "site_id", "started_at", "starts_on", "status", "stop_reason", "supervisor_id", "version", "warnings", "written_at") VALUES (NEW."author_id", NEW."ended_at", NEW."id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."pregnancy_answer", NEW."profession", NEW."series", NEW."site_id", NEW."started_at", NEW."starts_on", NEW."status", NEW."stop_reason", NEW."supervisor_id", NEW."version", NEW."warnings", NEW."written_at"); RETURN NULL;',
                    hash="d82572dd1c9a41984a1debf6e83e5ac2ba695ed2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8e998",
                    table="treatments_homecareplan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecareplan",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "treatments_homecareplanevent" ("author_id", "ended_at", "id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "pregnancy_answer", "profession", "series", "site_id", "started_at", "starts_on", "status", "stop_reason", "supervisor_id", "version", "warnings", "written_at") VALUES (NEW."author_id", NEW."ended_at", NEW."id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."pregnancy_answer", NEW."profession", NEW."series", NEW."site_id", NEW."started_at", NEW."starts_on", NEW."status", NEW."stop_reason", NEW."supervisor_id", NEW."version", NEW."warnings", NEW."written_at"); RETURN NULL;',
                    hash="ab19af39cb1b72de6afb7b06145beaa8166b6e4b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f087e",
                    table="treatments_homecareplan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="homecareplan",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "treatments_homecareplanevent" ("author_id", "ended_at", "id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "pregnancy_answer", "profession", "series", "site_id", "started_at", "starts_on", "status", "stop_reason", "supervisor_id", "version", "warnings", "written_at") VALUES (OLD."author_id", OLD."ended_at", OLD."id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."pregnancy_answer", OLD."profession", OLD."series", OLD."site_id", OLD."started_at", OLD."starts_on", OLD."status", OLD."stop_reason", OLD."supervisor_id", OLD."version", OLD."warnings", OLD."written_at"); RETURN NULL;',
                    hash="6b3413e57037789a3b7ece36e06b4d14d00317d8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8d408",
                    table="treatments_homecareplan",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentplanevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="treatmentplan_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.RunSQL(PREGNANCY, NO_PREGNANCY),
    ]
