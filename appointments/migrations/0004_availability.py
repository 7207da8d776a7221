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
RETURNS tstzmultirange LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN coalesce((
    SELECT range_agg(c.during) FROM (
      SELECT during FROM appointments_resourceclaim
       WHERE resource = wanted AND during <= tstzrange(upper(span), NULL, '[]') AND during >= coalesce(
               (SELECT b.during FROM appointments_resourceclaim b
                 WHERE b.resource = wanted AND b.during < tstzrange(lower(span), NULL, '[]')
                 ORDER BY b.during DESC LIMIT 1), 'empty')
         AND appointment_id IS DISTINCT FROM except_for
       ORDER BY during) c), '{}');
END $$;

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
      FROM clinic_privilege p
     WHERE p.scope = ANY (scopes) AND p.site_id = at_site AND array_position(people, p.practitioner_id) IS NOT NULL
       AND NOT isempty(p.valid * span) AND p.profession <> ALL (barred_professions)
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

-- The instants at which one room or device is free for a visit.
CREATE FUNCTION appointment_place_starts(
  place uuid, span tstzrange, before interval, blocked interval, except_for uuid
) RETURNS tstzmultirange LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  begins tstzrange := tstzrange(lower(span), NULL, '[]');
  ends tstzrange := tstzrange(upper(span), NULL, '[]');
BEGIN
  RETURN (
    SELECT range_agg(tstzrange(lower(f) + before, upper(f) - blocked, '[]'))
      FROM (
        SELECT unnest(range_agg(o.during * span) - coalesce((
                 SELECT range_agg(c.during) FROM (
                   SELECT a.during FROM appointments_resourceclaim a
                    WHERE a.resource = place AND a.during <= ends AND a.during >= coalesce(
                            (SELECT b.during FROM appointments_resourceclaim b
                              WHERE b.resource = place AND b.during < begins ORDER BY b.during DESC LIMIT 1), 'empty')
                      AND a.appointment_id IS DISTINCT FROM except_for
                    ORDER BY a.during) c), '{}')) AS f
          FROM clinic_opening o WHERE o.resource = place AND o.during && span) free
     WHERE lower(f) + before <= upper(f) - blocked);
END $$;

