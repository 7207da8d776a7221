"""What Celery runs of this floor."""

from celery import shared_task
from django.utils import timezone

from appointments.services.delivery import deliver_due
from appointments.services.holds import expire_holds
from appointments.services.sweep import sweep_visits
from appointments.services.waitlist.offering import offer_freed

LIMIT = 1000
SECONDS = 4


@shared_task
def deliver_due_messages() -> None:
    """Deliver what is due; ends before beat rings again, so that rings do not pile up in a backlog."""
    deliver_due(now=timezone.now(), limit=LIMIT, seconds=SECONDS)


@shared_task
def end_holds() -> None:
    """Give back what was held until now."""
    expire_holds(now=timezone.now())


@shared_task
def offer_freed_times() -> None:
    """Offer what was freed to those who wait."""
    offer_freed(now=timezone.now(), seconds=SECONDS)


@shared_task
def sweep_authority() -> None:
    """Notice what ended by itself."""
    sweep_visits(now=timezone.now())
