"""
The live guard: what a visit occupies and what it leans on, derived by PostgreSQL from visits and items.

A violation carries the name of a constraint, as a table constraint would. Claims are taken in the order of their
resource with ON CONFLICT DO NOTHING: two bookings never deadlock, and the loser learns at once who was first.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION appointment_is_live(status text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN status IN ('held', 'booked', 'needs_reassignment', 'checked_in', 'in_treatment');

CREATE FUNCTION appointment_is_staffed(status text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN status IN ('held', 'booked', 'checked_in', 'in_treatment');

CREATE FUNCTION appointment_may_become(was text, wanted text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE was
    WHEN 'held' THEN wanted IN ('booked', 'cancelled', 'entered_in_error')
    WHEN 'booked' THEN wanted IN ('needs_reassignment', 'checked_in', 'cancelled', 'no_show', 'entered_in_error')
    WHEN 'needs_reassignment' THEN wanted IN ('booked', 'cancelled', 'entered_in_error')
    WHEN 'checked_in' THEN wanted IN ('booked', 'in_treatment', 'needs_reassignment', 'cancelled', 'entered_in_error')
    WHEN 'in_treatment' THEN wanted IN ('completed', 'needs_reassignment', 'entered_in_error')
    WHEN 'completed' THEN wanted = 'entered_in_error'
    WHEN 'cancelled' THEN wanted = 'entered_in_error'
    WHEN 'no_show' THEN wanted = 'entered_in_error'
    ELSE false END;

CREATE FUNCTION clinic_level_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN array_position(ARRAY['none', 'general', 'direct', 'personal'], level);

-- The claims that a visit in this state has: patient and room as long as it lives, people while it is staffed.
CREATE FUNCTION appointment_claims(
  status text, patient uuid, room uuid, devices uuid[], practitioner uuid, supervision text, supervisor uuid,
  seat uuid, during tstzrange, blocked tstzrange
) RETURNS TABLE (resource uuid, kind text, period tstzrange, opening uuid) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT patient, 'patient', during, NULL::uuid WHERE appointment_is_live(status) AND status <> 'held'
  UNION ALL SELECT room, 'room', blocked, CASE WHEN appointment_is_staffed(status) THEN room END
    WHERE appointment_is_live(status)
  UNION ALL SELECT d, 'device', blocked, CASE WHEN appointment_is_staffed(status) THEN d END
    FROM unnest(devices) d WHERE appointment_is_live(status)
  UNION ALL SELECT practitioner, 'practitioner', blocked, NULL WHERE appointment_is_staffed(status)
  UNION ALL SELECT seat, 'supervisor_seat', during, NULL WHERE appointment_is_staffed(status) AND seat IS NOT NULL
  UNION ALL SELECT supervisor, 'supervisor', during, NULL
    WHERE appointment_is_staffed(status) AND supervision = 'personal'
$$;

CREATE FUNCTION appointment_guard_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF old.status = new.status THEN
    IF NOT appointment_is_live(old.status) THEN
      RAISE EXCEPTION 'visit % has ended and is not changed any more', old.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_visit_is_not_changed', TABLE = TG_TABLE_NAME;
    END IF;
  ELSIF NOT appointment_may_become(old.status, new.status) THEN
    RAISE EXCEPTION 'a visit that is % cannot become %', old.status, new.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_follows_its_course', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN new;
END $$;

CREATE FUNCTION appointment_check_places(v_site uuid, v_devices uuid[], v_seat uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(v_devices) > 0 AND EXISTS (
    SELECT FROM unnest(v_devices) d LEFT JOIN clinic_device c ON c.id = d AND c.site_id = v_site WHERE c.id IS NULL
  ) THEN
    RAISE EXCEPTION 'a device of the visit is not at its site'
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'visit_devices_are_at_its_site';
  END IF;
  IF v_seat IS NOT NULL AND EXISTS (
    SELECT FROM clinic_seat s JOIN clinic_practitioner p ON p.id = s.practitioner_id
     WHERE s.id = v_seat AND s.number > p.max_supervisees
  ) THEN
    RAISE EXCEPTION 'the supervisor does not offer this seat'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_seat_is_offered';
  END IF;
END $$;

CREATE FUNCTION appointment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  staffed boolean := appointment_is_staffed(new.status);
  asked integer;
  got integer;
  blockers jsonb;
BEGIN
  IF staffed THEN
    PERFORM clinic_share(ARRAY[new.practitioner_id, new.supervisor_id, new.room_id] || new.devices);
    PERFORM appointment_check_places(new.site_id, new.devices, new.seat_id);
  END IF;

  -- Take what is new while the old is still held: two visits that swap places would deadlock the other way round.
  WITH wanted AS MATERIALIZED (
    SELECT w.resource, w.kind, w.opening, unnest(tstzmultirange(w.period) - coalesce(
             (SELECT range_agg(c.during) FROM appointments_resourceclaim c
               WHERE c.appointment_id = new.id AND c.resource = w.resource), '{}')) AS period
      FROM appointment_claims(new.status, new.patient_id, new.room_id, new.devices, new.practitioner_id,
             new.supervision, new.supervisor_id, new.seat_id, new.during, new.blocked) w),
  taken AS (
    INSERT INTO appointments_resourceclaim (resource, kind, during, opening, appointment_id)
    SELECT resource, kind, period, opening, new.id FROM wanted ORDER BY resource, period
    ON CONFLICT DO NOTHING RETURNING 1)
  SELECT (SELECT count(*) FROM wanted), (SELECT count(*) FROM taken) INTO asked, got;

  IF got < asked THEN
    SELECT jsonb_agg(jsonb_build_object('kind', w.kind, 'resource', c.resource, 'appointment', c.appointment_id))
      INTO blockers
      FROM appointment_claims(new.status, new.patient_id, new.room_id, new.devices, new.practitioner_id,
             new.supervision, new.supervisor_id, new.seat_id, new.during, new.blocked) w
      JOIN appointments_resourceclaim c
        ON c.resource = w.resource AND c.during && w.period AND c.appointment_id <> new.id;
    RAISE EXCEPTION 'something that visit % needs is taken', new.id USING
      ERRCODE = CASE WHEN blockers IS NULL THEN 'serialization_failure' ELSE 'exclusion_violation' END,
      CONSTRAINT = 'claim_is_free', TABLE = 'appointments_resourceclaim', DETAIL = coalesce(blockers, '[]')::text;
  END IF;

  IF TG_OP = 'UPDATE' THEN
    DELETE FROM appointments_authority WHERE appointment_id = new.id;
    WITH wanted AS MATERIALIZED (
      SELECT * FROM appointment_claims(new.status, new.patient_id, new.room_id, new.devices, new.practitioner_id,
               new.supervision, new.supervisor_id, new.seat_id, new.during, new.blocked))
    DELETE FROM appointments_resourceclaim c WHERE c.appointment_id = new.id AND NOT EXISTS (
      SELECT FROM wanted w WHERE w.resource = c.resource AND w.period = c.during
         AND w.opening IS NOT DISTINCT FROM c.opening);
    INSERT INTO appointments_resourceclaim (resource, kind, during, opening, appointment_id)
    SELECT w.resource, w.kind, w.period, w.opening, new.id
      FROM appointment_claims(new.status, new.patient_id, new.room_id, new.devices, new.practitioner_id,
             new.supervision, new.supervisor_id, new.seat_id, new.during, new.blocked) w
     WHERE NOT EXISTS (SELECT FROM appointments_resourceclaim c
                        WHERE c.appointment_id = new.id AND c.resource = w.resource AND c.during = w.period)
     ORDER BY w.resource;
    IF new.status IN ('cancelled', 'no_show', 'entered_in_error') THEN
      UPDATE appointments_appointmentitem SET holds_order = false
       WHERE appointment_id = new.id AND order_item_id IS NOT NULL AND holds_order;
    END IF;
    IF staffed THEN
      PERFORM appointment_authorise(i.id) FROM appointments_appointmentitem i WHERE i.appointment_id = new.id;
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- Write down why one item of a staffed visit is lawful; the keys of the table refuse what is not.
CREATE FUNCTION appointment_authorise(wanted uuid) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION appointment_guard_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  visit record;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM appointments_authority WHERE item_id = new.id;
  END IF;
  -- A cancellation in flight must be waited for.
  SELECT * INTO visit FROM appointments_appointment WHERE id = new.appointment_id FOR SHARE;
  IF FOUND AND appointment_is_staffed(visit.status) THEN
    PERFORM clinic_share(ARRAY[visit.practitioner_id, visit.supervisor_id, new.authorised_by_id, new.lesion_id]);
    PERFORM appointment_authorise(new.id);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION appointment_guard_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'appointments_appointmentitem' THEN
    DELETE FROM appointments_authority WHERE item_id = old.id;
  ELSE
    DELETE FROM appointments_authority WHERE appointment_id = old.id;
    DELETE FROM appointments_resourceclaim WHERE appointment_id = old.id;
  END IF;
  RETURN old;
END $$;

-- At the end of the transaction a live visit has exactly what it needs, whoever wrote what.
CREATE FUNCTION appointment_guard_complete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids uuid[];
  visit record;
  broken text;
BEGIN
  IF TG_TABLE_NAME = 'appointments_appointment' THEN
    ids := ARRAY[new.id];
  ELSIF TG_OP = 'DELETE' THEN
    ids := ARRAY[old.appointment_id];
  ELSE
    ids := ARRAY[old.appointment_id, new.appointment_id];
  END IF;
  FOR visit IN SELECT * FROM appointments_appointment WHERE id = ANY (ids) LOOP
    broken := CASE
      WHEN appointment_is_live(visit.status)
       AND NOT EXISTS (SELECT FROM appointments_appointmentitem WHERE appointment_id = visit.id)
        THEN 'visit_has_an_item'
      WHEN EXISTS (
        (SELECT w.resource, w.period, w.opening
           FROM appointment_claims(visit.status, visit.patient_id, visit.room_id, visit.devices, visit.practitioner_id,
                  visit.supervision, visit.supervisor_id, visit.seat_id, visit.during, visit.blocked) w
         EXCEPT SELECT c.resource, c.during, c.opening FROM appointments_resourceclaim c
          WHERE c.appointment_id = visit.id))
        OR (SELECT count(*) FROM appointments_resourceclaim c WHERE c.appointment_id = visit.id) <>
           (SELECT count(*) FROM appointment_claims(visit.status, visit.patient_id, visit.room_id, visit.devices,
              visit.practitioner_id, visit.supervision, visit.supervisor_id, visit.seat_id, visit.during, visit.blocked))
        THEN 'visit_holds_its_claims'
      WHEN (SELECT count(*) FROM appointments_authority a WHERE a.appointment_id = visit.id) <>
           CASE WHEN appointment_is_staffed(visit.status)
                THEN (SELECT count(*) FROM appointments_appointmentitem WHERE appointment_id = visit.id) ELSE 0 END
        THEN 'visit_has_its_authorities'
      WHEN appointment_is_staffed(visit.status)
       AND clinic_level_rank(visit.supervision) <>
           (SELECT max(clinic_level_rank(i.supervision)) FROM appointments_appointmentitem i
             WHERE i.appointment_id = visit.id)
        THEN 'visit_is_supervised_as_its_items'
    END;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'visit % is not complete: %', visit.id, broken
        USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = 'appointments_appointment';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION appointment_guard_complete();
DROP FUNCTION appointment_guard_gone();
DROP FUNCTION appointment_guard_item();
DROP FUNCTION appointment_authorise(uuid);
DROP FUNCTION appointment_guard();
DROP FUNCTION appointment_check_places(uuid, uuid[], uuid);
DROP FUNCTION appointment_guard_course();
DROP FUNCTION appointment_claims(text, uuid, uuid, uuid[], uuid, text, uuid, uuid, tstzrange, tstzrange);
DROP FUNCTION clinic_level_rank(text);
DROP FUNCTION appointment_may_become(text, text);
DROP FUNCTION appointment_is_staffed(text);
DROP FUNCTION appointment_is_live(text);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("clinic", "0002_initial"), ("treatments", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
