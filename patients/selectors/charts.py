"""Questions about the lesions of a chart: which records are one, which are referred, what patients reported."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.models import User
from patients.models import Lesion, LesionReport, Referral, ReferredLesion
from patients.policies.courses import FOLLOWED
from patients.selectors.records import patients_visible_to


def family_of(lesions: Collection[UUID]) -> list[UUID]:
    """These lesions, the records that last in their place, and whatever was merged into those: all that is one with them."""
    lasting = {last or own for own, last in Lesion.objects.filter(pk__in=lesions).values_list("pk", "merged_into")}
    return list(Lesion.objects.filter(Q(pk__in=lasting) | Q(merged_into__in=lasting)).values_list("pk", flat=True))


def are_followed(lesions: Collection[UUID]) -> bool:
    """Whether a referral of one of these lesions has not ended."""
    return bool(followed_among(lesions))


def followed_among(lesions: Collection[UUID]) -> set[UUID]:
    """Those of these lesions that a referral is about which has not ended."""
    rows = ReferredLesion.objects.filter(lesion__in=lesions, referral__status__in=FOLLOWED)
    return set(rows.values_list("lesion", flat=True))


def referrals_visible_to(user: User) -> QuerySet[Referral]:
    """Referrals of the patients whom the user may see."""
    rows = Referral.objects.select_related("patient", "site", "opened_by__user").prefetch_related("items")
    return rows.filter(patient__in=patients_visible_to(user).select_related(None).values("pk"))


def lesion_reports_visible_to(user: User) -> QuerySet[LesionReport]:
    """What the patients whom the user may see have told about lesions."""
    rows = LesionReport.objects.select_related("patient__registered_site", "body_site")
    return rows.filter(patient__in=patients_visible_to(user).select_related(None).values("pk"))
