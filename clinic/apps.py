from django.apps import AppConfig
from django.contrib.admin import apps as admin

from clinic.celery import app as celery


class ClinicConfig(AppConfig):
    name = "clinic"
    default = True

    def ready(self) -> None:
        """Tasks that are rung from a web process go to our broker."""
        celery.set_default()


class ClinicAdmin(admin.AdminConfig):
    default = False
    default_site = "clinic.admin_site.ClinicAdminSite"
