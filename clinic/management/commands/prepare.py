"""Bring the database and its reference data up to date and, in a demo, fill it on the first start."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """What must have run before web, worker and beat start."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate and load the policy and the catalogues; then seed the demo clinic where DEMO asks for it and it is not there yet."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_reference")
        if settings.DEMO and not settings.PUBLIC_ADDRESS and not (settings.DATA_DIR / "demo.json").exists():
            call_command("seed_demo")
