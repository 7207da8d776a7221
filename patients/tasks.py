"""What the worker does for this floor, at the times that the settings name."""

from celery import shared_task
from django.utils import timezone

from patients.services import photo_files, referral_looks


@shared_task(name="patients.tasks.follow_referrals")
def follow_referrals() -> None:
    """Ask about every referral that has not ended."""
    referral_looks.follow_referrals(now=timezone.now())


@shared_task(name="patients.tasks.sweep_photo_files")
def sweep_photo_files() -> None:
    """Remove picture files that no photo keeps."""
    photo_files.sweep_photo_files()
