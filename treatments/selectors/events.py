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

EVENTS: Final = (ORDERS, OVERRIDES, STAYS)
