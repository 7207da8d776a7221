"""What stands in the way of one chart for two patients, as far as visits and orders tell."""

from django.db import connection

from clinic.errors import Refusal
from patients.models import Patient
from treatments.models import TreatmentOrder
from treatments.models.orders import ACTIVE

AT_ONCE = """
SELECT mine.appointment_id, theirs.appointment_id, lower(v.during) AT TIME ZONE s.time_zone
  FROM appointments_resourceclaim mine
  JOIN appointments_resourceclaim theirs ON theirs.resource = %s AND theirs.during && mine.during
  JOIN appointments_appointment v ON v.id = mine.appointment_id
  JOIN clinic_site s ON s.id = v.site_id
 WHERE mine.resource = %s ORDER BY lower(v.during), mine.appointment_id, theirs.appointment_id
"""


def visits_at_once(duplicate: Patient, into: Patient) -> list[Refusal]:
    """Each pair of live visits of the two that overlap: one person cannot be at both."""
    with connection.cursor() as cursor:
        cursor.execute(AT_ONCE, [into.pk, duplicate.pk])
        pairs = cursor.fetchall()
    return [
        Refusal(
            code="visits_overlap",
            detail=f"Visit {mine} of the duplicate, on {start:%Y-%m-%d at %H:%M}, overlaps visit {theirs} of the lasting patient.",
            mend="Move or cancel one of them.",
            resource=str(mine),
        )
        for mine, theirs, start in pairs
    ]


def open_orders_of_both(duplicate: Patient, into: Patient) -> list[Refusal]:
    """That either has open orders, all of which one patient may then use."""
    mine, theirs = (TreatmentOrder.objects.filter(patient=one, status=ACTIVE).count() for one in (duplicate, into))
    if not mine:
        return []
    detail = f"Open orders of both go on: {mine} of the duplicate and {theirs} of the lasting patient."
    return [Refusal(code="open_orders", severity="info", detail=detail, mend="Revoke those that are not wanted twice.")]
