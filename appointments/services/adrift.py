"""What managers are told every day about visits that lost their ground."""

from datetime import datetime, time
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Min

from appointments.models import Appointment
from appointments.policies.statuses import NEEDS_REASSIGNMENT
from clinic.models import Site, Task
from clinic.models.people import MANAGER
from clinic.models.tasks import DONE
from clinic.services.tasks import finish_tasks_about, open_task

ADRIFT: Final = "visits_adrift"
SAID: Final = {1: "1 visit waits for somebody else, on {day}.", 2: "{count} visits wait for somebody else, the first on {day}."}


def tell_managers_of_visits_adrift(*, now: datetime) -> None:
    """
    Once a day at each site: how many visits to come wait for somebody else; settled when none does.

    A task that is open from yesterday says today's number; one that somebody did today is not asked again before
    tomorrow.
    """
    waiting = Appointment.objects.filter(status=NEEDS_REASSIGNMENT, during__endswith__gt=now)
    counts = {
        row["site"]: row for row in waiting.values("site").annotate(count=Count("id"), first=Min(F("during__startswith")))
    }
    for site in Site.objects.order_by("code"):
        if site.pk in counts:
            _tell(site, counts[site.pk]["count"], counts[site.pk]["first"], now)
        else:
            finish_tasks_about(subjects=[site.pk], kind=ADRIFT, actor=None, now=now)


@transaction.atomic
def _tell(site: Site, count: int, first: datetime, now: datetime) -> None:
    local = now.astimezone(site.zone)
    today = datetime.combine(local.date(), time.min, tzinfo=site.zone)
    tasks = Task.objects.filter(kind=ADRIFT, subject=site.pk)
    if tasks.filter(state=DONE, done_at__gte=today, done_by__isnull=False).exists():
        return
    detail = SAID[min(count, 2)].format(count=count, day=first.astimezone(site.zone).date().isoformat())
    open_task(kind=ADRIFT, subject=site.pk, site=site, role=MANAGER, due_at=now, detail=detail)
    tasks.exclude(state=DONE).exclude(detail=detail).update(detail=detail)
