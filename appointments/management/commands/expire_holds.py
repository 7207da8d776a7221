"""End the holds whose time is over, without Celery."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from appointments.services.holds import expire_holds


class Command(BaseCommand):
    """Prints, as one JSON line, how many there were."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Give back what was held until now."""
        self.stdout.write(json.dumps({"expired": expire_holds(now=timezone.now())}))
