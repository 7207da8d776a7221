"""What the worker does for this floor, at the times that the settings name."""

from celery import shared_task

from patients.services import photo_files


@shared_task(name="patients.tasks.sweep_photo_files")
def sweep_photo_files() -> None:
    """Remove picture files that no photo keeps."""
    photo_files.sweep_photo_files()
