"""Visits as entries of a calendar (RFC 5545, sent as RFC 5546 says): one event however often it is moved."""

from datetime import datetime, timedelta
from email.mime.text import MIMEText
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from appointments.models import Appointment
from appointments.policies.texts import CANCELLATION, CHANGED, CONFIRMATION

REQUEST, CANCEL = "REQUEST", "CANCEL"
METHODS = {CONFIRMATION: REQUEST, CHANGED: REQUEST, CANCELLATION: CANCEL}
"""The texts that bring an entry, and what each does with it."""
SUMMARY = {"en": "Appointment at {clinic}", "es": "Cita en {clinic}"}
FILE = "appointment.ics"
AROUND = timedelta(days=366)


def invitation_of(*, visit: Appointment, method: str, sequence: int, to: str, now: datetime) -> bytes:
    """The visit as it is now, in the time of its site, for that mailbox; a higher `sequence` takes the place of a lower one."""
    zone, site = visit.site.zone, visit.site
    event = Event()
    event.add("uid", f"{visit.pk}@{_domain()}")
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(ZoneInfo("UTC")))
    event.add("dtstart", visit.start.astimezone(zone))
    event.add("dtend", visit.end.astimezone(zone))
    event.add("summary", SUMMARY[visit.patient.language].format(clinic=site.name))
    event.add("location", ", ".join(part for part in (site.name, " ".join(site.address.split())) if part))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == CANCEL else "OPAQUE")
    event.add("organizer", _organizer(site.name))
    event.add("attendee", _attendee(to), encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Pearl//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    day = visit.start.astimezone(zone).date()
    calendar.add_component(Timezone.from_tzinfo(zone, first_date=day - AROUND, last_date=day + AROUND))
    calendar.add_component(event)
    return calendar.to_ical()


def calendar_part(entry: bytes, *, method: str) -> MIMEText:
    """The entry as a part of an e-mail."""
    part = MIMEText(entry.decode(), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename=FILE)
    return part


def _organizer(name: str) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = vText(name)
    return organizer


def _attendee(to: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{to}")
    attendee.params["PARTSTAT"], attendee.params["RSVP"] = vText("ACCEPTED"), vText("FALSE")
    return attendee


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
