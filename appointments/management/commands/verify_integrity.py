"""Look whether everything stored keeps the promises of the guard; exit code 1 when something does not."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from appointments.services.integrity import integrity_findings, live_visits


class Command(BaseCommand):
    """Overlaps, visits without the authority that they need, messages that do not fit their visits, stray pictures, and unsound logs."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json`."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the findings as JSON")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        """Say what was found; nothing is mended."""
        now = timezone.now()
        findings = integrity_findings(now=now)
        if as_json:
            answer = {
                "checked_at": now.isoformat(),
                "live_visits": live_visits(),
                "findings": [finding.as_dict() for finding in findings],
            }
            self.stdout.write(json.dumps(answer, indent=2))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.promise}: {finding.about}: {finding.detail}")
            self.stdout.write(f"{live_visits()} live visits, {len(findings)} findings")
        if findings:
            sys.exit(1)
