"""Deliver the messages that are due, without Celery."""

import json
from argparse import ArgumentParser
from datetime import datetime
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from appointments.services.delivery import deliver_due

PAUSE_S = 5


class Command(BaseCommand):
    """Prints, as one JSON line for each round, how many messages came to which state."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--once`, and with it `--at`."""
        parser.add_argument("--once", action="store_true", help="one round, instead of one every 5 seconds until interrupted")
        parser.add_argument("--at", help="as if it were this moment (RFC 3339, with its offset), together with --once")

    def handle(self, *args: Any, once: bool, at: str | None, **options: Any) -> None:
        """Deliver once, or until interrupted."""
        if at and not once:
            raise CommandError("--at goes with --once.")
        self._deliver(_moment(at) if at else timezone.now())
        while not once:
            sleep(PAUSE_S)
            self._deliver(timezone.now())

    def _deliver(self, now: datetime) -> None:
        self.stdout.write(json.dumps(deliver_due(now=now)))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--at takes a moment such as 2027-03-13T09:00:00-05:00.") from None
    if moment.tzinfo is None:
        raise CommandError("--at needs an offset, such as 2027-03-13T09:00:00-05:00.")
    return moment
