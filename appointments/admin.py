"""Visits, what they occupy and lean on, and their messages: looked at, never written, by nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from appointments.models import Appointment, AppointmentItem, Authority, Message, MessageText, ResourceClaim
from appointments.selectors.visits import appointments_visible_to
from clinic.admin.base import ReadOnlyAdmin
from clinic.admin.history import register_history
from clinic.admin.presence import local_period
from clinic.models import User


def of_visible_visits(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of the visits that the user may see; texts are about none, and everybody sees them."""
    if rows.model.__name__ == "MessageTextEvent":
        return rows
    way = {"Appointment": "pk", "AppointmentEvent": "pgh_obj"}.get(rows.model.__name__, "appointment")
    return rows.filter(**{f"{way}__in": appointments_visible_to(user).values("pk")})


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


register_history("appointments", of_visible_visits)
