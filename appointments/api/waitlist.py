"""The waitlist over HTTP: who waits, what was offered to them, and what they answered."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import practitioner_if_named, require_work_at, work_asked
from appointments.api.shown import VisitShown
from appointments.api.visits import visit_shown
from appointments.api.waitlist_shapes import EntryInput, EntryShown, OfferShown, hour_of, show_entry, show_offer
from appointments.models import WaitlistOffer
from appointments.models.waitlist import ENTRY_STATES
from appointments.selectors.waitlist import offers_visible_to, waitlist_visible_to, with_visits, with_wishes
from appointments.services.waitlist.answers import accept_offer, decline_offer
from appointments.services.waitlist.entries import Waiting, join_waitlist, withdraw_entry
from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, one_of, word
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer
from clinic.errors import Malformed
from clinic.models import User
from clinic.selectors.people import site_named
from patients.selectors.records import found, visible_patient
from treatments.selectors.records import orders_visible_to

WAITS, LONGEST = timedelta(days=90), timedelta(days=366)


class Waitlist(ApiView):
    """Who waits for a time."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe(
        "Who waits, first come first",
        shown=page_of(EntryShown),
        query={
            "site": "Site code.",
            "patient": OpenApiParameter("patient", OpenApiTypes.UUID, description="Patient id."),
            "state": choice("state", ENTRY_STATES, "How far it is."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"site": word, "patient": key, "state": one_of(*ENTRY_STATES)})
        if "site" in asked:
            asked["site"] = site_named(asked["site"])
        rows = with_wishes(waitlist_visible_to(request.user)).filter(**asked)
        return paged(request, rows, show_entry, ordering=("created_at", "id"))

    @describe("Let a patient wait for a time", taken=EntryInput, shown=EntryShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Refused where no time could ever be offered; that all is taken is no reason."""
        now = timezone.now()
        waiting = _waiting(request.user, read(EntryInput, request), now)
        require_work_at(request.user, waiting.work.site)
        entry = join_waitlist(actor=request.user, waiting=waiting, now=now)
        return _entry_shown(request.user, entry.id, status=201)


class OneEntry(ApiView):
    """Somebody who waits."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("An entry of the waitlist", shown=EntryShown)
    def get(self, request: Request, entry: UUID) -> Response:
        """Show it."""
        return _entry_shown(request.user, entry)


class Withdraw(ApiView):
    """Somebody waits no more."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Take somebody off the waitlist; repeated, nothing changes", taken=NoInput, shown=EntryShown, refuses=ACTS)
    def post(self, request: Request, entry: UUID) -> Response:
        """What is offered to them at this moment is given back."""
        read(NoInput, request)
        row = found(waitlist_visible_to(request.user).select_related("site"), entry)
        require_work_at(request.user, row.site)
        withdraw_entry(entry=row, now=timezone.now())
        return _entry_shown(request.user, entry)


class Offers(ApiView):
    """What was offered to somebody."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("What was offered to who waits, the oldest first", shown=page_of(OfferShown), paging=True)
    def get(self, request: Request, entry: UUID) -> Response:
        """One page."""
        filters(request, {})
        row = found(waitlist_visible_to(request.user), entry)
        offers = with_visits(WaitlistOffer.objects.filter(entry=row))
        return paged(request, offers, show_offer, ordering=("offered_at", "id"))


class Accept(ApiView):
    """The patient takes what was offered."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Book what was offered; judged once more", taken=NoInput, shown=VisitShown, refuses=ACTS)
    def post(self, request: Request, offer: UUID) -> Response:
        """On behalf of the patient."""
        row = _offer(request, offer)
        return visit_shown(accept_offer(actor=request.user, offer=row, now=timezone.now()).id)


class Decline(ApiView):
    """The patient does not take it."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Leave what was offered to the next; the patient waits on", taken=NoInput, shown=OfferShown, refuses=ACTS)
    def post(self, request: Request, offer: UUID) -> Response:
        """On behalf of the patient."""
        decline_offer(offer=_offer(request, offer), now=timezone.now())
        return answer(show_offer(with_visits(WaitlistOffer.objects.all()).get(pk=offer)))


def _offer(request: Request, offer: UUID) -> WaitlistOffer:
    read(NoInput, request)
    row = found(with_visits(offers_visible_to(request.user)), offer)
    require_work_at(request.user, row.appointment.site)
    return row


def _entry_shown(user: User, entry: UUID, *, status: int = 200) -> Response:
    rows: QuerySet[Any] = with_wishes(waitlist_visible_to(user))
    return answer(show_entry(found(rows, entry)), status=status)


def _waiting(user: User, given: dict[str, Any], now: datetime) -> Waiting:
    site = site_named(given["site"], user=user)
    patient = visible_patient(user, given["patient"])
    today = now.astimezone(site.zone).date()
    first_on = given.get("from") or today
    last_on = given.get("until") or max(first_on, today) + WAITS
    earliest, latest = hour_of(given.get("earliest")), hour_of(given.get("latest"))
    _require_order(
        "until", first_on <= last_on <= first_on + LONGEST, f"Not before `from`, and {LONGEST.days} days on at most."
    )
    _require_order("latest", not (earliest and latest) or earliest < latest, "This is after `earliest`.")
    orders = orders_visible_to(user).prefetch_related(None).filter(patient=patient)
    return Waiting(
        work=work_asked(user, patient, site, given["treatments"]),
        first_on=first_on,
        last_on=last_on,
        weekdays=given.get("weekdays") or (),
        earliest=earliest,
        latest=latest,
        practitioner=practitioner_if_named(given.get("practitioner")),
        order=found(orders, given["order"]).id if given.get("order") else None,
        priority=given["priority"],
    )


def _require_order(field: str, is_in_order: bool, detail: str) -> None:
    if not is_in_order:
        raise Malformed({field: detail})
