"""
Free starts as set algebra on instants.

A free period of a resource becomes the closed range of instants at which a visit may start in it. Such sets can be
intersected (practitioner and patient and privilege) and united (any room, any seat) without ever offering a start
that no single room or seat can hold. The search window grows, so that its cost follows what is asked for.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION appointment_starts_in(free tstzmultirange, before interval, length interval)
RETURNS tstzmultirange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(range_agg(tstzrange(lower(f) + before, upper(f) - length, '[]')), '{}')
    FROM unnest(free) f WHERE lower(f) + before <= upper(f) - length
$$;

CREATE FUNCTION appointment_claimed(wanted uuid, span tstzrange, except_for uuid)
RETURNS tstzmultirange LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(range_agg(during), '{}') FROM appointments_resourceclaim
   WHERE resource = wanted AND during && span AND appointment_id IS DISTINCT FROM except_for
$$;

-- Who may do all of the scopes, and when: one row for each practitioner, profession and vector of supervision levels.
CREATE FUNCTION appointment_performers(
  at_site uuid, scopes text[], people uuid[], barred_professions text[], span tstzrange
)
RETURNS TABLE (practitioner uuid, profession text, levels text[], allowed tstzmultirange)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN QUERY
  WITH RECURSIVE held AS MATERIALIZED (
    SELECT array_position(scopes, p.scope) AS place, p.practitioner_id, p.profession, p.supervision,
           range_agg(p.valid * span) AS valid
      FROM unnest(people) person (id)
      JOIN clinic_privilege p ON p.practitioner_id = person.id AND p.site_id = at_site AND p.scope = ANY (scopes)
     WHERE p.valid && span AND p.profession <> ALL (barred_professions)
     GROUP BY p.scope, p.practitioner_id, p.profession, p.supervision),
  together AS (
    SELECT h.place, h.practitioner_id, h.profession, ARRAY[h.supervision] AS levels, h.valid FROM held h WHERE h.place = 1
    UNION ALL
    SELECT h.place, t.practitioner_id, t.profession, t.levels || h.supervision, t.valid * h.valid
      FROM together t JOIN held h ON h.place = t.place + 1
       AND h.practitioner_id = t.practitioner_id AND h.profession = t.profession
     WHERE NOT isempty(t.valid * h.valid))
  SELECT t.practitioner_id, t.profession, t.levels, t.valid FROM together t WHERE t.place = cardinality(scopes);
END $$;

-- Each seat of each supervisor who may cover this performer, with the instants at which a visit may start under it.
CREATE FUNCTION appointment_supervisors(
  at_site uuid, scopes text[], levels text[], performer uuid, span tstzrange, length interval, except_for uuid
) RETURNS TABLE (supervisor uuid, profession text, seat uuid, starts tstzmultirange)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN QUERY
  WITH asked AS (
    SELECT scope, level FROM unnest(scopes, levels) a (scope, level) WHERE level <> 'none'),
  covering AS (
    SELECT c.supervisor_id, q.profession, a.scope,
           range_agg(c.valid * span) * range_agg(q.valid * span) AS valid
      FROM asked a
      JOIN clinic_supervisioncover c ON c.practitioner_id = performer AND c.site_id = at_site AND c.scope = a.scope
       AND c.supervision = a.level AND c.valid && span
      JOIN clinic_privilege q ON q.practitioner_id = c.supervisor_id AND q.site_id = at_site AND q.scope = a.scope
       AND q.supervision = 'none' AND q.valid && span
     GROUP BY c.supervisor_id, q.profession, a.scope),
  able AS (
    SELECT c.supervisor_id, c.profession, range_intersect_agg(c.valid) AS valid
      FROM covering c GROUP BY c.supervisor_id, c.profession HAVING count(*) = (SELECT count(DISTINCT scope) FROM asked)),
  there AS (
    SELECT a.supervisor_id, a.profession, a.valid
             * CASE WHEN levels && ARRAY['direct', 'personal'] THEN coalesce(
                 (SELECT range_agg(s.during * span) FROM clinic_shift s
                   WHERE s.practitioner_id = a.supervisor_id AND s.site_id = at_site AND s.during && span), '{}')
               ELSE tstzmultirange(span) END
             - CASE WHEN 'personal' = ANY (levels)
               THEN appointment_claimed(a.supervisor_id, span, except_for) ELSE '{}' END AS valid
      FROM able a)
  SELECT t.supervisor_id, t.profession, s.id,
         appointment_starts_in(t.valid - appointment_claimed(s.id, span, except_for), interval '0', length)
    FROM there t
    JOIN clinic_practitioner p ON p.id = t.supervisor_id
    JOIN clinic_seat s ON s.practitioner_id = t.supervisor_id AND s.number <= p.max_supervisees
   WHERE NOT isempty(t.valid);
END $$;

-- The instants at which one room or device is free for a visit; inlined nowhere, so that its plan is kept.
CREATE FUNCTION appointment_place_starts(
  place uuid, span tstzrange, before interval, blocked interval, except_for uuid
) RETURNS tstzmultirange LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN appointment_starts_in(
    coalesce((SELECT range_agg(o.during * span) FROM clinic_opening o WHERE o.resource = place AND o.during && span), '{}')
    - coalesce((SELECT range_agg(c.during) FROM appointments_resourceclaim c
                 WHERE c.resource = place AND c.during && span AND c.appointment_id IS DISTINCT FROM except_for), '{}'),
    before, blocked);
END $$;

-- Rooms one after the other until every wanted start has one, then the same for each kind of device.
CREATE FUNCTION appointment_places(
  rooms uuid[], at_site uuid, device_kinds text[], wanted tstzmultirange, before interval, blocked interval,
  except_for uuid, OUT places uuid[], OUT kinds text[], OUT starts tstzmultirange[], OUT open_starts tstzmultirange
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  span tstzrange := tstzrange(lower(wanted) - before, upper(wanted) + blocked, '[]');
  place uuid;
  device_kind text;
  here tstzmultirange;
  covered tstzmultirange := '{}';
BEGIN
  places := '{}';
  kinds := '{}';
  starts := '{}';
  open_starts := wanted;
  FOREACH place IN ARRAY rooms LOOP
    EXIT WHEN isempty(open_starts - covered);
    here := open_starts * appointment_place_starts(place, span, before, blocked, except_for);
    places := places || place;
    kinds := kinds || text 'room';
    starts := starts || here;
    covered := covered + here;
  END LOOP;
  open_starts := covered;
  FOREACH device_kind IN ARRAY device_kinds LOOP
    covered := '{}';
    FOR place IN SELECT d.id FROM clinic_device d
                  WHERE d.site_id = at_site AND d.active AND d.kind = device_kind ORDER BY d.name, d.id LOOP
      EXIT WHEN isempty(open_starts - covered);
      here := open_starts * appointment_place_starts(place, span, before, blocked, except_for);
      places := places || place;
      kinds := kinds || ('device ' || device_kind);
      starts := starts || here;
      covered := covered + here;
    END LOOP;
    open_starts := covered;
  END LOOP;
END $$;

CREATE FUNCTION appointment_free_starts(
  at_site uuid, scopes text[], people uuid[], barred_professions text[], chosen_supervisor uuid, patient uuid,
  minutes integer, before_minutes integer, after_minutes integer, wanted_equipment text[], device_kinds text[],
  wanted tstzmultirange, step_minutes integer, at_most integer, except_for uuid
) RETURNS TABLE (
  start timestamptz, practitioner uuid, profession text, levels text[], supervisor uuid, supervisor_profession text,
  seat uuid, room uuid, devices uuid[]
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  length interval := make_interval(mins => minutes);
  before interval := make_interval(mins => before_minutes);
  blocked interval := make_interval(mins => minutes + after_minutes);
  step interval := make_interval(mins => step_minutes);
  lo timestamptz := lower(wanted);
  last timestamptz := upper(wanted);
  hi timestamptz;
  reach interval := interval '1 day';
  span tstzrange;
  asked tstzmultirange;
  found integer := 0;
  more integer;
  who uuid[];
  professions text[];
  joined_levels text[];
  supervisors uuid[];
  supervisor_professions text[];
  seats uuid[];
  candidates timestamptz[];
  teams integer[];
  first integer;
  upto integer;
  chunk integer;
  places uuid[];
  place_kinds text[];
  place_starts tstzmultirange[];
  open_starts tstzmultirange;
  rooms uuid[];
BEGIN
  IF people IS NULL THEN
    people := ARRAY(SELECT DISTINCT p.practitioner_id FROM clinic_privilege p
                     WHERE p.scope = scopes[1] AND p.site_id = at_site AND p.valid && tstzrange(lo, last, '[]'));
  END IF;
  -- Each practitioner has an order of rooms of their own: where they are free, their usual room mostly is.
  -- A visit that moves keeps its room if it can.
  rooms := ARRAY(SELECT r.id FROM clinic_room r
                  WHERE r.site_id = at_site AND r.active AND r.equipment @> wanted_equipment
                  ORDER BY r.id IS DISTINCT FROM (SELECT v.room_id FROM appointments_appointment v WHERE v.id = except_for),
                           hashtextextended(r.id::text, hashtext(people[1]::text)));

  WHILE lo <= last AND found < at_most LOOP
    hi := least(lo + reach, last);
    span := tstzrange(lo - before, hi + blocked, '[]');
    asked := wanted * tstzmultirange(tstzrange(lo, hi, CASE WHEN hi = last THEN '[]' ELSE '[)' END));
    IF patient IS NOT NULL THEN
      asked := asked * appointment_starts_in(tstzmultirange(span) - coalesce(
        (SELECT range_agg(c.during) FROM appointments_resourceclaim c
          WHERE c.resource = patient AND c.during && span AND c.appointment_id IS DISTINCT FROM except_for), '{}'),
        interval '0', length);
    END IF;

    -- Whose own calendar has a start: most searches end here for most people, before any room is looked at.
    WITH performers AS MATERIALIZED (
      SELECT p.practitioner, p.profession, p.levels,
             (SELECT max(clinic_level_rank(l)) FROM unnest(p.levels) l) AS rank,
             asked * appointment_starts_in(p.allowed, interval '0', length) * appointment_starts_in(
               coalesce((SELECT range_agg(s.during * span) FROM clinic_shift s
                          WHERE s.practitioner_id = p.practitioner AND s.site_id = at_site AND s.during && span), '{}')
               - coalesce((SELECT range_agg(c.during) FROM appointments_resourceclaim c
                            WHERE c.resource = p.practitioner AND c.during && span
                              AND c.appointment_id IS DISTINCT FROM except_for), '{}'),
               before, blocked) AS starts
        FROM appointment_performers(at_site, scopes, people, barred_professions, span) p),
    able AS MATERIALIZED (
      SELECT p.practitioner, p.profession, p.levels, p.rank, NULL::uuid AS supervisor,
             NULL::text AS supervisor_profession, NULL::uuid AS seat, p.starts
        FROM performers p WHERE p.rank = 1 AND NOT isempty(p.starts)
      UNION ALL
      SELECT p.practitioner, p.profession, p.levels, p.rank, s.supervisor, s.profession, s.seat, p.starts * s.starts
        FROM performers p, LATERAL appointment_supervisors(
               at_site, scopes, p.levels, p.practitioner, span, length, except_for) s
       WHERE p.rank > 1 AND NOT isempty(p.starts) AND s.supervisor <> p.practitioner
         AND (chosen_supervisor IS NULL OR s.supervisor = chosen_supervisor)),
    numbered AS MATERIALIZED (
      SELECT a.*, row_number() OVER (ORDER BY a.practitioner, a.rank, a.profession, a.supervisor, a.seat)::integer AS nth
        FROM able a),
    offered AS (
      SELECT g.start, t.practitioner, min(t.nth) AS nth
        FROM numbered t, unnest(t.starts) f,
             generate_series(
               date_bin(step, lower(f) + step - interval '1 microsecond', timestamptz '2000-01-01 00:00Z'),
               upper(f), step) g (start)
       WHERE g.start <@ f GROUP BY g.start, t.practitioner)
    SELECT (SELECT array_agg(o.start ORDER BY o.start, o.nth) FROM offered o),
           (SELECT array_agg(o.nth ORDER BY o.start, o.nth) FROM offered o),
           array_agg(n.practitioner ORDER BY n.nth), array_agg(n.profession ORDER BY n.nth),
           array_agg(array_to_string(n.levels, ' ') ORDER BY n.nth), array_agg(n.supervisor ORDER BY n.nth),
           array_agg(n.supervisor_profession ORDER BY n.nth), array_agg(n.seat ORDER BY n.nth)
      INTO candidates, teams, who, professions, joined_levels, supervisors, supervisor_professions, seats
      FROM numbered n;

    -- Then places, for as many candidates as are still asked for, and for more of them only where none was found.
    first := 1;
    chunk := at_most - found;
    WHILE first <= coalesce(cardinality(candidates), 0) AND found < at_most LOOP
      upto := least(first + chunk - 1, cardinality(candidates));
      SELECT range_agg(tstzrange(c, c, '[]')) INTO open_starts FROM unnest(candidates[first:upto]) c;
      SELECT f.places, f.kinds, f.starts, f.open_starts INTO places, place_kinds, place_starts, open_starts
        FROM appointment_places(rooms, at_site, device_kinds, open_starts, before, blocked, except_for) f;
      RETURN QUERY
      SELECT c.start, who[c.team], professions[c.team], string_to_array(joined_levels[c.team], ' '), supervisors[c.team],
             supervisor_professions[c.team], seats[c.team],
             (SELECT h.place FROM unnest(places, place_kinds, place_starts) WITH ORDINALITY h (place, kind, starts, nth)
               WHERE h.kind = 'room' AND h.starts @> c.start ORDER BY h.nth LIMIT 1),
             ARRAY(SELECT (SELECT h.place
                             FROM unnest(places, place_kinds, place_starts) WITH ORDINALITY h (place, kind, starts, nth)
                            WHERE h.kind = 'device ' || k AND h.starts @> c.start ORDER BY h.nth LIMIT 1)
                     FROM unnest(device_kinds) k)
        FROM unnest(candidates[first:upto], teams[first:upto]) c (start, team)
       WHERE open_starts @> c.start LIMIT at_most - found;
      GET DIAGNOSTICS more = ROW_COUNT;
      found := found + more;
      first := upto + 1;
      chunk := chunk * 4;
    END LOOP;

    EXIT WHEN hi = last;
    lo := hi;
    reach := reach * 3;
  END LOOP;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION appointment_free_starts(
  uuid, text[], uuid[], text[], uuid, uuid, integer, integer, integer, text[], text[], tstzmultirange, integer, integer,
  uuid);
DROP FUNCTION appointment_places(uuid[], uuid, text[], tstzmultirange, interval, interval, uuid);
DROP FUNCTION appointment_place_starts(uuid, tstzrange, interval, interval, uuid);
DROP FUNCTION appointment_supervisors(uuid, text[], text[], uuid, tstzrange, interval, uuid);
DROP FUNCTION appointment_performers(uuid, text[], uuid[], text[], tstzrange);
DROP FUNCTION appointment_claimed(uuid, tstzrange, uuid);
DROP FUNCTION appointment_starts_in(tstzmultirange, interval, interval);
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_guard_tables")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
