"""Run all of Pearl on this machine."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.local.place import Place
from clinic.local.process import LocalFailure
from clinic.local.supervisor import run


class Command(BaseCommand):
    """PostgreSQL, Redis, web, worker and beat under one supervisor, with their data under DATA_DIR."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until interrupted; what cannot start is said in one line."""
        demo = settings.DEMO or ("DEMO" not in os.environ and not settings.PUBLIC_ADDRESS)
        place = Place(code=settings.BASE_DIR, folder=settings.DATA_DIR, host=settings.HOST, port=settings.PORT, demo=demo)
        try:
            run(place, given=dict(os.environ), public=settings.PUBLIC_ADDRESS)
        except LocalFailure as failure:
            raise CommandError(str(failure)) from None
