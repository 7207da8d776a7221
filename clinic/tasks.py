"""What the worker does for this floor, at the times that the settings name."""

from celery import shared_task
from django.utils import timezone

from clinic.services import expirables, rosters, tasks, tidying


@shared_task(name="clinic.tasks.extend_rosters")
def extend_rosters() -> None:
    """Carry the weekly rules forward."""
    rosters.extend_rosters(now=timezone.now())


@shared_task(name="clinic.tasks.wake_tasks")
def wake_tasks() -> None:
    """Open again what was put off until now."""
    tasks.wake_tasks(now=timezone.now())


@shared_task(name="clinic.tasks.watch_expirables")
def watch_expirables() -> None:
    """Tell of papers that end."""
    expirables.watch_expirables(now=timezone.now())


@shared_task(name="clinic.tasks.tidy")
def tidy() -> None:
    """Delete dead tokens, old kept answers and past counts of attempts."""
    tidying.tidy(now=timezone.now())
