"""What is charted: how lesions look, how they go on, recur and become one; referrals, reports, and signed assessments that stay."""

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
CREATE FUNCTION patients_lesion_may_become(was text, wanted text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE was
    WHEN 'watching' THEN wanted IN ('planned', 'in_treatment', 'resolved', 'referred')
    WHEN 'planned' THEN wanted IN ('watching', 'in_treatment', 'resolved', 'referred')
    WHEN 'in_treatment' THEN wanted IN ('watching', 'planned', 'resolved', 'referred')
    WHEN 'referred' THEN wanted IN ('watching', 'planned', 'in_treatment', 'resolved')
    WHEN 'resolved' THEN wanted IN ('watching', 'referred', 'recurred')
    ELSE false END;

CREATE FUNCTION patients_referral_may_become(was text, wanted text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE was
    WHEN 'open' THEN wanted IN ('booked', 'seen', 'closed', 'declined')
    WHEN 'booked' THEN wanted IN ('open', 'seen', 'closed', 'declined')
    WHEN 'seen' THEN wanted = 'closed'
    ELSE false END;

CREATE FUNCTION patients_lesion_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF old.status <> new.status AND NOT patients_lesion_may_become(old.status, new.status) THEN
      RAISE EXCEPTION 'a lesion that is % cannot become %', old.status, new.status
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lesion_follows_its_course', TABLE = TG_TABLE_NAME;
    END IF;
    IF old.recurrence_of_id IS DISTINCT FROM new.recurrence_of_id THEN
      RAISE EXCEPTION 'what lesion % is a recurrence of is said when it is noted', old.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'recurrence_is_noted_once', TABLE = TG_TABLE_NAME;
    END IF;
  ELSIF new.recurrence_of_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM patients_lesion l WHERE l.id = new.recurrence_of_id AND l.status IN ('resolved', 'recurred')
  ) THEN
    RAISE EXCEPTION 'lesion % recurs from one that was never resolved', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'recurrence_follows_a_resolved_lesion', TABLE = TG_TABLE_NAME;
  END IF;
  IF new.merged_into_id IS NOT NULL AND (
    new.merged_into_id = new.id
    OR EXISTS (SELECT FROM patients_lesion l WHERE l.id = new.merged_into_id AND l.merged_into_id IS NOT NULL)
    OR EXISTS (SELECT FROM patients_lesion l WHERE l.merged_into_id = new.id)
  ) THEN
    RAISE EXCEPTION 'lesion % is merged into one that is itself merged', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'merge_ends_at_the_lasting_lesion', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION patients_assessment_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM unnest(new.excluded || new.suspected) named(code)
     WHERE NOT EXISTS (SELECT FROM patients_diagnosis d WHERE d.code = named.code)
  ) THEN
    RAISE EXCEPTION 'assessment % names a diagnosis that is not in the catalogue', new.id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'assessment_names_known_diagnoses', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

-- A signed assessment takes one co-signature, and nothing else.
CREATE FUNCTION patients_assessment_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'patients_assessment' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
    IF old.cosigned_by_id IS NULL AND new.cosigned_by_id IS NOT NULL
       AND to_jsonb(old) - '{cosigned_by_id,cosigned_at}'::text[] = to_jsonb(new) - '{cosigned_by_id,cosigned_at}'::text[]
    THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'a signed assessment is never changed: sign another one'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'signed_assessment_is_not_changed', TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION patients_assessed_lesion_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM patients_assessment a JOIN patients_lesion l ON l.patient_id = a.patient_id
     WHERE a.id = new.assessment_id AND l.id = new.lesion_id
  ) THEN
    RAISE EXCEPTION 'assessment % is about another patient', new.assessment_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'assessment_is_of_one_patient', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION patients_assessment_lesions_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM patients_assessment a WHERE a.id = new.assessment_id AND a.lesion_count <
      (SELECT count(*) FROM patients_assessment_lesions l WHERE l.assessment_id = a.id)
  ) THEN
    RAISE EXCEPTION 'assessment % was signed for fewer lesions', new.assessment_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_keeps_its_lesions', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION patients_referral_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF old.status IN ('closed', 'declined') AND NOT patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
    RAISE EXCEPTION 'referral % has ended and is not changed any more', old.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_referral_is_not_changed', TABLE = TG_TABLE_NAME;
  ELSIF old.status <> new.status AND NOT patients_referral_may_become(old.status, new.status) THEN
    RAISE EXCEPTION 'a referral that is % cannot become %', old.status, new.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_follows_its_course', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION patients_report_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF old.state <> 'reported' AND NOT coalesce(patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)), false) THEN
    RAISE EXCEPTION 'report % is decided and is not changed any more', old.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_report_is_not_changed', TABLE = TG_TABLE_NAME;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN old;
  END IF;
  RETURN new;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION patients_report_decided();
