"""The Celery application: `celery -A clinic worker`, `celery -A clinic beat`."""

import os

import structlog
from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

logger = structlog.get_logger(__name__)
app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def leave_logging_to_django(**_: object) -> None:
    """Celery would otherwise put its own handlers over the JSON ones of the settings."""


def ring(task: str) -> None:
    """Ask a worker to run that task now; without a broker nothing is lost, for beat rings again within seconds."""
    try:
        app.send_task(task, expires=30, retry=False)
    except OperationalError:
        logger.warning("broker_away", task=task)
