"""Booking through the services: its time against plain inserts with the same lookups, size by size."""

from collections.abc import Iterator
from itertools import count
from uuid import UUID

from django.utils import timezone

from appointments.models import Appointment
from appointments.selectors.verdicts import Request
from appointments.services.booking import book_appointment
from bench.calibration import Effort, Figure, by_turns, make_plain_tables, store_plainly
from bench.shape import TREATMENT, Clinic, Place
from clinic.models import Practitioner, Site
from patients.models import Patient
from treatments.selectors.work import Asked, work_of


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """One booking after the other, each beside one on plain tables."""
    make_plain_tables()
    places = clinic.free_places(effort.bookings * effort.blocks + 1)
    guarded, plain = count(), count()
    timings = by_turns(
        {
            "guarded": lambda: book(places[next(guarded)]),
            "plain": lambda: store_plainly(request_for(places[next(plain)])),
        },
        blocks=effort.blocks,
        times=effort.bookings,
    )
    guarded_s, plain_s = timings["guarded"].usual, timings["plain"].usual
    ratio = guarded_s / plain_s
    yield Figure(
        what="booking in the services, all guarantees",
        shown=f"{ratio:.1f}x plain inserts ({guarded_s * 1e3:.1f} ms)",
        target="",
        reached=None,
        raw={"ms": guarded_s * 1e3, "plain_ms": plain_s * 1e3, "ratio": ratio},
        scaling=ratio,
    )


def request_for(place: Place, *, patient: UUID | None = None, lesion: UUID | None = None) -> Request:
    """What a practitioner asks who books that place in person, with everything read as the API reads it."""
    who = Patient.objects.select_related("registered_site").get(pk=patient or place.patient)
    asked = Asked(treatment=TREATMENT, lesions=(lesion or place.lesion,))
    return Request(
        booker=place.person.user,
        work=work_of(patient=who, site=Site.objects.get(pk=place.person.site), asked=[asked]),
        start=place.start,
        now=timezone.now(),
        practitioner=Practitioner.objects.get(pk=place.person.practitioner),
    )


def book(place: Place, *, patient: UUID | None = None, lesion: UUID | None = None) -> Appointment:
    """Book the place."""
    return book_appointment(request=request_for(place, patient=patient, lesion=lesion))
