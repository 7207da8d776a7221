from django.apps import AppConfig

from clinic.celery import app as celery


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        """Tasks that are rung from a web process go to our broker."""
        celery.set_default()
