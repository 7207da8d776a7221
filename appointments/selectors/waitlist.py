"""Who waits, in which order, and which free start suits them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from appointments.models import WaitlistEntry, WaitlistItem, WaitlistOffer
from appointments.models.waitlist import OFFERED, WAITING
from appointments.policies.waitlist import OF_THE_MOMENT, Wish, may_suit, suits
from appointments.selectors.availability import Team, slot_of
from appointments.selectors.requests import Request
from appointments.selectors.slots import Search, search_slots
from clinic.errors import Refusal
from clinic.models import Site, User
from clinic.selectors.people import visible_sites
from patients.selectors.records import patients_visible_to
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Asked, Work, work_of

STARTS = 100
"""As many starts of a freed time are looked at, at most."""


def waitlist_visible_to(user: User) -> QuerySet[WaitlistEntry]:
    """The entries at the sites of this person, and those of the patients whom they may see."""
    return WaitlistEntry.objects.filter(
        Q(site__in=visible_sites(user).values("id"))
        | Q(patient__in=patients_visible_to(user).select_related(None).values("pk"))
    )


def offers_visible_to(user: User) -> QuerySet[WaitlistOffer]:
    """The offers to those entries."""
    return WaitlistOffer.objects.filter(entry__in=waitlist_visible_to(user).values("pk"))


def with_wishes(entries: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    """With all that is shown of an entry, its items as `rows`."""
    items = WaitlistItem.objects.select_related("treatment", "body_site").order_by("group", "id")
    return entries.select_related("patient", "site", "practitioner__user", "created_by").prefetch_related(
        Prefetch("items", items, to_attr="rows")
    )


def with_visits(offers: QuerySet[WaitlistOffer]) -> QuerySet[WaitlistOffer]:
    """With all that is shown of an offer."""
    return offers.select_related("appointment__site", "appointment__practitioner__user", "appointment__room")


def asked_by(entry: WaitlistEntry) -> list[Asked]:
    """What an entry read by `with_wishes` asks for, item by item."""
    groups: dict[int, list[WaitlistItem]] = {}
    for row in entry.rows:
        groups.setdefault(row.group, []).append(row)
    return [_asked(rows) for rows in groups.values()]


def in_order(*, site: Site, freed: DateTimeTZRange) -> QuerySet[WaitlistEntry]:
    """
    Who waits at the site for a day of the freed time, first come first within a priority; nobody who has an open offer, or was
    offered a part of that time before and did not take it.
    """
    holding = WaitlistOffer.objects.filter(patient=OuterRef("patient"), state=OFFERED)
    let_go = WaitlistOffer.objects.filter(entry=OuterRef("pk"), appointment__blocked__overlap=freed)
    waiting = WaitlistEntry.objects.filter(~Exists(holding), ~Exists(let_go), site=site, state=WAITING)
    first_on, last_on = (moment.astimezone(site.zone).date() for moment in (freed.lower, freed.upper))
    return waiting.filter(first_on__lte=last_on, last_on__gte=first_on).order_by("-priority", "created_at", "id")


def suitable_requests(*, entry: WaitlistEntry, first: datetime, last: datetime, now: datetime) -> Iterator[Request]:
    """What may be held for this entry with a start from `first` to `last` (UTC), by start: free, lawful and within the wish."""
    zone = entry.site.zone
    if not may_suit(wish_of(entry), first=first.astimezone(zone), last=last.astimezone(zone)):
        return
    work = work_of(patient=entry.patient, site=entry.site, asked=asked_by(entry))
    overrides = usable_overrides(patient=entry.patient, site=entry.site, now=now)
    search = Search(
        booker=entry.created_by,
        work=work,
        first=first,
        last=last,
        now=now,
        limit=STARTS,
        practitioner=entry.practitioner,
        order=entry.order_id,
        overrides=overrides,
        why=False,
    )
    starts = dict.fromkeys(team.start for team in search_slots(search=search).teams if _suits(entry, work, team))
    for start in starts:
        yield Request(
            booker=entry.created_by,
            work=work,
            start=start,
            now=now,
            practitioner=entry.practitioner,
            order=entry.order_id,
            overrides=overrides,
            nearest=False,
        )


def lasting_refusals(search: Search) -> list[Refusal]:
    """Why nothing of this search may ever be booked; nothing where it is merely full, or nobody is there yet."""
    return [refusal for refusal in search_slots(search=search).reasons if refusal.code not in OF_THE_MOMENT]


def wish_of(entry: WaitlistEntry) -> Wish:
    """When it may be."""
    return Wish(
        weekdays=frozenset(entry.weekdays),
        earliest=entry.earliest,
        latest=entry.latest,
        first_on=entry.first_on,
        last_on=entry.last_on,
    )


def open_offer_of(entry: UUID) -> WaitlistOffer | None:
    """The offer that waits for an answer."""
    return WaitlistOffer.objects.filter(entry=entry, state=OFFERED).select_related("appointment").first()


def _suits(entry: WaitlistEntry, work: Work, team: Team) -> bool:
    zone, slot = entry.site.zone, slot_of(work=work, start=team.start)
    return suits(wish_of(entry), start=slot.start.astimezone(zone), end=slot.end.astimezone(zone))


def _asked(rows: Sequence[WaitlistItem]) -> Asked:
    first = rows[0]
    return Asked(
        treatment=first.treatment.code,
        lesions=tuple(row.lesion_id for row in rows if row.lesion_id),
        body_site=first.body_site.code if first.body_site else None,
        depth=first.depth,
        minutes=first.minutes,
    )
