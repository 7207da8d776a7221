"""Some people of the demo who wait for an earlier time."""

from datetime import time, timedelta

from appointments.demo.charts import Book
from appointments.demo.ground import Ground
from appointments.models import WaitlistEntry, WaitlistItem
from clinic.models import Site, User
from clinic.models.people import FRONT_DESK
from patients.models import Patient
from treatments.models import Treatment
from treatments.policies.dates import birthday

WISHED = (
    ("free-consultation", {}),
    ("free-consultation", {"weekdays": [1, 3, 5], "latest": time(13)}),
    ("skin-analysis", {"earliest": time(12), "priority": 3}),
)
"""Of each site: what is waited for, and when it may be."""
WAITS_DAYS = 60


def put_on_the_waitlist(ground: Ground, book: Book, *, named: int) -> None:
    """Three adults at each site; nobody of the named cases."""
    treatments = {row.code: row for row in Treatment.objects.filter(code__in=[code for code, _ in WISHED])}
    for site in ground.sites.values():
        adults = [patient for patient in book.patients[named:] if _is_adult_of(patient, site, ground)]
        desk = User.objects.filter(memberships__site=site, memberships__role=FRONT_DESK).order_by("username").first()
        for patient, (number, (code, wish)) in zip(adults, enumerate(WISHED), strict=False):
            entry = WaitlistEntry.objects.create(
                id=ground.key(),
                patient=patient,
                site=site,
                first_on=ground.today(site),
                last_on=ground.today(site) + timedelta(days=WAITS_DAYS),
                created_by=desk,
                created_at=ground.ago(hours=number),
                **wish,
            )
            WaitlistItem.objects.create(id=ground.key(), entry=entry, patient=patient, group=0, treatment=treatments[code])


def _is_adult_of(patient: Patient, site: Site, ground: Ground) -> bool:
    return patient.registered_site_id == site.id and birthday(patient.birth_date, 18) <= ground.today(site)
