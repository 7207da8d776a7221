"""Stays, logs and incidents of the patients whom somebody may see."""

from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from clinic.models import User
from patients.selectors.records import patients_visible_to
from treatments.models import (
    Addendum,
    Complication,
    Encounter,
    Incident,
    IncidentLesion,
    Procedure,
    ProcedureItem,
    ProcedureOutcome,
)
from treatments.models.procedures import SIGNED


def encounters_visible_to(user: User) -> QuerySet[Encounter]:
    """Stays of the patients whom the user may see, with the ids of their visit, logs and incidents."""
    return (
        Encounter.objects.filter(patient__in=_visible(user))
        .annotate(visit=F("appointment"))
        .select_related("patient", "site", "practitioner__user")
        .prefetch_related(
            Prefetch("procedures", Procedure.objects.order_by("id").only("id", "encounter", "status")),
            Prefetch("incidents", Incident.objects.order_by("id").only("id", "encounter")),
        )
    )


def procedures_visible_to(user: User) -> QuerySet[Procedure]:
    """Logs of the patients whom the user may see, with all that hangs on them."""
    outcomes = ProcedureOutcome.objects.order_by("id")
    items = (
        ProcedureItem.objects.select_related("treatment", "body_site", "sharps_disposed_by__user")
        .prefetch_related(Prefetch("outcomes", outcomes))
        .order_by("number")
    )
    return (
        Procedure.objects.filter(patient__in=_visible(user))
        .select_related(
            "encounter", "patient", "site", "performed_by__user", "supervisor__user", "signed_by__user", "cosigned_by__user"
        )
        .prefetch_related(
            Prefetch("items", items),
            Prefetch("complications", Complication.objects.order_by("id")),
            Prefetch("addenda", Addendum.objects.select_related("signed_by__user").order_by("id")),
            Prefetch("incidents", Incident.objects.order_by("id").only("id", "procedure")),
        )
    )


def incidents_visible_to(user: User) -> QuerySet[Incident]:
    """Incidents of the patients whom the user may see, with the lesions that they concern."""
    return (
        Incident.objects.filter(patient__in=_visible(user))
        .select_related("patient", "site", "reported_by", "reviewed_by", "closed_by")
        .prefetch_related(Prefetch("concerned", IncidentLesion.objects.order_by("id")))
    )


def is_logged(encounter: UUID) -> bool:
    """Whether something about the stay is signed or reported: a log, or an incident."""
    return Encounter.objects.filter(Q(procedures__status=SIGNED) | Q(incidents__isnull=False), pk=encounter).exists()


def _visible(user: User) -> QuerySet[dict[str, UUID]]:
    return patients_visible_to(user).select_related(None).values("pk")
