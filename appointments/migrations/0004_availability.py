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
      FROM clinic_privilege p
     WHERE p.scope = ANY (scopes) AND p.site_id = at_site AND p.valid && span
       AND (people IS NULL OR p.practitioner_id = ANY (people)) AND p.profession <> ALL (barred_professions)
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

CREATE FUNCTION appointment_free_starts(
  at_site uuid, scopes text[], people uuid[], barred_professions text[], chosen_supervisor uuid, patient uuid, minutes integer, before_minutes integer,
  after_minutes integer, equipment text[], device_kinds text[], wanted tstzmultirange, step_minutes integer,
  at_most integer, except_for uuid
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
BEGIN
  WHILE lo <= last AND found < at_most LOOP
    hi := least(lo + reach, last);
    span := tstzrange(lo - before, hi + blocked, '[]');
    asked := wanted * tstzmultirange(tstzrange(lo, hi, CASE WHEN hi = last THEN '[]' ELSE '[)' END));
    IF patient IS NOT NULL THEN
      asked := asked * appointment_starts_in(
        tstzmultirange(span) - appointment_claimed(patient, span, except_for), interval '0', length);
    END IF;

    RETURN QUERY
    WITH rooms AS MATERIALIZED (
      SELECT r.id, r.name, appointment_starts_in(
               (SELECT coalesce(range_agg(o.during * span), '{}') FROM clinic_opening o
                 WHERE o.resource = r.id AND o.during && span) - appointment_claimed(r.id, span, except_for),
               before, blocked) AS starts
        FROM clinic_room r WHERE r.site_id = at_site AND r.active AND r.equipment @> appointment_free_starts.equipment),
    units AS MATERIALIZED (
      SELECT d.id, d.kind, d.name, appointment_starts_in(
               (SELECT coalesce(range_agg(o.during * span), '{}') FROM clinic_opening o
                 WHERE o.resource = d.id AND o.during && span) - appointment_claimed(d.id, span, except_for),
               before, blocked) AS starts
        FROM clinic_device d WHERE d.site_id = at_site AND d.active AND d.kind = ANY (device_kinds)),
    placed AS MATERIALIZED (
      SELECT asked
             * coalesce((SELECT range_agg(s) FROM rooms r, unnest(r.starts) s), '{}')
             * coalesce((SELECT range_intersect_agg(k.starts) FROM (
                 SELECT k.kind, coalesce((SELECT range_agg(s) FROM units u, unnest(u.starts) s WHERE u.kind = k.kind), '{}')
                   AS starts FROM unnest(device_kinds) k (kind)) k), '{(,)}') AS starts),
    performers AS MATERIALIZED (
      SELECT p.practitioner, p.profession, p.levels, (SELECT max(clinic_level_rank(l)) FROM unnest(p.levels) l) AS rank,
             (SELECT starts FROM placed)
             * appointment_starts_in(p.allowed, interval '0', length)
             * appointment_starts_in(
                 coalesce((SELECT range_agg(s.during * span) FROM clinic_shift s
                            WHERE s.practitioner_id = p.practitioner AND s.site_id = at_site AND s.during && span), '{}')
                 - appointment_claimed(p.practitioner, span, except_for), before, blocked) AS starts
        FROM appointment_performers(at_site, scopes, people, barred_professions, span) p),
    teams AS MATERIALIZED (
      SELECT p.practitioner, p.profession, p.levels, p.rank, NULL::uuid AS supervisor, NULL::text AS supervisor_profession,
             NULL::uuid AS seat, p.starts
        FROM performers p WHERE p.rank = 1 AND NOT isempty(p.starts)
      UNION ALL
      SELECT p.practitioner, p.profession, p.levels, p.rank, s.supervisor, s.profession, s.seat, p.starts * s.starts
        FROM performers p, appointment_supervisors(at_site, scopes, p.levels, p.practitioner, span, length, except_for) s
       WHERE p.rank > 1 AND NOT isempty(p.starts) AND s.supervisor <> p.practitioner
         AND (chosen_supervisor IS NULL OR s.supervisor = chosen_supervisor)),
    offered AS (
      SELECT DISTINCT ON (g.start, t.practitioner) g.start, t.practitioner, t.profession, t.levels, t.supervisor,
             t.supervisor_profession, t.seat
        FROM teams t, unnest(t.starts) f,
             generate_series(date_bin(step, lower(f) + step - interval '1 microsecond', timestamptz '2000-01-01 00:00Z'),
                             upper(f), step) g (start)
       WHERE g.start <@ f
       ORDER BY g.start, t.practitioner, t.rank, t.profession, t.supervisor, t.seat
       LIMIT at_most - found)
    SELECT o.start, o.practitioner, o.profession, o.levels, o.supervisor, o.supervisor_profession, o.seat,
           (SELECT r.id FROM rooms r WHERE r.starts @> o.start ORDER BY r.name LIMIT 1),
           ARRAY(SELECT (SELECT u.id FROM units u WHERE u.kind = k AND u.starts @> o.start ORDER BY u.name LIMIT 1)
                   FROM unnest(device_kinds) k)
      FROM offered o ORDER BY o.start, o.practitioner;

    GET DIAGNOSTICS more = ROW_COUNT;
    found := found + more;
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
DROP FUNCTION appointment_supervisors(uuid, text[], text[], uuid, tstzrange, interval, uuid);
DROP FUNCTION appointment_performers(uuid, text[], uuid[], text[], tstzrange);
DROP FUNCTION appointment_claimed(uuid, tstzrange, uuid);
DROP FUNCTION appointment_starts_in(tstzmultirange, interval, interval);
"""


class Migration(migrations.Migration):
    dependencies = [("appointments", "0003_guard_tables")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
