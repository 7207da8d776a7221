"""What orders, stays and the log tell of a patient's past, as parts of the statement of `patients.selectors.events`."""

from typing import Final

ORDERS: Final = """
SELECT 'order_signed', o.signed_at, o.id, o.site_id,
       ARRAY(SELECT DISTINCT i.lesion_id FROM treatments_orderitem i WHERE i.order_id = o.id AND i.lesion_id IS NOT NULL),
       o.signed_by_id, NULL,
       jsonb_build_object('work', (SELECT string_agg(DISTINCT t.name, ', ') FROM treatments_orderitem i
                                     JOIN treatments_treatment t ON t.id = i.treatment_id WHERE i.order_id = o.id),
                          'revoked', o.status = 'revoked', 'note', o.note)
  FROM treatments_treatmentorder o
 WHERE o.patient_id = %(patient)s
"""

OVERRIDES: Final = """
SELECT CASE n WHEN 1 THEN 'override_given' ELSE 'override_confirmed' END,
       CASE n WHEN 1 THEN o.given_at ELSE o.confirmed_at END, o.id, o.site_id, array_remove(ARRAY[o.lesion_id], NULL),
       CASE n WHEN 1 THEN o.given_by_id END, CASE n WHEN 2 THEN o.confirmed_by_id END,
       jsonb_build_object('gate', o.gate, 'work', t.name, 'reason', o.reason)
  FROM treatments_override o JOIN treatments_treatment t ON t.id = o.treatment_id
  CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE o.patient_id = %(patient)s AND (n = 1 OR o.confirmed_at IS NOT NULL)
"""

STAYS: Final = """
SELECT 'arrived', e.started_at, e.id, e.site_id, '{}', e.practitioner_id, NULL,
       jsonb_build_object('status', nullif(e.status, 'finished'))
  FROM treatments_encounter e
 WHERE e.patient_id = %(patient)s
"""

PROCEDURES: Final = """
SELECT CASE WHEN n = 2 THEN 'procedure_cosigned' WHEN p.status = 'signed' THEN 'procedure' ELSE 'procedure_drafted' END,
       CASE n WHEN 1 THEN p.performed_at ELSE p.cosigned_at END, p.id, p.site_id,
       ARRAY(SELECT DISTINCT o.lesion_id FROM treatments_procedureoutcome o WHERE o.procedure_id = p.id),
       CASE n WHEN 1 THEN p.performed_by_id ELSE p.cosigned_by_id END, NULL,
       jsonb_build_object(
         'work', (SELECT string_agg(t.name || coalesce(' (' || b.name || ')', ''), ', ' ORDER BY i.number)
                    FROM treatments_procedureitem i JOIN treatments_treatment t ON t.id = i.treatment_id
                    LEFT JOIN patients_bodysite b ON b.id = i.body_site_id WHERE i.procedure_id = p.id),
         'results', (SELECT string_agg(concat_ws(', ', b.name, nullif(l.laterality, '')) || ': '
                                       || coalesce(nullif(replace(o.result, '_', ' '), ''), 'no result yet')
                                       || CASE WHEN o.attempts > 1 THEN format(' (attempts: %%s)', o.attempts) ELSE '' END, '; '
                                       ORDER BY o.id)
                       FROM treatments_procedureoutcome o JOIN patients_lesion l ON l.id = o.lesion_id
                       JOIN patients_bodysite b ON b.id = l.body_site_id WHERE o.procedure_id = p.id),
         'supervision', nullif(p.supervision, 'none'), 'aftercare', p.aftercare, 'note', p.note)
  FROM treatments_procedure p CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE p.patient_id = %(patient)s AND (n = 1 OR p.cosigned_at IS NOT NULL)
"""

AFTERMATH: Final = """
SELECT 'addendum', a.signed_at, a.id, p.site_id, '{}', a.signed_by_id, NULL, jsonb_build_object('text', a.text)
  FROM treatments_procedure p JOIN treatments_addendum a ON a.procedure_id = p.id
 WHERE p.patient_id = %(patient)s
UNION ALL
SELECT 'complication', coalesce(a.signed_at, p.ended_at), c.id, p.site_id, array_remove(ARRAY[c.lesion_id], NULL),
       coalesce(a.signed_by_id, p.performed_by_id), NULL,
       jsonb_build_object('kind', c.kind, 'severity', c.severity, 'note', c.note)
  FROM treatments_procedure p JOIN treatments_complication c ON c.procedure_id = p.id
  LEFT JOIN treatments_addendum a ON a.id = c.addendum_id
 WHERE p.patient_id = %(patient)s
"""

AFTERCARE: Final = """
SELECT 'aftercare_reported', r.answered_at, r.id, p.site_id,
       ARRAY(SELECT DISTINCT o.lesion_id FROM treatments_procedureoutcome o WHERE o.procedure_id = p.id), NULL, r.entered_by_id,
       jsonb_build_object('flags', (SELECT string_agg(replace(flag, '_', ' '), ', ') FROM unnest(r.red_flags) flag),
                          'redness', r.redness, 'pain', r.pain::text, 'discharge', r.discharge,
                          'fever', r.fever, 'vision', r.vision_changed, 'lid', r.lid_swollen, 'words', r.words)
  FROM treatments_aftercarereport r JOIN treatments_procedure p ON p.id = r.procedure_id
 WHERE r.patient_id = %(patient)s
"""

