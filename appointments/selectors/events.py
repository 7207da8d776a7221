"""What the diary and the ledger of messages tell of a patient's past, as parts of the statement of `patients.selectors.events`."""

from typing import Final

VISITS: Final = """
SELECT CASE n WHEN 1 THEN 'visit_booked' ELSE 'visit' END,
       CASE n WHEN 1 THEN v.booked_at ELSE lower(v.during) END, v.id, v.site_id,
       ARRAY(SELECT DISTINCT i.lesion_id FROM appointments_appointmentitem i
              WHERE i.appointment_id = v.id AND i.lesion_id IS NOT NULL),
       CASE n WHEN 2 THEN v.practitioner_id END, CASE n WHEN 1 THEN v.booked_by_id END,
       jsonb_build_object('work', (SELECT string_agg(DISTINCT t.name, ', ') FROM appointments_appointmentitem i
                                     JOIN treatments_treatment t ON t.id = i.treatment_id WHERE i.appointment_id = v.id),
                          'status', v.status, 'reason', concat_ws(' ', v.cancel_reason, v.reassignment_reason),
                          'moves', nullif(cardinality(v.previous_starts), 0))
  FROM appointments_appointment v CROSS JOIN (VALUES (1), (2)) AS moment (n)
 WHERE v.patient_id = %(patient)s AND NOT (v.status = 'held' AND n = 1)
   AND NOT EXISTS (SELECT FROM appointments_waitlistoffer o
                    WHERE o.appointment_id = v.id AND o.state IN ('declined', 'expired', 'withdrawn'))
"""

OFFERS: Final = """
SELECT 'time_offered', o.offered_at, o.id, v.site_id, '{}', NULL, NULL,
       jsonb_build_object('state', CASE o.state WHEN 'offered' THEN 'not answered yet' ELSE o.state END)
  FROM appointments_waitlistoffer o JOIN appointments_appointment v ON v.id = o.appointment_id
 WHERE o.patient_id = %(patient)s
"""

MESSAGES: Final = """
SELECT CASE WHEN m.sent_at IS NULL THEN 'message_not_sent' ELSE 'message_sent' END, coalesce(m.sent_at, m.due_at), m.id,
       m.site_id, '{}', NULL, NULL,
       jsonb_build_object('kind', m.kind, 'channel', m.channel, 'reason', m.reason_not_sent)
  FROM appointments_message m
 WHERE m.recipient_id = %(patient)s AND (m.sent_at IS NOT NULL OR m.state IN ('failed', 'expired', 'suppressed', 'dead'))
"""

EVENTS: Final = (VISITS, OFFERS, MESSAGES)
