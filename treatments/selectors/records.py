"""Orders and overrides of the patients whom somebody may see, and the catalogue that a site offers."""

from django.db.models import Prefetch, QuerySet

from clinic.models import User
from patients.selectors.records import patients_visible_to
from treatments.models import OrderItem, Override, Treatment, TreatmentOrder


def orders_visible_to(user: User) -> QuerySet[TreatmentOrder]:
    """Orders of the patients whom the user may see, with their items."""
    items = OrderItem.objects.select_related("treatment", "body_site").order_by("group", "id")
    return (
        TreatmentOrder.objects.filter(patient__in=patients_visible_to(user).select_related(None).values("pk"))
        .select_related("patient", "site", "signed_by__user")
        .prefetch_related(Prefetch("items", items))
    )


def overrides_visible_to(user: User) -> QuerySet[Override]:
    """Overrides of the patients whom the user may see."""
    return Override.objects.filter(patient__in=patients_visible_to(user).select_related(None).values("pk")).select_related(
        "patient", "site", "treatment", "given_by__user"
    )


def offered_treatments() -> QuerySet[Treatment]:
    """What the catalogue offers, with the acts that each treatment is judged as."""
    return Treatment.objects.filter(active=True).prefetch_related("acts")