-- Rooms until every wanted start (ascending, each with its performer) has one, then the same for each kind of device.
-- A visit that moves keeps its room if it can. Else a performer's usual room is tried first, and its neighbours after it:
-- where they are free, it mostly is.
CREATE FUNCTION appointment_places(
  at_site uuid, wanted_equipment text[], device_kinds text[], wanted timestamptz[], performers uuid[], before interval,
  blocked interval, except_for uuid,
  OUT places uuid[], OUT kinds text[], OUT starts tstzmultirange[], OUT open_starts tstzmultirange
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  many integer := cardinality(wanted);
  span tstzrange := tstzrange(wanted[1] - before, wanted[many] + blocked, '[]');
  rooms uuid[];
  suitable boolean[];
  untried boolean[];
  kept integer;
  usual integer;
  nth integer;
  candidate uuid;
  here tstzmultirange;
  covered tstzmultirange := '{}';
BEGIN
  places := '{}';
  kinds := '{}';
  starts := '{}';
  SELECT range_agg(tstzrange(w, w, '[]')) INTO open_starts FROM unnest(wanted) w;
  SELECT coalesce(array_agg(r.id ORDER BY r.id), '{}'), array_agg(r.equipment @> wanted_equipment ORDER BY r.id)
    INTO rooms, suitable FROM clinic_room r WHERE r.site_id = at_site AND r.active;
  IF except_for IS NOT NULL THEN
    kept := array_position(rooms, (SELECT v.room_id FROM appointments_appointment v WHERE v.id = except_for));
  END IF;
  untried := suitable;
  FOR turn IN 1 .. many + cardinality(rooms) LOOP
    EXIT WHEN covered @> open_starts OR NOT true = ANY (untried);
    IF turn <= many THEN
      CONTINUE WHEN covered @> wanted[turn];
      nth := coalesce(kept, (uuid_hash(performers[turn]) & 2147483647) % cardinality(rooms) + 1);
      WHILE NOT suitable[nth] LOOP
        nth := nth % cardinality(rooms) + 1;
      END LOOP;
      usual := coalesce(usual, nth);
      CONTINUE WHEN NOT untried[nth];
    ELSE
      nth := CASE WHEN turn = many + 1 THEN usual ELSE nth END;
      WHILE NOT untried[nth] LOOP
        nth := nth % cardinality(rooms) + 1;
      END LOOP;
    END IF;
    untried[nth] := false;
    here := appointment_place_starts(rooms[nth], span, before, blocked, except_for);
    IF here && open_starts THEN
      places := places || rooms[nth];
      kinds := kinds || text 'room';
      starts := starts || here;
      covered := covered + open_starts * here;
    END IF;
  END LOOP;
  open_starts := covered;
  FOR turn IN 1 .. cardinality(device_kinds) LOOP
    covered := '{}';
    FOR candidate IN SELECT d.id FROM clinic_device d
                      WHERE d.site_id = at_site AND d.active AND d.kind = device_kinds[turn] ORDER BY d.name, d.id LOOP
      EXIT WHEN covered @> open_starts;
      here := appointment_place_starts(candidate, span, before, blocked, except_for);
      IF here && open_starts THEN
        places := places || candidate;
        kinds := kinds || ('device ' || device_kinds[turn]);
        starts := starts || here;
        covered := covered + open_starts * here;
      END IF;
    END LOOP;
    open_starts := covered;
  END LOOP;
END $$;

-- The starts of supervised teams in one window: whose own calendar has a start is asked before any supervisor's.
CREATE FUNCTION appointment_supervised_starts(
  at_site uuid, scopes text[], performers uuid[], professions text[], joined_levels text[], allowed tstzmultirange[],
  chosen_supervisor uuid, asked tstzmultirange, span tstzrange, before interval, length interval, blocked interval,
  step interval, except_for uuid, OUT candidates timestamptz[], OUT teams integer[], OUT who uuid[],
  OUT team_professions text[], OUT team_levels text[], OUT supervisors uuid[], OUT supervisor_professions text[],
  OUT seats uuid[]
) LANGUAGE plpgsql STABLE AS $$
BEGIN
  WITH performing AS MATERIALIZED (
    SELECT p.practitioner, p.profession, p.levels, asked * p.allowed * appointment_starts_in(
             coalesce((SELECT range_agg(s.during * span) FROM clinic_shift s
                        WHERE s.practitioner_id = p.practitioner AND s.site_id = at_site AND s.during && span), '{}')
             - appointment_claimed(p.practitioner, span, except_for), before, blocked) AS starts
      FROM unnest(performers, professions, joined_levels, allowed) p (practitioner, profession, levels, allowed)),
  able AS MATERIALIZED (
    SELECT p.practitioner, p.profession, p.levels, s.supervisor, s.profession AS supervisor_profession, s.seat,
           p.starts * s.starts AS starts
      FROM performing p, LATERAL appointment_supervisors(
             at_site, scopes, string_to_array(p.levels, ' '), p.practitioner, span, length, except_for) s
     WHERE NOT isempty(p.starts) AND s.supervisor <> p.practitioner
       AND (chosen_supervisor IS NULL OR s.supervisor = chosen_supervisor)),
  numbered AS MATERIALIZED (
    SELECT a.*, row_number() OVER (ORDER BY a.practitioner, a.profession, a.supervisor, a.seat)::integer AS nth FROM able a),
  offered AS (
    SELECT g.start, n.practitioner, min(n.nth) AS nth
      FROM numbered n, unnest(n.starts) f,
           generate_series(date_bin(step, lower(f) + step - interval '1 microsecond', timestamptz '2000-01-01 00:00Z'),
                           upper(f), step) g (start)
     WHERE g.start <@ f GROUP BY g.start, n.practitioner)
  SELECT (SELECT array_agg(o.start ORDER BY o.start, o.nth) FROM offered o),
         (SELECT array_agg(o.nth ORDER BY o.start, o.nth) FROM offered o),
         array_agg(n.practitioner ORDER BY n.nth), array_agg(n.profession ORDER BY n.nth), array_agg(n.levels ORDER BY n.nth),
         array_agg(n.supervisor ORDER BY n.nth), array_agg(n.supervisor_profession ORDER BY n.nth),
         array_agg(n.seat ORDER BY n.nth)
    INTO candidates, teams, who, team_professions, team_levels, supervisors, supervisor_professions, seats
    FROM numbered n;
END $$;

CREATE FUNCTION appointment_free_starts(
  at_site uuid, scopes text[], people uuid[], barred_professions text[], chosen_supervisor uuid, patient uuid,
  minutes integer, before_minutes integer, after_minutes integer, wanted_equipment text[], device_kinds text[],
  wanted tstzmultirange, step_minutes integer, at_most integer, except_for uuid
) RETURNS TABLE (
  start timestamptz, practitioner uuid, profession text, levels text[], supervisor uuid, supervisor_profession text,
  seat uuid, room uuid, devices uuid[]
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  length interval := make_interval(mins => minutes);
  before interval := make_interval(mins => before_minutes);
  blocked interval := make_interval(mins => minutes + after_minutes);
  whole interval := before + blocked;
  step interval := make_interval(mins => step_minutes);
  almost_a_step interval := step - interval '1 microsecond';
  lo timestamptz := lower(wanted);
  last timestamptz := upper(wanted);
  hi timestamptz;
  reach interval := interval '1 day';
  work_span tstzrange := tstzrange(lower(wanted), upper(wanted) + length, '[]');
  span tstzrange;
  begins tstzrange;
  ends tstzrange;
  asked tstzmultirange;
  found integer := 0;
  more integer;
  who uuid[];
  professions text[];
  joined_levels text[];
  allowed tstzmultirange[];
  alone integer;
  team_people uuid[];
  team_professions text[];
  team_levels text[];
  supervised record;
  team_supervisors uuid[];
  team_supervisor_professions text[];
  team_seats uuid[];
  candidates timestamptz[];
  teams integer[];
  first integer;
  upto integer;
  chunk integer;
  got record;
BEGIN
  IF people IS NULL THEN
    people := ARRAY(SELECT DISTINCT p.practitioner_id FROM clinic_privilege p WHERE p.scope = scopes[1] AND p.site_id = at_site);
  END IF;

  -- Who may do it on their own comes first: of two teams with the same practitioner that one is offered.
  IF cardinality(scopes) = 1 THEN
    SELECT array_agg(h.practitioner), array_agg(h.profession), array_agg(h.supervision), array_agg(h.valid),
           count(*) FILTER (WHERE h.supervision = 'none')
      INTO who, professions, joined_levels, allowed, alone
      FROM (
        SELECT p.practitioner_id AS practitioner, p.profession, p.supervision, range_agg(p.valid * work_span) AS valid
          FROM clinic_privilege p
         WHERE p.scope = scopes[1] AND p.site_id = at_site AND array_position(people, p.practitioner_id) IS NOT NULL
           AND NOT isempty(p.valid * work_span) AND p.profession <> ALL (barred_professions)
         GROUP BY p.practitioner_id, p.profession, p.supervision
         ORDER BY p.supervision <> 'none', p.practitioner_id, p.profession) h;
  ELSE
    SELECT array_agg(h.practitioner), array_agg(h.profession), array_agg(h.joined), array_agg(h.allowed),
           count(*) FILTER (WHERE h.is_alone)
      INTO who, professions, joined_levels, allowed, alone
      FROM (
        SELECT p.practitioner, p.profession, array_to_string(p.levels, ' ') AS joined, p.allowed,
               p.levels <@ ARRAY['none'] AS is_alone
          FROM appointment_performers(at_site, scopes, people, barred_professions, work_span) p
         ORDER BY is_alone DESC, p.practitioner, p.profession) h;
  END IF;
  IF NOT tstzmultirange(work_span) = ALL (allowed) THEN
    allowed := ARRAY(SELECT CASE WHEN a = tstzmultirange(work_span) THEN a ELSE appointment_starts_in(a, interval '0', length) END
                       FROM unnest(allowed) WITH ORDINALITY u (a, nth) ORDER BY nth);
  END IF;
  team_people := who;
  team_professions := professions;
  team_levels := joined_levels;

  WHILE lo <= last AND found < at_most AND who IS NOT NULL LOOP
    hi := least(lo + reach, last);
    span := tstzrange(lo - before, hi + blocked, '[]');
    begins := tstzrange(lower(span), NULL, '[]');
    ends := tstzrange(upper(span), NULL, '[]');
    asked := wanted * tstzmultirange(tstzrange(lo, hi, CASE WHEN hi = last THEN '[]' ELSE '[)' END));
    IF patient IS NOT NULL THEN
      asked := asked * appointment_starts_in(
        tstzmultirange(span) - appointment_claimed(patient, span, except_for), interval '0', length);
    END IF;

    -- Whose own calendar has a start: most searches end here for most people, before any room is looked at.
    SELECT array_agg(o.start ORDER BY o.start, o.nth), array_agg(o.nth ORDER BY o.start, o.nth) INTO candidates, teams
      FROM (
        SELECT g.start, min(t.nth)::integer AS nth
          FROM unnest(who[:alone], allowed[:alone]) WITH ORDINALITY t (practitioner, allowed, nth),
               LATERAL (
                 SELECT unnest(range_agg(s.during * span) - coalesce((
                          SELECT range_agg(c.during) FROM (
                            SELECT a.during FROM appointments_resourceclaim a
                             WHERE a.resource = t.practitioner AND a.during <= ends AND a.during >= coalesce(
                                     (SELECT b.during FROM appointments_resourceclaim b
                                       WHERE b.resource = t.practitioner AND b.during < begins
                                       ORDER BY b.during DESC LIMIT 1), 'empty')
                               AND a.appointment_id IS DISTINCT FROM except_for
                             ORDER BY a.during) c), '{}')) AS gap
                   FROM clinic_shift s
                  WHERE s.practitioner_id = t.practitioner AND s.site_id = at_site AND s.during && span) free,
               generate_series(
                 date_bin(step, lower(free.gap) + before + almost_a_step, timestamptz '2000-01-01 00:00Z'),
                 upper(free.gap) - blocked, step) g (start)
         WHERE lower(free.gap) + whole <= upper(free.gap) AND asked @> g.start AND t.allowed @> g.start
         GROUP BY g.start, t.practitioner) o;

    IF alone < cardinality(who) THEN
      SELECT * INTO supervised FROM appointment_supervised_starts(
        at_site, scopes, who[alone + 1:], professions[alone + 1:], joined_levels[alone + 1:], allowed[alone + 1:],
        chosen_supervisor, asked, span, before, length, blocked, step, except_for);
      team_people := who[:alone] || supervised.who;
      team_professions := professions[:alone] || supervised.team_professions;
      team_levels := joined_levels[:alone] || supervised.team_levels;
      team_supervisors := array_fill(NULL::uuid, ARRAY[alone]) || supervised.supervisors;
      team_supervisor_professions := array_fill(NULL::text, ARRAY[alone]) || supervised.supervisor_professions;
      team_seats := array_fill(NULL::uuid, ARRAY[alone]) || supervised.seats;
      SELECT array_agg(o.start ORDER BY o.start, o.nth), array_agg(o.nth ORDER BY o.start, o.nth) INTO candidates, teams
        FROM (
          SELECT c.start, min(c.nth) AS nth
            FROM (SELECT a.start, a.nth FROM unnest(candidates, teams) a (start, nth)
                  UNION ALL
                  SELECT h.start, alone + h.nth FROM unnest(supervised.candidates, supervised.teams) h (start, nth)) c
           GROUP BY c.start, team_people[c.nth]) o;
    END IF;

    -- Then places, for as many candidates as are still asked for, and for more of them only where none was found.
    first := 1;
    chunk := at_most - found;
    WHILE first <= coalesce(cardinality(candidates), 0) AND found < at_most LOOP
      upto := least(first + chunk - 1, cardinality(candidates));
      got := appointment_places(
        at_site, wanted_equipment, device_kinds, candidates[first:upto],
        ARRAY(SELECT team_people[t] FROM unnest(teams[first:upto]) t), before, blocked, except_for);
      RETURN QUERY
      SELECT c.start,
             team_people[c.team], team_professions[c.team], string_to_array(team_levels[c.team], ' '), team_supervisors[c.team],
             team_supervisor_professions[c.team], team_seats[c.team],
             (SELECT h.place FROM unnest(got.places, got.kinds, got.starts) WITH ORDINALITY h (place, kind, starts, nth)
               WHERE h.kind = 'room' AND h.starts @> c.start ORDER BY h.nth LIMIT 1),
             ARRAY(SELECT (SELECT h.place
                             FROM unnest(got.places, got.kinds, got.starts) WITH ORDINALITY h (place, kind, starts, nth)
                            WHERE h.kind = 'device ' || k AND h.starts @> c.start ORDER BY h.nth LIMIT 1)
                     FROM unnest(device_kinds) k)
        FROM unnest(candidates[first:upto], teams[first:upto]) c (start, team)
       WHERE got.open_starts @> c.start LIMIT at_most - found;
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
DROP FUNCTION appointment_supervised_starts(
  uuid, text[], uuid[], text[], text[], tstzmultirange[], uuid, tstzmultirange, tstzrange, interval, interval, interval,
  interval, uuid);
DROP FUNCTION appointment_places(uuid, text[], text[], timestamptz[], uuid[], interval, interval, uuid);
DROP FUNCTION appointment_place_starts(uuid, tstzrange, interval, interval, uuid);
DROP FUNCTION appointment_supervisors(uuid, text[], text[], uuid, tstzrange, interval, uuid);
DROP FUNCTION appointment_performers(uuid, text[], uuid[], text[], tstzrange);
DROP FUNCTION appointment_claimed(uuid, tstzrange, uuid);
DROP FUNCTION appointment_starts_in(tstzmultirange, interval, interval);
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_guard_tables")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
