"""What patients answered about the healing, for whoever may see them."""

from datetime import datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from clinic.models import Practitioner, Shift, Site, User
from patients.selectors.records import patients_visible_to
from treatments.models import AftercareReport, Procedure
from treatments.policies.aftercare import was_near_the_eye


def aftercare_reports_visible_to(user: User) -> QuerySet[AftercareReport]:
    """Those of the patients whom the user may see, with procedure and site."""
    visible = patients_visible_to(user).select_related(None).values("pk")
    return AftercareReport.objects.filter(patient__in=visible).select_related("patient", "procedure__site")


def latest_answers(procedure: Procedure) -> AftercareReport | None:
    """What the patient said last about this procedure, if anything."""
    return AftercareReport.objects.filter(procedure=procedure).order_by("answered_at", "pk").last()


def is_near_the_eye(procedure: Procedure) -> bool:
    """Whether any of the work lay at the lid or around the eye."""
    return was_near_the_eye(procedure.items.values_list("region", flat=True))


def is_still_here_today(practitioner: Practitioner, *, site: Site, now: datetime) -> bool:
    """Whether the practitioner is, or will be, on shift at the site before its midnight."""
    tomorrow = now.astimezone(site.zone).date() + timedelta(days=1)
    rest = DateTimeTZRange(now, datetime.combine(tomorrow, time.min, tzinfo=site.zone))
    return Shift.objects.filter(practitioner=practitioner, site=site, during__overlap=rest).exists()