DROP FUNCTION patients_referral_course();
DROP FUNCTION patients_assessment_lesions_counted();
DROP FUNCTION patients_assessed_lesion_fits();
DROP FUNCTION patients_assessment_is_signed();
DROP FUNCTION patients_assessment_codes();
DROP FUNCTION patients_lesion_course();
DROP FUNCTION patients_referral_may_become(text, text);
DROP FUNCTION patients_lesion_may_become(text, text);
"""

COUNTED = """
UPDATE patients_assessment a SET lesion_count =
  (SELECT count(*) FROM patients_assessment_lesions l WHERE l.assessment_id = a.id)
"""

TRIGGERS = """
CREATE TRIGGER assessment_is_of_one_patient BEFORE INSERT ON patients_assessment_lesions
  FOR EACH ROW EXECUTE FUNCTION patients_assessed_lesion_fits();
CREATE TRIGGER assessed_lesion_is_not_changed BEFORE UPDATE OR DELETE ON patients_assessment_lesions
  FOR EACH ROW EXECUTE FUNCTION patients_assessment_is_signed();
CREATE TRIGGER assessed_lesions_are_kept BEFORE TRUNCATE ON patients_assessment_lesions
  FOR EACH STATEMENT EXECUTE FUNCTION patients_assessment_is_signed();
CREATE TRIGGER assessed_lesion_was_signed_for AFTER INSERT ON patients_assessment_lesions
  FOR EACH ROW EXECUTE FUNCTION patients_assessment_lesions_counted();