INCIDENTS: Final = """
SELECT CASE n WHEN 1 THEN 'incident_reported' WHEN 2 THEN 'incident_reviewed' ELSE 'incident_closed' END,
       CASE n WHEN 1 THEN i.reported_at WHEN 2 THEN i.reviewed_at ELSE i.closed_at END, i.id, i.site_id,
       ARRAY(SELECT x.lesion_id FROM treatments_incidentlesion x WHERE x.incident_id = i.id ORDER BY x.lesion_id), NULL,
       CASE n WHEN 1 THEN i.reported_by_id WHEN 2 THEN i.reviewed_by_id ELSE i.closed_by_id END,
       jsonb_build_object('kind', i.kind,
                          'words', CASE n WHEN 1 THEN i.what_happened WHEN 2 THEN i.finding ELSE i.measures END)
  FROM treatments_incident i CROSS JOIN (VALUES (1), (2), (3)) AS moment (n)
 WHERE i.patient_id = %(patient)s AND (n = 1 OR n = 2 AND i.reviewed_at IS NOT NULL OR n = 3 AND i.closed_at IS NOT NULL)
"""

CAUSES: Final = """
SELECT 'lesion_caused', c.told_at, c.lesion_id, p.site_id, ARRAY[c.lesion_id], c.told_by_id, NULL,
       jsonb_build_object('place', concat_ws(', ', b.name, nullif(l.laterality, '')), 'cause', l.cause,
                          'work', (SELECT string_agg(t.name, ', ' ORDER BY i.number) FROM treatments_procedureitem i
                                     JOIN treatments_treatment t ON t.id = i.treatment_id WHERE i.procedure_id = p.id),
                          'day', (p.performed_at AT TIME ZONE s.time_zone)::date)
  FROM treatments_lesioncause c JOIN patients_lesion l ON l.id = c.lesion_id JOIN patients_bodysite b ON b.id = l.body_site_id
  JOIN treatments_procedure p ON p.id = c.procedure_id JOIN clinic_site s ON s.id = p.site_id
 WHERE c.patient_id = %(patient)s
"""

PLANS: Final = """
SELECT CASE n WHEN 1 THEN 'plan_written' WHEN 2 THEN 'plan_started' ELSE 'plan_ended' END,
       CASE n WHEN 1 THEN p.written_at WHEN 2 THEN p.started_at ELSE p.ended_at END, p.id, p.site_id,
       ARRAY(SELECT DISTINCT x.lesion_id FROM treatments_planstep s
               JOIN treatments_plansteplesion x ON x.step_id = s.id WHERE s.plan_id = p.id),
       p.author_id, NULL,
       jsonb_build_object('outcome', p.outcome, 'steps', (SELECT string_agg(replace(s.kind, '_', ' '), ', ' ORDER BY s.position)
                                                            FROM treatments_planstep s WHERE s.plan_id = p.id),
                          'status', p.status, 'reason', p.stop_reason, 'note', p.note)
  FROM treatments_treatmentplan p CROSS JOIN (VALUES (1), (2), (3)) AS moment (n)
 WHERE p.patient_id = %(patient)s AND (n = 1 OR n = 2 AND p.started_at IS NOT NULL OR n = 3 AND p.ended_at IS NOT NULL)
UNION ALL
SELECT 'plan_step_closed', s.closed_at, s.id, p.site_id,
       ARRAY(SELECT x.lesion_id FROM treatments_plansteplesion x WHERE x.step_id = s.id ORDER BY x.lesion_id),
       s.closed_by_id, NULL, jsonb_build_object('kind', s.kind, 'state', s.state, 'note', s.note, 'log', s.procedure_id, 'to', r."to")
  FROM treatments_planstep s JOIN treatments_treatmentplan p ON p.id = s.plan_id
  LEFT JOIN patients_referral r ON r.id = s.referral_id
 WHERE s.patient_id = %(patient)s AND s.closed_at IS NOT NULL
"""

HOME_CARE: Final = """
SELECT CASE n WHEN 1 THEN 'home_care_written' WHEN 2 THEN 'home_care_started' ELSE 'home_care_ended' END,
       CASE n WHEN 1 THEN h.written_at WHEN 2 THEN h.started_at ELSE h.ended_at END, h.id, h.site_id,
       ARRAY(SELECT x.lesion_id FROM treatments_homecarelesion x WHERE x.plan_id = h.id ORDER BY x.lesion_id),
       h.author_id, NULL,
       jsonb_build_object('version', h.version, 'routine', (SELECT string_agg(DISTINCT replace(i.code, '_', ' '), ', ')
                                                              FROM treatments_homecareitem x
                                                              JOIN treatments_ingredientclass i ON i.id = x.ingredient_id
                                                             WHERE x.plan_id = h.id),
                          'status', h.status, 'reason', h.stop_reason, 'note', h.note)
  FROM treatments_homecareplan h CROSS JOIN (VALUES (1), (2), (3)) AS moment (n)
 WHERE h.patient_id = %(patient)s AND (n = 1 OR n = 2 AND h.started_at IS NOT NULL OR n = 3 AND h.ended_at IS NOT NULL)
"""

EVENTS: Final = (ORDERS, OVERRIDES, STAYS, PROCEDURES, AFTERMATH, AFTERCARE, INCIDENTS, CAUSES, PLANS, HOME_CARE)
