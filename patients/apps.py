from importlib import import_module

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        import_module("patients.receivers")
        import_module("patients.guards")
