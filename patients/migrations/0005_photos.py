"""
Photos, which PostgreSQL takes only on the strength of a consent that stands, and keeps as they were uploaded.

All that ever changes in a row is that the bytes were removed, once, and why; a withdrawn consent keeps none. A violation
carries the name of a constraint, as a table constraint would.
"""

import clinic.base
import clinic.constraints
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION patients_check_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Shared, so that whoever withdraws the consent meanwhile waits, and then finds this photo; or was first.
  PERFORM FROM patients_consent
    WHERE id = new.consent_id AND kind = 'photos' AND signed_at <= new.uploaded_at AND withdrawn_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'photo % stands on no consent to photos', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'photo_stands_on_a_consent', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

-- At the end of the transaction nothing is kept any more on the strength of a consent that was withdrawn.
CREATE FUNCTION patients_check_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM patients_photo WHERE consent_id = new.id AND bytes_removed_at IS NULL)
     AND EXISTS (SELECT FROM patients_consent WHERE id = new.id AND withdrawn_at IS NOT NULL) THEN
    RAISE EXCEPTION 'consent % is withdrawn, and photos are still kept on its strength', new.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'photos_go_with_their_consent', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION patients_keep_photo() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  removal text[] := ARRAY['bytes_removed_at', 'bytes_removed_because'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF patients_merge_moves(TG_TABLE_NAME, to_jsonb(old), to_jsonb(new)) THEN
      RETURN new;
    END IF;
    IF old.bytes_removed_at IS NULL AND new.bytes_removed_at IS NOT NULL
       AND to_jsonb(new) - removal = to_jsonb(old) - removal THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION 'photos are kept as they were uploaded: only their bytes are removed'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'photo_is_never_changed', TABLE = TG_TABLE_NAME;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION patients_keep_photo();
DROP FUNCTION patients_check_withdrawal();
DROP FUNCTION patients_check_photo();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0004_charting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.CreateModel(
            name="Photo",
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
                (
                    "view",
                    models.TextField(
                        choices=[("overview", "overview"), ("close_up", "close_up"), ("dermoscopy", "dermoscopy")]
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("taken_at_source", models.TextField(choices=[("camera", "camera"), ("given", "given")])),
                ("uploaded_at", models.DateTimeField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("bytes", models.PositiveIntegerField()),
                ("sha256", models.TextField()),
                ("content_type", models.TextField()),
                ("storage_name", models.TextField(unique=True)),
                ("bytes_removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "bytes_removed_because",
                    models.TextField(
                        blank=True,
                        choices=[("consent_withdrawn", "consent_withdrawn"), ("entered_in_error", "entered_in_error")],
                    ),
                ),
                (
                    "body_site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.bodysite",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patients.consent"),
                ),
                (
                    "lesion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="patients.lesion",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="patients.patient"
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhotoEvent",
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
                (
                    "view",
                    models.TextField(
                        choices=[("overview", "overview"), ("close_up", "close_up"), ("dermoscopy", "dermoscopy")]
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("taken_at_source", models.TextField(choices=[("camera", "camera"), ("given", "given")])),
                ("uploaded_at", models.DateTimeField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("bytes", models.PositiveIntegerField()),
                ("sha256", models.TextField()),
                ("content_type", models.TextField()),
                ("storage_name", models.TextField()),
                ("bytes_removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "bytes_removed_because",
                    models.TextField(
                        blank=True,
                        choices=[("consent_withdrawn", "consent_withdrawn"), ("entered_in_error", "entered_in_error")],
                    ),
                ),
                (
                    "body_site",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.bodysite",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="patients.consent",
                    ),
                ),
                (
                    "lesion",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
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
                        to="patients.photo",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        db_constraint=False,
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
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["patient", "taken_at"], name="photo_by_patient"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["lesion", "taken_at"], name="photo_by_lesion"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("view__in", ["overview", "close_up", "dermoscopy"])), name="photo_has_a_known_view"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_at_source__in", ["camera", "given"])), name="photo_time_has_a_known_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_type__in", ["image/jpeg"])), name="photo_is_kept_as_jpeg"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("laterality", ""), ("laterality__in", ("left", "right", "midline")), _connector="OR"),
                name="photo_has_one_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("chart", ""),
                    ("chart__in", ("face_front", "face_left", "face_right", "eyelids_closed", "torso_front", "torso_back")),
                    _connector="OR",
                ),
                name="photo_has_a_known_chart",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("body_site__isnull", False),
                    models.Q(models.Q(("chart", ""), _negated=True), ("lesion__isnull", True)),
                    _connector="OR",
                ),
                name="photo_shows_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("bytes__gte", 1), ("height__gte", 1), ("width__gte", 1)), name="photo_has_pixels"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="photo_has_a_hash"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_at__lte", models.F("uploaded_at"))), name="photo_is_taken_before_it_is_uploaded"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bytes_removed_at__isnull", True), ("bytes_removed_because", "")),
                    models.Q(
                        ("bytes_removed_at__gte", models.F("uploaded_at")),
                        ("bytes_removed_because__in", ("consent_withdrawn", "entered_in_error")),
                    ),
                    _connector="OR",
                ),
                name="photo_bytes_are_removed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("lesion", "patient"),
                name="photographed_lesion_is_of_the_patient",
                to="patients.Lesion",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=clinic.constraints.CompositeForeignKey(
                fields=("consent", "patient"),
                name="photo_consent_is_of_the_patient",
                to="patients.Consent",
                to_fields=("id", "patient"),
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_check_photo",
                name="photo_stands_on_a_consent",
                rest="FOR EACH ROW",
                timing="BEFORE INSERT",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_photo",
                name="photo_is_never_changed",
                rest="FOR EACH ROW",
                timing="BEFORE UPDATE OR DELETE",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="patients_keep_photo",
                name="photos_are_never_emptied",
                rest="FOR EACH STATEMENT",
                timing="BEFORE TRUNCATE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="photo",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_photoevent" ("body_site_id", "bytes", "bytes_removed_at", "bytes_removed_because", "chart", "consent_id", "content_type", "height", "id", "laterality", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "storage_name", "taken_at", "taken_at_source", "uploaded_at", "uploaded_by_id", "view", "width") VALUES (NEW."body_site_id", NEW."bytes", NEW."bytes_removed_at", NEW."bytes_removed_because", NEW."chart", NEW."consent_id", NEW."content_type", NEW."height", NEW."id", NEW."laterality", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."sha256", NEW."storage_name", NEW."taken_at", NEW."taken_at_source", NEW."uploaded_at", NEW."uploaded_by_id", NEW."view", NEW."width"); RETURN NULL;',
                    hash="e556d6182d365404212a3aee727b29075ec7bbba",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_85a44",
                    table="patients_photo",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="photo",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "patients_photoevent" ("body_site_id", "bytes", "bytes_removed_at", "bytes_removed_because", "chart", "consent_id", "content_type", "height", "id", "laterality", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "storage_name", "taken_at", "taken_at_source", "uploaded_at", "uploaded_by_id", "view", "width") VALUES (NEW."body_site_id", NEW."bytes", NEW."bytes_removed_at", NEW."bytes_removed_because", NEW."chart", NEW."consent_id", NEW."content_type", NEW."height", NEW."id", NEW."laterality", NEW."lesion_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."sha256", NEW."storage_name", NEW."taken_at", NEW."taken_at_source", NEW."uploaded_at", NEW."uploaded_by_id", NEW."view", NEW."width"); RETURN NULL;',
                    hash="b705dc4b051d306adae81d0ee6cc43ce090c62f4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0fae6",
                    table="patients_photo",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="photo",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "patients_photoevent" ("body_site_id", "bytes", "bytes_removed_at", "bytes_removed_because", "chart", "consent_id", "content_type", "height", "id", "laterality", "lesion_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "storage_name", "taken_at", "taken_at_source", "uploaded_at", "uploaded_by_id", "view", "width") VALUES (OLD."body_site_id", OLD."bytes", OLD."bytes_removed_at", OLD."bytes_removed_because", OLD."chart", OLD."consent_id", OLD."content_type", OLD."height", OLD."id", OLD."laterality", OLD."lesion_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."sha256", OLD."storage_name", OLD."taken_at", OLD."taken_at_source", OLD."uploaded_at", OLD."uploaded_by_id", OLD."view", OLD."width"); RETURN NULL;',
                    hash="a1b9663ced0c198da86e091444ab720a70a58ff8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_dfbf1",
                    table="patients_photo",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="photoevent",
            constraint=clinic.constraints.Trigger(
                deferred=False,
                function="clinic_history_is_append_only",
                name="photo_history_is_append_only",
                rest="FOR EACH STATEMENT",
                timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=clinic.constraints.Trigger(
                deferred=True,
                function="patients_check_withdrawal",
                name="photos_go_with_their_consent",
                rest="FOR EACH ROW",
                timing="AFTER UPDATE OF withdrawn_at",
            ),
        ),
    ]
