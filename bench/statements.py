"""The SQL that fills the clinic, set-wise; every time is UTC."""

NAMES = """
CREATE TABLE IF NOT EXISTS bench_person (nth integer PRIMARY KEY, practitioner uuid, site uuid, room uuid);
CREATE TABLE IF NOT EXISTS bench_patient (nth integer PRIMARY KEY, patient uuid, lesion uuid);
CREATE TABLE IF NOT EXISTS bench_state (history integer, first timestamptz);
"""

USUAL_ROOM = """
SELECT array_agg(r.id ORDER BY r.id), (uuid_hash(%s::uuid) & 2147483647) %% count(*)
  FROM clinic_room r WHERE r.site_id = %s
"""

PRIVILEGES = """
INSERT INTO clinic_privilege (id, practitioner_id, site_id, profession, scope, supervision, valid, sources)
SELECT uuidv7(), b.practitioner, b.site, p.profession, p.scope, p.supervision, p.valid, p.sources
  FROM bench_person b
  JOIN bench_person one ON one.nth = 0
  JOIN clinic_privilege p ON p.practitioner_id = one.practitioner AND p.site_id = one.site
 WHERE b.nth > 0
"""

PRESENCE = """
INSERT INTO clinic_shift (id, practitioner_id, site_id, during)
SELECT uuidv7(), b.practitioner, b.site, tstzrange(d + %(opens)s, d + %(closes)s)
  FROM bench_person b, generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') d;
INSERT INTO clinic_opening (id, resource, site_id, during)
SELECT uuidv7(), r.id, r.site_id, tstzrange(d + %(opens)s, d + %(closes)s)
  FROM clinic_room r, generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') d;
"""

PATIENTS = """
WITH coming AS (
  SELECT n, uuidv7() AS patient, uuidv7() AS lesion, s.site
    FROM generate_series(%(first)s, %(last)s) n JOIN bench_person s ON s.nth = n %% %(people)s),
patients AS (
  INSERT INTO patients_patient (
    id, given_name, family_name, birth_date, email, phone, language, time_zone, preferred_channel, guardian_name,
    guardian_relationship, guardian_email, guardian_phone, guardian_for_adult, registered_site_id)
  SELECT patient, 'Ada', 'Patient ' || n, date '1950-01-01' + n %% 18000, 'patient' || n || '@example.org', '', 'en',
         'America/New_York', '', '', '', '', '', false, site FROM coming),
lesions AS (
  INSERT INTO patients_lesion (
    id, laterality, chart, depth, count, colour, products, cause, cause_note, status, region, region_verified,
    diagnosis_certainty, suspicious, plaque_reviewed, body_site_id, diagnosis_id, patient_id, first_noted_on)
  SELECT lesion, 'right', '', %(depth)s, 1, '', '', '', '', 'planned', %(region)s, false, 'confirmed', false, false,
         (SELECT id FROM patients_bodysite WHERE code = 'cheek'), (SELECT id FROM patients_diagnosis WHERE code = 'milium'),
         patient, current_date - 200 FROM coming)
INSERT INTO bench_patient SELECT n, patient, lesion FROM coming
"""

VISITS = """
WITH coming AS MATERIALIZED (
  SELECT uuidv7() AS id, b.practitioner, b.site, b.room, p.patient, p.lesion, w.starts, %(booked)s::timestamptz AS booked
    FROM ({wanted}) w (nth, patient, starts) JOIN bench_person b ON b.nth = w.nth JOIN bench_patient p ON p.nth = w.patient),
visits AS (
  INSERT INTO appointments_appointment (
    id, profession, devices, supervision, during, blocked, status, revision, booked_at, previous_starts, price, currency,
    decision, reassignment_reason, cancel_reason, patient_id, practitioner_id, room_id, site_id)
  SELECT id, 'dermatologist', '{{}}', 'none', tstzrange(starts, starts + interval '30 min'),
         tstzrange(starts - interval '5 min', starts + interval '40 min'), %(status)s, 1, booked, '{{}}', 140, 'USD', '{{}}',
         '', '', patient, practitioner, room, site FROM coming)
INSERT INTO appointments_appointmentitem (
  id, "group", minutes, lesion_depth, act, depth, region, supervision, authorised_profession, authorised_at,
  holds_order, appointment_id, authorised_by_id, lesion_id, patient_id, treatment_id)
SELECT uuidv7(), uuidv7(), 30, %(depth)s, %(act)s, %(depth)s, %(region)s, 'none', 'dermatologist', booked, true, id,
       practitioner, lesion, patient, %(treatment)s FROM coming
"""

COMING = VISITS.format(
    wanted="""
  SELECT nth, ((%(day)s * 10 + place) * %(people)s + nth) %% %(patients)s, %(first)s::timestamptz + interval '15 min' + place * interval '45 min'
    FROM (SELECT b.nth, place, row_number() OVER (PARTITION BY b.nth ORDER BY hashint8(b.nth * 1000003 + %(day)s * 1009 + place * 17)) AS rank
            FROM bench_person b, generate_series(0, %(places)s - 1) place) q
   WHERE rank <= CASE WHEN nth >= %(full_from)s OR nth >= %(fuller_from)s AND %(day)s < %(fuller_days)s THEN %(places)s ELSE %(taken)s END"""
)

FREE = """
SELECT b.nth, p.patient, p.lesion, w.starts
  FROM (SELECT nth, ((day * 10 + place) * %(people)s + nth) %% %(patients)s AS patient,
               %(first)s::timestamptz + day * interval '1 day' + %(opens)s + interval '15 min' + place * interval '45 min' AS starts
          FROM (SELECT b.nth, day, place FROM bench_person b, generate_series(0, %(days)s - 1) day, generate_series(0, %(places)s - 1) place
                 WHERE b.nth < %(fuller_from)s) every) w
  JOIN bench_person b ON b.nth = w.nth JOIN bench_patient p ON p.nth = w.patient
 WHERE NOT EXISTS (SELECT FROM appointments_resourceclaim c
                    WHERE c.resource IN (b.practitioner, p.patient, b.room)
                      AND c.during && tstzrange(w.starts - interval '5 min', w.starts + interval '40 min'))
 ORDER BY hashint8(b.nth * 7919 + extract(epoch FROM w.starts)::bigint / 900), b.nth
"""

FINISHED = VISITS.format(
    wanted="""
  SELECT n %% %(people)s, n %% %(patients)s, %(began)s::timestamptz - (n / %(people)s) * interval '45 min'
    FROM generate_series(%(first)s, %(last)s) n"""
)

SECONDARY = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
 WHERE i.indrelid IN ('appointments_appointment'::regclass, 'appointments_appointmentitem'::regclass) AND NOT i.indisunique
"""
