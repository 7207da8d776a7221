"""Visits, what they occupy and lean on, their messages, and the waitlist: looked at, never written, by nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from appointments.models import (
    Appointment,
    AppointmentItem,
    Authority,
    FreedSlot,
    Message,
    MessageText,
    ResourceClaim,
    WaitlistEntry,
    WaitlistItem,
    WaitlistOffer,
)
from appointments.selectors.visits import appointments_visible_to
from appointments.selectors.waitlist import waitlist_visible_to
from clinic.admin.base import ReadOnlyAdmin
from clinic.admin.history import register_history
from clinic.admin.presence import local_period
from clinic.models import User
from clinic.selectors.people import visible_sites


def of_visible_visits(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of the visits that the user may see; texts are about none, and everybody sees them."""
    if rows.model.__name__ == "MessageTextEvent":
        return rows
    way = {"Appointment": "pk", "AppointmentEvent": "pgh_obj"}.get(rows.model.__name__, "appointment")
    return rows.filter(**{f"{way}__in": appointments_visible_to(user).values("pk")})


def of_visible_entries(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of the waitlist that the user may see."""
    way = {"WaitlistEntry": "pk", "WaitlistEntryEvent": "pgh_obj"}.get(rows.model.__name__, "entry")
    return rows.filter(**{f"{way}__in": waitlist_visible_to(user).values("pk")})


def of_visible_records(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of history of either kind that the user may see."""
    return (of_visible_entries if rows.model.__name__.startswith("Waitlist") else of_visible_visits)(user, rows)


class VisitRecordAdmin(ReadOnlyAdmin):
    """Something of a visit."""

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only of visits that the user may see."""
        return of_visible_visits(user, rows)


@admin.register(Appointment)
class AppointmentAdmin(VisitRecordAdmin):
    """Visits are booked, moved and ended through the front desk, where every rule is asked."""

    list_display = ("when", "status", "practitioner", "site", "room", "patient", "revision")
    list_filter = ("status", "site", "practitioner")
    list_select_related = ("site", "practitioner", "patient", "room")

    @admin.display(description="when", ordering="during")
    def when(self, visit: Appointment) -> str:
        """On the clock of the site."""
        return local_period(visit.during, visit.site.zone)


@admin.register(AppointmentItem)
class AppointmentItemAdmin(VisitRecordAdmin):
    """What is done in a visit."""

    list_display = ("appointment", "treatment", "scope", "supervision", "authorised_by")
    list_filter = ("act", "region")


@admin.register(ResourceClaim)
class ResourceClaimAdmin(VisitRecordAdmin):
    """Who and what is taken."""

    list_display = ("kind", "resource", "during", "appointment")
    list_filter = ("kind",)


@admin.register(Authority)
class AuthorityAdmin(VisitRecordAdmin):
    """What a live visit leans on."""

    list_display = ("appointment", "practitioner", "scope", "supervision", "during")


@admin.register(Message)
class MessageAdmin(VisitRecordAdmin):
    """What was written to patients, and what became of it."""

    list_display = ("kind", "channel", "recipient", "due_at", "state", "attempts", "sent_at", "reason_not_sent")
    list_filter = ("state", "kind")


@admin.register(MessageText)
class MessageTextAdmin(ReadOnlyAdmin):
    """What messages say; new versions are published through the API, which says what speaks against them."""

    list_display = ("key", "channel", "language", "version", "subject", "in_force_from", "published_by")
    list_filter = ("key", "channel", "language")


class WaitlistRecordAdmin(ReadOnlyAdmin):
    """Something of who waits."""

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only of entries that the user may see."""
        return of_visible_entries(user, rows)


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(WaitlistRecordAdmin):
    """Who waits for a time; they are put there and taken off through the front desk."""

    list_display = ("patient", "site", "practitioner", "state", "priority", "first_on", "last_on", "created_at")
    list_filter = ("state", "site")
    list_select_related = ("patient", "site", "practitioner")


@admin.register(WaitlistItem)
class WaitlistItemAdmin(WaitlistRecordAdmin):
    """What they wait for."""

    list_display = ("entry", "treatment")


@admin.register(WaitlistOffer)
class WaitlistOfferAdmin(WaitlistRecordAdmin):
    """What was offered to them, and what they said."""

    list_display = ("entry", "appointment", "state", "offered_at", "expires_at", "ended_at")
    list_filter = ("state",)


@admin.register(FreedSlot)
class FreedSlotAdmin(ReadOnlyAdmin):
    """Times that were freed and are still to be offered."""

    list_display = ("during", "site", "attempts", "due_at")

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only at sites that the user may see."""
        return rows.filter(site__in=visible_sites(user).values("id"))


register_history("appointments", of_visible_records)
