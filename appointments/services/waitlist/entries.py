"""Putting a patient on the waitlist, and taking them off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction

from appointments.models import WaitlistEntry, WaitlistItem
from appointments.models.waitlist import OFFERED, WAITING, WITHDRAWN
from appointments.selectors.slots import MICROSECOND, Search
from appointments.selectors.waitlist import lasting_refusals, open_offer_of
from appointments.services.guarded import Overtaken, until_settled
from appointments.services.holds import release_hold
from appointments.services.refusing import illegal_transition, kind_of
from clinic.errors import Refusal
from clinic.models import Practitioner, User
from clinic.policies.periods import midnight
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Line, Work

SWEEP = """
UPDATE appointments_waitlistentry e SET state = 'expired', ended_at = %(now)s
  FROM clinic_site s WHERE s.id = e.site_id AND e.state = 'waiting'
   AND e.last_on < (%(now)s::timestamptz AT TIME ZONE s.time_zone)::date
"""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Who wants what when, and from whom (None: from anybody who may); hours are those of the site's clock."""

    work: Work
    first_on: date
    last_on: date
    weekdays: Sequence[int] = ()
    earliest: time | None = None
    latest: time | None = None
    practitioner: Practitioner | None = None
    order: UUID | None = None
    priority: int = 0


@transaction.atomic
def join_waitlist(*, actor: User, waiting: Waiting, now: datetime) -> WaitlistEntry:
    """
    Let somebody wait for a time.

    :raises DomainError: with every reason why they could never be offered any; that all is taken is none.
    """
    _require_chance(actor, waiting, now)
    entry = WaitlistEntry.objects.create(
        patient=waiting.work.patient,
        site=waiting.work.site,
        practitioner=waiting.practitioner,
        weekdays=sorted(set(waiting.weekdays)),
        earliest=waiting.earliest,
        latest=waiting.latest,
        first_on=waiting.first_on,
        last_on=waiting.last_on,
        order_id=waiting.order,
        priority=waiting.priority,
        created_by=actor,
        created_at=now,
    )
    WaitlistItem.objects.bulk_create(
        row for number, line in enumerate(waiting.work.lines) for row in _rows(entry, number, line)
    )
    return entry


def withdraw_entry(*, entry: WaitlistEntry, now: datetime) -> WaitlistEntry:
    """
    Nobody waits any more; a time that is offered at this moment is given back. Repeated, it changes nothing.

    :raises Conflict: `illegal_transition` for who was served, or waited in vain until their last day.
    """
    return until_settled(lambda _: _withdraw(entry, now))


def expire_entries(*, now: datetime) -> int:
    """End the wait of those whose last day is over at their site; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"now": now})
        return cursor.rowcount


@transaction.atomic
def _withdraw(entry: WaitlistEntry, now: datetime) -> WaitlistEntry:
    if offer := open_offer_of(entry.pk):
        release_hold(visit=offer.appointment, reason="The patient waits no more", now=now)
    current = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
    if current.state == OFFERED:
        raise Overtaken("open_offer_holds_its_visit")
    if current.state == WITHDRAWN:
        return current
    if current.state != WAITING:
        raise illegal_transition(f"Who is {current.state} does not wait.")
    current.state, current.ended_at = WITHDRAWN, now
    current.save(update_fields=["state", "ended_at"])
    return current


def _require_chance(actor: User, waiting: Waiting, now: datetime) -> None:
    work, zone = waiting.work, waiting.work.site.zone
    search = Search(
        booker=actor,
        work=work,
        first=max(now, midnight(waiting.first_on, zone=zone)).astimezone(UTC),
        last=midnight(waiting.last_on + timedelta(days=1), zone=zone) - MICROSECOND,
        now=now,
        limit=1,
        practitioner=waiting.practitioner,
        order=waiting.order,
        overrides=usable_overrides(patient=work.patient, site=work.site, now=now),
    )
    reasons = _of_the_past(search) or lasting_refusals(search)
    if reasons:
        raise kind_of(reasons[0].code)(reasons[0].code, reasons[0].detail, reasons=reasons)


def _of_the_past(search: Search) -> list[Refusal]:
    if search.last > search.now:
        return []
    return [
        Refusal(
            code="in_the_past",
            detail="The last day that would do is over.",
            source="The clock",
            mend="Choose a last day that is still to come.",
        )
    ]


def _rows(entry: WaitlistEntry, number: int, line: Line) -> list[WaitlistItem]:
    return [
        WaitlistItem(
            entry=entry,
            patient_id=entry.patient_id,
            group=number,
            treatment=line.treatment,
            lesion=lesion,
            body_site=line.body_site,
            depth=line.facts.asked_depth,
            minutes=line.facts.minutes,
        )
        for lesion in line.lesions or (None,)
    ]
