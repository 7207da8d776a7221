"""Watchful waiting: a milium is given half a year, and then somebody remembers to offer its extraction."""

from collections.abc import Iterable
from datetime import datetime

from clinic.models import User
from clinic.models.people import PRACTITIONER
from clinic.services.tasks import finish_tasks_about, open_task
from treatments.models import PlanStep, TreatmentPlan
from treatments.policies.dates import months_after
from treatments.policies.gates.lesions import MONTHS_TO_WAIT
from treatments.policies.plans.ladder import morning_of
from treatments.policies.plans.words import WATCHFUL_WAITING

OFFER_EXTRACTION = "offer_extraction"
SAID = "The lesion has been left alone for half a year: look at it, and offer the extraction."


def follow_waiting(*, plan: TreatmentPlan, now: datetime) -> None:
    """One task for each lesion that the plan leaves alone, six months after it was first noted (else after today)."""
    zone = plan.site.zone
    today = now.astimezone(zone).date()
    waiting = PlanStep.objects.filter(plan=plan, kind=WATCHFUL_WAITING).prefetch_related("targets__lesion")
    for lesion in {target.lesion for step in waiting for target in step.targets.all()}:
        offer_on = months_after(lesion.first_noted_on or today, MONTHS_TO_WAIT)
        open_task(
            kind=OFFER_EXTRACTION,
            subject=lesion.pk,
            site=plan.site,
            role=PRACTITIONER,
            due_at=max(morning_of(offer_on, zone=zone), now),
            detail=SAID,
            assignee=plan.author.user,
        )


def end_waiting(*, steps: Iterable[PlanStep], actor: User, now: datetime) -> None:
    """Nobody waits any more for the lesions of these steps."""
    waiting = [step.pk for step in steps if step.kind == WATCHFUL_WAITING]
    lesions = PlanStep.objects.filter(pk__in=waiting, targets__isnull=False).values_list("targets__lesion", flat=True)
    finish_tasks_about(subjects=list(lesions), kind=OFFER_EXTRACTION, actor=actor, now=now)
