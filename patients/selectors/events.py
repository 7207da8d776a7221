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
                          'suspected', array_to_string(a.suspected, ', '), 'excluded', array_to_string(a.excluded, ', '),
                          'dermoscopy', a.dermoscopy, 'note', a.note)
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

REPORTS: Final = """
SELECT CASE WHEN n = 1 THEN 'lesion_reported' WHEN r.state = 'accepted' THEN 'report_accepted' ELSE 'report_declined' END,
       CASE n WHEN 1 THEN r.reported_at ELSE r.decided_at END, r.id, NULL, array_remove(ARRAY[r.lesion_id], NULL), NULL,
       CASE n WHEN 1 THEN r.entered_by_id ELSE r.decided_by_id END,
       jsonb_build_object('place', concat_ws(', ', b.name, nullif(r.laterality, '')), 'words', r.words,
                          'reason', r.decline_reason)
  FROM patients_lesionreport r JOIN patients_bodysite b ON b.id = r.body_site_id
  CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE r.patient_id = %(patient)s AND (n = 1 OR r.decided_at IS NOT NULL)
"""

REFERRALS: Final = """
SELECT CASE WHEN n = 1 THEN 'referral_opened' WHEN r.status = 'declined' THEN 'referral_declined' ELSE 'referral_closed' END,
       CASE n WHEN 1 THEN r.opened_at ELSE r.ended_at END, r.id, r.site_id,
       ARRAY(SELECT x.lesion_id FROM patients_referredlesion x WHERE x.referral_id = r.id ORDER BY x.lesion_id),
       CASE n WHEN 1 THEN r.opened_by_id END, CASE n WHEN 2 THEN r.ended_by_id END,
       jsonb_build_object('to', r."to", 'urgency', r.urgency, 'reason', r.reason, 'outcome', r.outcome,
                          'note', concat_ws(' ', r.outcome_note, r.decline_reason))
  FROM patients_referral r CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE r.patient_id = %(patient)s AND (n = 1 OR r.ended_at IS NOT NULL)
"""

MERGES: Final = """
SELECT CASE n WHEN 1 THEN 'lesions_merged' ELSE 'lesions_parted' END,
       CASE n WHEN 1 THEN m.merged_at ELSE m.undone_at END, m.id, NULL, ARRAY[m.lasting_id, m.other_id],
       CASE n WHEN 1 THEN m.merged_by_id ELSE m.undone_by_id END, NULL,
       jsonb_build_object('reason', CASE n WHEN 1 THEN m.reason ELSE m.undo_reason END)
  FROM patients_lesionmerge m JOIN patients_lesion l ON l.id = m.lasting_id
  CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE l.patient_id = %(patient)s AND (n = 1 OR m.undone_at IS NOT NULL)
"""

PHOTOS: Final = """
SELECT CASE n WHEN 1 THEN 'photo_taken' ELSE 'photo_removed' END,
       CASE n WHEN 1 THEN p.taken_at ELSE p.bytes_removed_at END, p.id, NULL, array_remove(ARRAY[p.lesion_id], NULL), NULL,
       CASE n WHEN 1 THEN p.uploaded_by_id END,
       jsonb_build_object('place', coalesce(nullif(concat_ws(', ', b.name, nullif(p.laterality, '')), ''), replace(p.chart, '_', ' ')),
                          'view', p.view, 'because', p.bytes_removed_because)
  FROM patients_photo p LEFT JOIN patients_bodysite b ON b.id = p.body_site_id CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE p.patient_id = %(patient)s AND (n = 1 OR p.bytes_removed_at IS NOT NULL)
"""

EVENTS: Final = (LESIONS, ASSESSMENTS, CONTRAINDICATIONS, CONSENTS, REPORTS, REFERRALS, MERGES, PHOTOS)
