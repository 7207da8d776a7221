"""Who waits, and what is held or offered, with sensible defaults."""

from datetime import date, datetime, time, timedelta
from typing import Any

from appointments.models import Appointment, WaitlistEntry, WaitlistOffer
from appointments.services.holds import hold_appointment
from appointments.services.waitlist.entries import Waiting, join_waitlist
from clinic.models import User
from patients.models import Patient
from tests.clinic_world import NOW, SmallClinic, after, ask, asked
from treatments.selectors.work import Asked, work_of

CHEEK = Asked(treatment="comedone-extraction", body_site="cheek")
"""Half an hour that anybody at the desk may book."""
TOMORROW = NOW.date() + timedelta(days=1)
HALF_AN_HOUR = timedelta(minutes=30)


def a_hold(
    clinic: SmallClinic, start: datetime | None = None, *items: Any, until: datetime = NOW + HALF_AN_HOUR, **more: Any
) -> Appointment:
    """A time of the dermatologist that is held for the patient of the clinic: tomorrow at ten, for half an hour."""
    request = ask(clinic.desk, clinic.patient, start or after(), clinic.derm, *(items or [CHEEK]), **more)
    return hold_appointment(request=request, until=until)


def waits(
    clinic: SmallClinic,
    patient: Patient | None = None,
    *items: Any,
    actor: User | None = None,
    on: date = TOMORROW,
    days: int = 1,
    between: tuple[time, time] | None = None,
    now: datetime = NOW,
    **more: Any,
) -> WaitlistEntry:
    """Somebody waits for the dermatologist, tomorrow, unless told otherwise."""
    work = work_of(patient=patient or clinic.patient, site=clinic.site, asked=asked(*(items or [CHEEK])))
    earliest, latest = between or (None, None)
    wish = {"practitioner": clinic.derm, "first_on": on, "last_on": on + timedelta(days=days - 1)} | more
    waiting = Waiting(work=work, earliest=earliest, latest=latest, **wish)
    return join_waitlist(actor=actor or clinic.desk, waiting=waiting, now=now)


def the_offer(entry: WaitlistEntry) -> WaitlistOffer:
    """The last offer made to them."""
    return WaitlistOffer.objects.select_related("appointment").filter(entry=entry).latest("offered_at", "id")
