"""
What the chart tells of a patient's past, as parts of one statement.

Each part selects kind, at (timestamptz), id, site, lesions (uuid[]), practitioner, member (of the staff, where no
practitioner is named) and data (jsonb) of the patient `%(patient)s`. A row that keeps no moment of its own tells it by its key.
"""

from typing import Final

LESIONS: Final = """
SELECT 'lesion_noted' AS kind, uuid_extract_timestamp(l.id) AS at, l.id, NULL::uuid AS site, ARRAY[l.id] AS lesions,
       NULL::uuid AS practitioner, NULL::uuid AS member,
       jsonb_build_object('place', concat_ws(', ', b.name, nullif(l.laterality, '')), 'count', nullif(l.count, 1),
                          'first_noted_on', l.first_noted_on, 'recurs', l.recurrence_of_id) AS data
  FROM patients_lesion l JOIN patients_bodysite b ON b.id = l.body_site_id
 WHERE l.patient_id = %(patient)s
UNION ALL
SELECT 'lesion_status', h.at, h.id, NULL, ARRAY[h.id], NULL, h.member,
       jsonb_build_object('place', concat_ws(', ', b.name, nullif(h.laterality, '')), 'was', h.was, 'status', h.status)
  FROM (SELECT e.id, e.pgh_created_at AS at, e.status, e.body_site_id, e.laterality,
               lag(e.status) OVER (PARTITION BY e.pgh_obj_id ORDER BY e.pgh_id) AS was,
               CASE WHEN pg_input_is_valid(e.pgh_context->>'user', 'uuid') THEN (e.pgh_context->>'user')::uuid END AS member
          FROM patients_lesionevent e WHERE e.patient_id = %(patient)s) h
  JOIN patients_bodysite b ON b.id = h.body_site_id
 WHERE h.was <> h.status
"""

ASSESSMENTS: Final = """
SELECT CASE n WHEN 1 THEN 'assessment_signed' ELSE 'assessment_cosigned' END,
       CASE n WHEN 1 THEN a.signed_at ELSE a.cosigned_at END, a.id, NULL,
       ARRAY(SELECT x.lesion_id FROM patients_assessment_lesions x WHERE x.assessment_id = a.id ORDER BY x.lesion_id),
       CASE n WHEN 1 THEN a.signed_by_id ELSE a.cosigned_by_id END, NULL,
       jsonb_build_object('diagnosis', coalesce(d.name, 'no diagnosis'), 'certainty', nullif(a.certainty, 'none'),
                          'suspicious', a.suspicious, 'depth', a.depth, 'region', a.region, 'verified', a.region_verified,
                          'note', a.note)
  FROM patients_assessment a LEFT JOIN patients_diagnosis d ON d.id = a.diagnosis_id
  CROSS JOIN (VALUES (1), (2)) AS signature (n)
 WHERE a.patient_id = %(patient)s AND (n = 1 OR a.cosigned_at IS NOT NULL)
"""

CONTRAINDICATIONS: Final = """
SELECT 'contraindication_recorded', uuid_extract_timestamp(c.id), c.id, NULL, '{}', NULL, c.recorded_by_id,
       jsonb_build_object('code', c.code, 'since', c.since, 'until', c.until)
  FROM patients_contraindication c JOIN patients_skinprofile s ON s.id = c.profile_id
 WHERE s.patient_id = %(patient)s
"""

CONSENTS: Final = """
SELECT CASE n WHEN 1 THEN 'consent_signed' ELSE 'consent_withdrawn' END,
       CASE n WHEN 1 THEN c.signed_at ELSE c.withdrawn_at END, c.id, NULL, '{}', NULL,
       CASE n WHEN 1 THEN c.recorded_by_id ELSE c.withdrawn_by_id END,
       jsonb_build_object('kind', c.kind, 'signer', c.signer_name, 'relationship', c.signer_relationship,
                          'reason', c.withdrawal_reason)
  FROM patients_consent c CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE c.patient_id = %(patient)s AND (n = 1 OR c.withdrawn_at IS NOT NULL)
"""

EVENTS: Final = (LESIONS, ASSESSMENTS, CONTRAINDICATIONS, CONSENTS)