"""

NO_TRIGGERS = """
DROP TRIGGER assessed_lesion_was_signed_for ON patients_assessment_lesions;
DROP TRIGGER assessed_lesions_are_kept ON patients_assessment_lesions;
DROP TRIGGER assessed_lesion_is_not_changed ON patients_assessment_lesions;
DROP TRIGGER assessment_is_of_one_patient ON patients_assessment_lesions;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_history_of_agreement_sites"),
        ("patients", "0003_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="LesionMerge",
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
                ("reason", models.TextField()),
                ("merged_at", models.DateTimeField()),
                ("lasting_before", models.JSONField()),
                ("other_before", models.JSONField()),
                ("after", models.JSONField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undo_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="LesionMergeEvent",
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
                ("reason", models.TextField()),
                ("merged_at", models.DateTimeField()),
                ("lasting_before", models.JSONField()),
                ("other_before", models.JSONField()),
                ("after", models.JSONField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undo_reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LesionReport",
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
                    "laterality",
                    models.TextField(blank=True, choices=[("left", "left"), ("right", "right"), ("midline", "midline")]),
                ),
                ("words", models.TextField(blank=True)),
                ("count", models.PositiveSmallIntegerField(default=1)),
                ("first_noted_on", models.DateField(blank=True, null=True)),
                (
                    "chart",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("face_front", "face_front"),
                            ("face_left", "face_left"),
                            ("face_right", "face_right"),
                            ("eyelids_closed", "eyelids_closed"),
                            ("torso_front", "torso_front"),
                            ("torso_back", "torso_back"),
                        ],
                    ),
                ),
                ("x", models.FloatField(blank=True, null=True)),
                ("y", models.FloatField(blank=True, null=True)),
                ("painful", models.BooleanField(blank=True, null=True)),
                ("red", models.BooleanField(blank=True, null=True)),
                ("picked", models.BooleanField(blank=True, null=True)),
                ("products", models.TextField(blank=True)),
                ("reported_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[("reported", "reported"), ("accepted", "accepted"), ("declined", "declined")],
                        default="reported",
                    ),
                ),
                ("decline_reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LesionReportEvent",
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
                    "laterality",
                    models.TextField(blank=True, choices=[("left", "left"), ("right", "right"), ("midline", "midline")]),
                ),
                ("words", models.TextField(blank=True)),
                ("count", models.PositiveSmallIntegerField(default=1)),
                ("first_noted_on", models.DateField(blank=True, null=True)),
                (
                    "chart",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("face_front", "face_front"),
                            ("face_left", "face_left"),
                            ("face_right", "face_right"),
                            ("eyelids_closed", "eyelids_closed"),
                            ("torso_front", "torso_front"),
                            ("torso_back", "torso_back"),
                        ],
                    ),
                ),
                ("x", models.FloatField(blank=True, null=True)),
                ("y", models.FloatField(blank=True, null=True)),
                ("painful", models.BooleanField(blank=True, null=True)),
                ("red", models.BooleanField(blank=True, null=True)),
                ("picked", models.BooleanField(blank=True, null=True)),
                ("products", models.TextField(blank=True)),
                ("reported_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[("reported", "reported"), ("accepted", "accepted"), ("declined", "declined")],
                        default="reported",
                    ),
                ),
                ("decline_reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Referral",
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
                    "to",
                    models.TextField(
                        choices=[
                            ("dermatology", "dermatology"),
                            ("ophthalmology", "ophthalmology"),
                            ("pediatrics", "pediatrics"),
                        ]
                    ),
                ),
                (
                    "urgency",
                    models.TextField(choices=[("routine", "routine"), ("soon", "soon"), ("urgent", "urgent")], default="soon"),
                ),
                ("reason", models.TextField()),
                ("opened_at", models.DateTimeField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("open", "open"),
                            ("booked", "booked"),
                            ("seen", "seen"),
                            ("closed", "closed"),
                            ("declined", "declined"),
                        ],
                        default="open",
                    ),
                ),
                ("booked_with", models.TextField(blank=True)),
                ("booked_for", models.DateTimeField(blank=True, null=True)),
                ("seen_on", models.DateField(blank=True, null=True)),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        choices=[("cleared", "cleared"), ("treated", "treated"), ("kept", "kept"), ("not_seen", "not_seen")],
                    ),
                ),
                ("outcome_note", models.TextField(blank=True)),
                ("decline_reason", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ReferralEvent",
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
                    "to",
                    models.TextField(
                        choices=[
                            ("dermatology", "dermatology"),
                            ("ophthalmology", "ophthalmology"),
                            ("pediatrics", "pediatrics"),
                        ]
                    ),
                ),
                (
                    "urgency",
                    models.TextField(choices=[("routine", "routine"), ("soon", "soon"), ("urgent", "urgent")], default="soon"),
                ),
                ("reason", models.TextField()),
                ("opened_at", models.DateTimeField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("open", "open"),
                            ("booked", "booked"),
                            ("seen", "seen"),
                            ("closed", "closed"),
                            ("declined", "declined"),
                        ],
                        default="open",
                    ),
                ),
                ("booked_with", models.TextField(blank=True)),
                ("booked_for", models.DateTimeField(blank=True, null=True)),
                ("seen_on", models.DateField(blank=True, null=True)),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        choices=[("cleared", "cleared"), ("treated", "treated"), ("kept", "kept"), ("not_seen", "not_seen")],
                    ),
                ),
                ("outcome_note", models.TextField(blank=True)),
                ("decline_reason", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReferredLesion",
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
            name="ReferredLesionEvent",
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
        pgtrigger.migrations.RemoveTrigger(
            model_name="assessment",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="assessment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="assessment",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="lesion",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="lesion",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="lesion",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="lesion",
            name="lesion_lies_on_its_chart",
        ),
        migrations.AddField(
            model_name="assessment",
            name="dermoscopy",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="assessment",
            name="excluded",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name="assessment",
            name="lesion_count",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="assessment",
            name="suspected",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name="assessmentevent",
            name="dermoscopy",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="assessmentevent",
            name="excluded",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name="assessmentevent",
            name="lesion_count",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="assessmentevent",
            name="suspected",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name="lesion",
            name="cause",
            field=models.TextField(
                blank=True,
                choices=[
                    ("sun_damage", "sun_damage"),
                    ("injury", "injury"),
                    ("burn", "burn"),
                    ("blister", "blister"),
                    ("sunburn", "sunburn"),
                    ("heavy_products", "heavy_products"),
                    ("comedogenic_products", "comedogenic_products"),
                    ("silicones", "silicones"),
                    ("moisturiser_or_serum", "moisturiser_or_serum"),
                    ("too_little_exfoliation", "too_little_exfoliation"),
                    ("over_exfoliation", "over_exfoliation"),
                    ("dehydration", "dehydration"),
                    ("unwashed_at_night", "unwashed_at_night"),
                    ("genetics", "genetics"),
                    ("skin_condition", "skin_condition"),
                    ("resurfacing", "resurfacing"),
                    ("cosmetic_procedure", "cosmetic_procedure"),
                    ("unknown", "unknown"),
                ],
            ),
        ),
        migrations.AddField(
            model_name="lesion",
            name="cause_note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="clustered",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="colour",
            field=models.TextField(
                blank=True, choices=[("white", "white"), ("yellowish", "yellowish"), ("skin", "skin"), ("other", "other")]
            ),
        ),
        migrations.AddField(
            model_name="lesion",
            name="dome_shaped",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="hard",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="patients.lesion",
            ),
        ),
        migrations.AddField(
            model_name="lesion",
            name="painful",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="picked",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="products",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="lesion",
            name="red",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="cause",
            field=models.TextField(
                blank=True,
                choices=[
                    ("sun_damage", "sun_damage"),
                    ("injury", "injury"),
                    ("burn", "burn"),
                    ("blister", "blister"),
                    ("sunburn", "sunburn"),
                    ("heavy_products", "heavy_products"),
                    ("comedogenic_products", "comedogenic_products"),
                    ("silicones", "silicones"),
                    ("moisturiser_or_serum", "moisturiser_or_serum"),
                    ("too_little_exfoliation", "too_little_exfoliation"),
                    ("over_exfoliation", "over_exfoliation"),
                    ("dehydration", "dehydration"),
                    ("unwashed_at_night", "unwashed_at_night"),
                    ("genetics", "genetics"),
                    ("skin_condition", "skin_condition"),
                    ("resurfacing", "resurfacing"),
                    ("cosmetic_procedure", "cosmetic_procedure"),
                    ("unknown", "unknown"),
                ],
            ),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="cause_note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="clustered",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="colour",
            field=models.TextField(
                blank=True, choices=[("white", "white"), ("yellowish", "yellowish"), ("skin", "skin"), ("other", "other")]
            ),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="dome_shaped",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="hard",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="merged_into",
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
            model_name="lesionevent",
            name="painful",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="picked",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="products",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="lesionevent",
            name="red",
            field=models.BooleanField(blank=True, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_assessmentevent" ("certainty", "cosigned_at", "cosigned_by_id", "depth", "dermoscopy", "diagnosis_id", "excluded", "id", "lesion_count", "milia_type_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "region", "region_verified", "signed_at", "signed_by_id", "suspected", "suspicious") VALUES (NEW."certainty", NEW."cosigned_at", NEW."cosigned_by_id", NEW."depth", NEW."dermoscopy", NEW."diagnosis_id", NEW."excluded", NEW."id", NEW."lesion_count", NEW."milia_type_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."profession", NEW."region", NEW."region_verified", NEW."signed_at", NEW."signed_by_id", NEW."suspected", NEW."suspicious"); RETURN NULL;',
                    hash="36ce4590f4cb2bac03367f3d4906112e35a10b6b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f9bcb",
                    table="patients_assessment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_assessmentevent" ("certainty", "cosigned_at", "cosigned_by_id", "depth", "dermoscopy", "diagnosis_id", "excluded", "id", "lesion_count", "milia_type_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "region", "region_verified", "signed_at", "signed_by_id", "suspected", "suspicious") VALUES (NEW."certainty", NEW."cosigned_at", NEW."cosigned_by_id", NEW."depth", NEW."dermoscopy", NEW."diagnosis_id", NEW."excluded", NEW."id", NEW."lesion_count", NEW."milia_type_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."profession", NEW."region", NEW."region_verified", NEW."signed_at", NEW."signed_by_id", NEW."suspected", NEW."suspicious"); RETURN NULL;',
                    hash="c1690c4103377a1a84584924311e51f8596e2412",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4d11a",
                    table="patients_assessment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_assessmentevent" ("certainty", "cosigned_at", "cosigned_by_id", "depth", "dermoscopy", "diagnosis_id", "excluded", "id", "lesion_count", "milia_type_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profession", "region", "region_verified", "signed_at", "signed_by_id", "suspected", "suspicious") VALUES (OLD."certainty", OLD."cosigned_at", OLD."cosigned_by_id", OLD."depth", OLD."dermoscopy", OLD."diagnosis_id", OLD."excluded", OLD."id", OLD."lesion_count", OLD."milia_type_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."profession", OLD."region", OLD."region_verified", OLD."signed_at", OLD."signed_by_id", OLD."suspected", OLD."suspicious"); RETURN NULL;',
                    hash="87b643fa1f001192d45e3d7b920e70d7804e64f3",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a5e53",
                    table="patients_assessment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_lesionevent" ("body_site_id", "cause", "cause_note", "chart", "clustered", "colour", "count", "depth", "diagnosis_certainty", "diagnosis_id", "dome_shaped", "first_noted_on", "hard", "id", "laterality", "merged_into_id", "milia_type_id", "painful", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picked", "plaque_reviewed", "products", "recurrence_of_id", "red", "region", "region_verified", "size_mm", "status", "suspicious", "x", "y") VALUES (NEW."body_site_id", NEW."cause", NEW."cause_note", NEW."chart", NEW."clustered", NEW."colour", NEW."count", NEW."depth", NEW."diagnosis_certainty", NEW."diagnosis_id", NEW."dome_shaped", NEW."first_noted_on", NEW."hard", NEW."id", NEW."laterality", NEW."merged_into_id", NEW."milia_type_id", NEW."painful", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."picked", NEW."plaque_reviewed", NEW."products", NEW."recurrence_of_id", NEW."red", NEW."region", NEW."region_verified", NEW."size_mm", NEW."status", NEW."suspicious", NEW."x", NEW."y"); RETURN NULL;',
                    hash="ea21256c9cb2161abeb7751f71ad901fb5980945",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_89f54",
                    table="patients_lesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."body_site_id" IS DISTINCT FROM (NEW."body_site_id") OR OLD."cause" IS DISTINCT FROM (NEW."cause") OR OLD."cause_note" IS DISTINCT FROM (NEW."cause_note") OR OLD."chart" IS DISTINCT FROM (NEW."chart") OR OLD."clustered" IS DISTINCT FROM (NEW."clustered") OR OLD."colour" IS DISTINCT FROM (NEW."colour") OR OLD."count" IS DISTINCT FROM (NEW."count") OR OLD."depth" IS DISTINCT FROM (NEW."depth") OR OLD."diagnosis_id" IS DISTINCT FROM (NEW."diagnosis_id") OR OLD."diagnosis_certainty" IS DISTINCT FROM (NEW."diagnosis_certainty") OR OLD."dome_shaped" IS DISTINCT FROM (NEW."dome_shaped") OR OLD."first_noted_on" IS DISTINCT FROM (NEW."first_noted_on") OR OLD."hard" IS DISTINCT FROM (NEW."hard") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."laterality" IS DISTINCT FROM (NEW."laterality") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."milia_type_id" IS DISTINCT FROM (NEW."milia_type_id") OR OLD."painful" IS DISTINCT FROM (NEW."painful") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."picked" IS DISTINCT FROM (NEW."picked") OR OLD."plaque_reviewed" IS DISTINCT FROM (NEW."plaque_reviewed") OR OLD."products" IS DISTINCT FROM (NEW."products") OR OLD."recurrence_of_id" IS DISTINCT FROM (NEW."recurrence_of_id") OR OLD."red" IS DISTINCT FROM (NEW."red") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."region_verified" IS DISTINCT FROM (NEW."region_verified") OR OLD."size_mm" IS DISTINCT FROM (NEW."size_mm") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."suspicious" IS DISTINCT FROM (NEW."suspicious") OR OLD."x" IS DISTINCT FROM (NEW."x") OR OLD."y" IS DISTINCT FROM (NEW."y"))',
                    func='INSERT INTO "patients_lesionevent" ("body_site_id", "cause", "cause_note", "chart", "clustered", "colour", "count", "depth", "diagnosis_certainty", "diagnosis_id", "dome_shaped", "first_noted_on", "hard", "id", "laterality", "merged_into_id", "milia_type_id", "painful", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picked", "plaque_reviewed", "products", "recurrence_of_id", "red", "region", "region_verified", "size_mm", "status", "suspicious", "x", "y") VALUES (NEW."body_site_id", NEW."cause", NEW."cause_note", NEW."chart", NEW."clustered", NEW."colour", NEW."count", NEW."depth", NEW."diagnosis_certainty", NEW."diagnosis_id", NEW."dome_shaped", NEW."first_noted_on", NEW."hard", NEW."id", NEW."laterality", NEW."merged_into_id", NEW."milia_type_id", NEW."painful", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."picked", NEW."plaque_reviewed", NEW."products", NEW."recurrence_of_id", NEW."red", NEW."region", NEW."region_verified", NEW."size_mm", NEW."status", NEW."suspicious", NEW."x", NEW."y"); RETURN NULL;',
                    hash="9243118f71bc5e6ab8ba29e9c675870a1c51c09d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9a1d5",
                    table="patients_lesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_lesionevent" ("body_site_id", "cause", "cause_note", "chart", "clustered", "colour", "count", "depth", "diagnosis_certainty", "diagnosis_id", "dome_shaped", "first_noted_on", "hard", "id", "laterality", "merged_into_id", "milia_type_id", "painful", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picked", "plaque_reviewed", "products", "recurrence_of_id", "red", "region", "region_verified", "size_mm", "status", "suspicious", "x", "y") VALUES (OLD."body_site_id", OLD."cause", OLD."cause_note", OLD."chart", OLD."clustered", OLD."colour", OLD."count", OLD."depth", OLD."diagnosis_certainty", OLD."diagnosis_id", OLD."dome_shaped", OLD."first_noted_on", OLD."hard", OLD."id", OLD."laterality", OLD."merged_into_id", OLD."milia_type_id", OLD."painful", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."picked", OLD."plaque_reviewed", OLD."products", OLD."recurrence_of_id", OLD."red", OLD."region", OLD."region_verified", OLD."size_mm", OLD."status", OLD."suspicious", OLD."x", OLD."y"); RETURN NULL;',
                    hash="2a24e6775ce537c996fdb4df6eef68a1b5066c0b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_821f6",
                    table="patients_lesion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("certainty__in", ["confirmed", "refuted"]), _negated=True),
                    (
                        "profession__in",
                        (
                            "dermatologist",
                            "ophthalmologist",
                            "physician_other",
                            "pediatrician",
                            "physician_assistant",
                            "nurse_practitioner",
                        ),
                    ),
                    _connector="OR",
                ),
                name="diagnosis_is_settled_by_a_profession_that_diagnoses",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("certainty", "none"), ("diagnosis__isnull", False), _connector="OR"),
                name="settled_assessment_names_its_diagnosis",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("lesion_count__gte", 1)), name="assessment_is_about_a_lesion"
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cosigned_at__isnull", True), ("cosigned_by__isnull", True)),
                    models.Q(("cosigned_at__isnull", False), ("cosigned_by__isnull", False)),
                    _connector="OR",
                ),
                name="assessment_is_cosigned_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("excluded__overlap", models.F("suspected")), _negated=True),
                name="assessment_excludes_or_suspects_a_diagnosis",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_assessment_codes",
                name="assessment_names_known_diagnoses",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_assessment_is_signed",
                name="signed_assessment_is_not_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_assessment_is_signed",
                name="signed_assessments_are_kept",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="diagnosis",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["benign", "inflamed", "suspicious", "contagious"])),
                name="diagnosis_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("chart", ""), ("x__isnull", True), ("y__isnull", True)),
                    models.Q(
                        ("chart__in", ("face_front", "face_left", "face_right", "eyelids_closed", "torso_front", "torso_back")),
                        ("x__isnull", False),
                        ("x__range", (0, 1)),
                        ("y__isnull", False),
                        ("y__range", (0, 1)),
                    ),
                    _connector="OR",
                ),
                name="lesion_lies_on_its_chart",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=models.CheckConstraint(
                condition=models.Q(("colour", ""), ("colour__in", ("white", "yellowish", "skin", "other")), _connector="OR"),
                name="lesion_has_a_known_colour",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cause", ""),
                    (
                        "cause__in",
                        (
                            "sun_damage",
                            "injury",
                            "burn",
                            "blister",
                            "sunburn",
                            "heavy_products",
                            "comedogenic_products",
                            "silicones",
                            "moisturiser_or_serum",
                            "too_little_exfoliation",
                            "over_exfoliation",
                            "dehydration",
                            "unwashed_at_night",
                            "genetics",
                            "skin_condition",
                            "resurfacing",
                            "cosmetic_procedure",
                            "unknown",
                        ),
                    ),
                    _connector="OR",
                ),
                name="lesion_has_a_known_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("recurrence_of", "patient"),
                name="recurrence_is_of_the_same_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("merged_into", "patient"),
                name="lesions_of_one_patient_are_merged",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("merged_into", "authority_region", "depth"),
                name="merged_lesion_is_judged_as_the_lasting_one",
                to="patients.Lesion",
                to_fields=("id", "authority_region", "depth"),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesion",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_lesion_course",
                name="lesion_follows_its_course",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT OR UPDATE OF status, recurrence_of_id, merged_into_id",
            ),
        ),
        migrations.AddField(
            model_name="lesionmerge",
            name="lasting",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="patients.lesion"),
        ),
        migrations.AddField(
            model_name="lesionmerge",
            name="merged_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"),
        ),
        migrations.AddField(
            model_name="lesionmerge",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merges_into", to="patients.lesion"
            ),
        ),
        migrations.AddField(
            model_name="lesionmerge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"
            ),
        ),
        migrations.AddField(
            model_name="lesionmergeevent",
            name="lasting",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.lesion",
            ),
        ),
        migrations.AddField(
            model_name="lesionmergeevent",
            name="merged_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="lesionmergeevent",
            name="other",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.lesion",
            ),
        ),
        migrations.AddField(
            model_name="lesionmergeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="patients.lesionmerge",
            ),
        ),
        migrations.AddField(
            model_name="lesionmergeevent",
            name="undone_by",
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
            model_name="lesionreport",
            name="body_site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.bodysite"),
        ),
        migrations.AddField(
            model_name="lesionreport",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lesionreport",
            name="entered_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="lesionreport",
            name="lesion",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="report", to="patients.lesion"
            ),
        ),
        migrations.AddField(
            model_name="lesionreport",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lesion_reports", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="lesionreportevent",
            name="body_site",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.bodysite",
            ),
        ),
        migrations.AddField(
            model_name="lesionreportevent",
            name="decided_by",
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
            model_name="lesionreportevent",
            name="entered_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lesionreportevent",
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
            model_name="lesionreportevent",
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
            model_name="lesionreportevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="patients.lesionreport",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="patients.assessment",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="opened_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.practitioner"),
        ),
        migrations.AddField(
            model_name="referral",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="patients.patient"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.assessment",
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="ended_by",
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
            model_name="referralevent",
            name="opened_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clinic.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
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
            model_name="referralevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="patients.referral",
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
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
            model_name="referredlesion",
            name="lesion",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="referred", to="patients.lesion"),
        ),
        migrations.AddField(
            model_name="referredlesion",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.patient"),
        ),
        migrations.AddField(
            model_name="referredlesion",
            name="referral",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="items", to="patients.referral"),
        ),
        migrations.AddField(
            model_name="referredlesionevent",
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
            model_name="referredlesionevent",
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
            model_name="referredlesionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                to="patients.referredlesion",
            ),
        ),
        migrations.AddField(
            model_name="referredlesionevent",
            name="referral",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="patients.referral",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionmerge",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="merge_gives_its_reason"),
        ),
        migrations.AddConstraint(
            model_name="lesionmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("lasting", models.F("other")), _negated=True), name="merge_is_of_two_records"
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undo_reason", ""), ("undone_at__isnull", True), ("undone_by__isnull", True)),
                    models.Q(
                        ("undone_at__isnull", False), ("undone_by__isnull", False), models.Q(("undo_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="merge_is_undone_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("other",), name="lesion_is_part_of_one_other"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesionmerge",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_lesionmergeevent" ("after", "id", "lasting_before", "lasting_id", "merged_at", "merged_by_id", "other_before", "other_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "undo_reason", "undone_at", "undone_by_id") VALUES (NEW."after", NEW."id", NEW."lasting_before", NEW."lasting_id", NEW."merged_at", NEW."merged_by_id", NEW."other_before", NEW."other_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;',
                    hash="370a0e469843f6059f141c764aa9de38f3cff24f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ba7ae",
                    table="patients_lesionmerge",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesionmerge",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_lesionmergeevent" ("after", "id", "lasting_before", "lasting_id", "merged_at", "merged_by_id", "other_before", "other_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "undo_reason", "undone_at", "undone_by_id") VALUES (NEW."after", NEW."id", NEW."lasting_before", NEW."lasting_id", NEW."merged_at", NEW."merged_by_id", NEW."other_before", NEW."other_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."undo_reason", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;',
                    hash="44a661941184215f57f41270c583a78864935d5a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_33582",
                    table="patients_lesionmerge",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesionmerge",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_lesionmergeevent" ("after", "id", "lasting_before", "lasting_id", "merged_at", "merged_by_id", "other_before", "other_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "undo_reason", "undone_at", "undone_by_id") VALUES (OLD."after", OLD."id", OLD."lasting_before", OLD."lasting_id", OLD."merged_at", OLD."merged_by_id", OLD."other_before", OLD."other_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."undo_reason", OLD."undone_at", OLD."undone_by_id"); RETURN NULL;',
                    hash="823e63b58467e9839b412f71dae083547415fda5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4bdb0",
                    table="patients_lesionmerge",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionmergeevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="lesionmerge_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["reported", "accepted", "declined"])), name="report_has_a_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="report_counts_at_least_one"),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("chart", ""), ("x__isnull", True), ("y__isnull", True)),
                    models.Q(
                        ("chart__in", ("face_front", "face_left", "face_right", "eyelids_closed", "torso_front", "torso_back")),
                        ("x__isnull", False),
                        ("x__range", (0, 1)),
                        ("y__isnull", False),
                        ("y__range", (0, 1)),
                    ),
                    _connector="OR",
                ),
                name="reported_lesion_lies_on_its_chart",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lesion__isnull", False), ("state", "accepted")),
                    models.Q(models.Q(("state", "accepted"), _negated=True), ("lesion__isnull", True)),
                    _connector="OR",
                ),
                name="accepted_report_has_a_lesion",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), models.Q(("decline_reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "declined"), _negated=True), ("decline_reason", "")),
                    _connector="OR",
                ),
                name="declined_report_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "reported")),
                    models.Q(
                        models.Q(("state", "reported"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="report_is_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="reported_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreport",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_report_decided",
                name="decided_report_is_not_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesionreport",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_lesionreportevent" ("body_site_id", "chart", "count", "decided_at", "decided_by_id", "decline_reason", "entered_by_id", "first_noted_on", "id", "laterality", "lesion_id", "painful", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picked", "products", "red", "reported_at", "state", "words", "x", "y") VALUES (NEW."body_site_id", NEW."chart", NEW."count", NEW."decided_at", NEW."decided_by_id", NEW."decline_reason", NEW."entered_by_id", NEW."first_noted_on", NEW."id", NEW."laterality", NEW."lesion_id", NEW."painful", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."picked", NEW."products", NEW."red", NEW."reported_at", NEW."state", NEW."words", NEW."x", NEW."y"); RETURN NULL;',
                    hash="4692a0d0fbec169be7bfa59505024723b2c8d94b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fa0d8",
                    table="patients_lesionreport",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesionreport",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_lesionreportevent" ("body_site_id", "chart", "count", "decided_at", "decided_by_id", "decline_reason", "entered_by_id", "first_noted_on", "id", "laterality", "lesion_id", "painful", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picked", "products", "red", "reported_at", "state", "words", "x", "y") VALUES (NEW."body_site_id", NEW."chart", NEW."count", NEW."decided_at", NEW."decided_by_id", NEW."decline_reason", NEW."entered_by_id", NEW."first_noted_on", NEW."id", NEW."laterality", NEW."lesion_id", NEW."painful", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."picked", NEW."products", NEW."red", NEW."reported_at", NEW."state", NEW."words", NEW."x", NEW."y"); RETURN NULL;',
                    hash="d1aa4af35dc23b2aadf7ee04ad1f138381d2a40a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_aa267",
                    table="patients_lesionreport",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lesionreport",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_lesionreportevent" ("body_site_id", "chart", "count", "decided_at", "decided_by_id", "decline_reason", "entered_by_id", "first_noted_on", "id", "laterality", "lesion_id", "painful", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picked", "products", "red", "reported_at", "state", "words", "x", "y") VALUES (OLD."body_site_id", OLD."chart", OLD."count", OLD."decided_at", OLD."decided_by_id", OLD."decline_reason", OLD."entered_by_id", OLD."first_noted_on", OLD."id", OLD."laterality", OLD."lesion_id", OLD."painful", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."picked", OLD."products", OLD."red", OLD."reported_at", OLD."state", OLD."words", OLD."x", OLD."y"); RETURN NULL;',
                    hash="91e7e93d2e7bbbb7653fde62ca52777b82024796",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f1157",
                    table="patients_lesionreport",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="lesionreportevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="lesionreport_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("status__in", ["closed", "declined"]), _negated=True),
                fields=["opened_at"],
                name="referral_to_follow",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("to__in", ["dermatology", "ophthalmology", "pediatrics"])),
                name="referral_goes_to_a_known_specialty",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("urgency__in", ["routine", "soon", "urgent"])), name="referral_has_a_known_urgency"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "booked", "seen", "closed", "declined"])),
                name="referral_has_a_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="referral_gives_its_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "booked"), _negated=True), ("booked_for__isnull", False), _connector="OR"
                ),
                name="booked_referral_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["cleared", "treated", "kept", "not_seen"]), ("status", "closed")),
                    models.Q(models.Q(("status", "closed"), _negated=True), ("outcome", "")),
                    _connector="OR",
                ),
                name="closed_referral_has_its_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "declined"), models.Q(("decline_reason", ""), _negated=True)),
                    models.Q(models.Q(("status", "declined"), _negated=True), ("decline_reason", "")),
                    _connector="OR",
                ),
                name="declined_referral_has_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False), ("status__in", ["closed", "declined"])),
                    models.Q(
                        models.Q(("status__in", ["closed", "declined"]), _negated=True),
                        ("ended_at__isnull", True),
                        ("ended_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="referral_is_ended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="referral_patient_key"),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_referral_course",
                name="referral_follows_its_course",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referral",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_referralevent" ("assessment_id", "booked_for", "booked_with", "decline_reason", "ended_at", "ended_by_id", "id", "opened_at", "opened_by_id", "outcome", "outcome_note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "seen_on", "site_id", "status", "to", "urgency") VALUES (NEW."assessment_id", NEW."booked_for", NEW."booked_with", NEW."decline_reason", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."outcome", NEW."outcome_note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."seen_on", NEW."site_id", NEW."status", NEW."to", NEW."urgency"); RETURN NULL;',
                    hash="3b5c96f0550e9d750b9552321761bb664567e8ac",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e72d4",
                    table="patients_referral",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referral",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_referralevent" ("assessment_id", "booked_for", "booked_with", "decline_reason", "ended_at", "ended_by_id", "id", "opened_at", "opened_by_id", "outcome", "outcome_note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "seen_on", "site_id", "status", "to", "urgency") VALUES (NEW."assessment_id", NEW."booked_for", NEW."booked_with", NEW."decline_reason", NEW."ended_at", NEW."ended_by_id", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."outcome", NEW."outcome_note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."seen_on", NEW."site_id", NEW."status", NEW."to", NEW."urgency"); RETURN NULL;',
                    hash="6a392fcb66be8ceddff4a323998366ad7928b3c3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_88865",
                    table="patients_referral",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referral",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_referralevent" ("assessment_id", "booked_for", "booked_with", "decline_reason", "ended_at", "ended_by_id", "id", "opened_at", "opened_by_id", "outcome", "outcome_note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "seen_on", "site_id", "status", "to", "urgency") VALUES (OLD."assessment_id", OLD."booked_for", OLD."booked_with", OLD."decline_reason", OLD."ended_at", OLD."ended_by_id", OLD."id", OLD."opened_at", OLD."opened_by_id", OLD."outcome", OLD."outcome_note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."seen_on", OLD."site_id", OLD."status", OLD."to", OLD."urgency"); RETURN NULL;',
                    hash="281e1773fe5a4eb2a5a2dc44a27f1ca4d5a21d74",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_358d0",
                    table="patients_referral",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="referralevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="referral_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="referredlesion",
            constraint=models.UniqueConstraint(fields=("referral", "lesion"), name="lesion_is_referred_once"),
        ),
        migrations.AddConstraint(
            model_name="referredlesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="referred_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="referredlesion",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("referral", "patient"),
                name="referral_is_of_the_patient_of_its_lesions",
                to="patients.Referral",
                to_fields=("id", "patient"),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referredlesion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_referredlesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."referral_id"); RETURN NULL;',
                    hash="a8f10713b66f16a6f602a5524b6b5bbfa5debbb1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f9827",
                    table="patients_referredlesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referredlesion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_referredlesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id") VALUES (NEW."id", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."referral_id"); RETURN NULL;',
                    hash="c7ddde7c03d414cd5c0e7a03638aa34366e64394",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1e0a8",
                    table="patients_referredlesion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referredlesion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_referredlesionevent" ("id", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id") VALUES (OLD."id", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."referral_id"); RETURN NULL;',
                    hash="b39fea6299bcb106d58185e59c4a872ad818125a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_304ac",
                    table="patients_referredlesion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="referredlesionevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="referredlesion_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
