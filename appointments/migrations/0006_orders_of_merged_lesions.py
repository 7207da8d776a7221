"""An order for a record that became part of another lesion covers visits of that one, and the other way round."""

from django.db import migrations

ALSO_MERGED = """
CREATE OR REPLACE FUNCTION appointment_authorise(wanted uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM appointments_appointmentitem i
      JOIN appointments_appointment v ON v.id = i.appointment_id
      JOIN treatments_orderitem oi ON oi.id = i.order_item_id
      JOIN treatments_treatmentorder o ON o.id = oi.order_id
     WHERE i.id = wanted
       AND NOT (o.patient_id = v.patient_id AND o.site_id = v.site_id AND o.signed_by_id = i.authorised_by_id
                AND o.status IN ('active', 'used') AND lower(v.during) < o.expires_at
                AND oi.treatment_id = i.treatment_id
                AND (oi.lesion_id IS NOT DISTINCT FROM i.lesion_id OR EXISTS (
                  SELECT FROM patients_lesion ordered
                    JOIN patients_lesion booked
                      ON coalesce(booked.merged_into_id, booked.id) = coalesce(ordered.merged_into_id, ordered.id)
                   WHERE ordered.id = oi.lesion_id AND booked.id = i.lesion_id))
                AND oi.body_site_id IS NOT DISTINCT FROM i.body_site_id AND oi.scope = i.scope)
  ) THEN
    RAISE EXCEPTION 'the order of item % does not cover its visit', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_covers_the_visit';
  END IF;
  INSERT INTO appointments_authority (
    item_id, appointment_id, practitioner_id, site_id, profession, scope, restricted, supervision, supervisor_id,
    supervisor_profession, during, blocked, lesion_id, region, lesion_depth, authorised_by_id,
    authorised_profession, authorised_at)
  SELECT i.id, v.id, v.practitioner_id, v.site_id, v.profession, i.scope, i.restricted, i.supervision,
         CASE WHEN i.supervision <> 'none' THEN v.supervisor_id END,
         CASE WHEN i.supervision <> 'none' THEN v.supervisor_profession END,
         v.during, v.blocked, i.lesion_id, i.region, i.lesion_depth, i.authorised_by_id, i.authorised_profession,
         CASE WHEN i.authorised_by_id IS NOT NULL
              THEN tstzrange(i.authorised_at, i.authorised_at + interval '1 microsecond') END
    FROM appointments_appointmentitem i JOIN appointments_appointment v ON v.id = i.appointment_id
   WHERE i.id = wanted;
END $$;
"""

ONLY_THE_SAME = """
CREATE OR REPLACE FUNCTION appointment_authorise(wanted uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM appointments_appointmentitem i
      JOIN appointments_appointment v ON v.id = i.appointment_id
      JOIN treatments_orderitem oi ON oi.id = i.order_item_id
      JOIN treatments_treatmentorder o ON o.id = oi.order_id
     WHERE i.id = wanted
       AND NOT (o.patient_id = v.patient_id AND o.site_id = v.site_id AND o.signed_by_id = i.authorised_by_id
                AND o.status IN ('active', 'used') AND lower(v.during) < o.expires_at
                AND oi.treatment_id = i.treatment_id AND oi.lesion_id IS NOT DISTINCT FROM i.lesion_id
                AND oi.body_site_id IS NOT DISTINCT FROM i.body_site_id AND oi.scope = i.scope)
  ) THEN
    RAISE EXCEPTION 'the order of item % does not cover its visit', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_covers_the_visit';
  END IF;
  INSERT INTO appointments_authority (
    item_id, appointment_id, practitioner_id, site_id, profession, scope, restricted, supervision, supervisor_id,
    supervisor_profession, during, blocked, lesion_id, region, lesion_depth, authorised_by_id,
    authorised_profession, authorised_at)
  SELECT i.id, v.id, v.practitioner_id, v.site_id, v.profession, i.scope, i.restricted, i.supervision,
         CASE WHEN i.supervision <> 'none' THEN v.supervisor_id END,
         CASE WHEN i.supervision <> 'none' THEN v.supervisor_profession END,
         v.during, v.blocked, i.lesion_id, i.region, i.lesion_depth, i.authorised_by_id, i.authorised_profession,
         CASE WHEN i.authorised_by_id IS NOT NULL
              THEN tstzrange(i.authorised_at, i.authorised_at + interval '1 microsecond') END
    FROM appointments_appointmentitem i JOIN appointments_appointment v ON v.id = i.appointment_id
   WHERE i.id = wanted;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0005_claims_without_an_index"),
        ("patients", "0004_charting"),
    ]
    operations = [migrations.RunSQL(ALSO_MERGED, ONLY_THE_SAME)]
