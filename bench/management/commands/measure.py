"""All parts of the benchmark, size by size over one growing history."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bench import booking, http, messages, races, search
from bench.calibration import FULL, SMOKE, Effort, Figure
from bench.clinic import found_clinic, grow_history, known_clinic
from bench.report import write_report
from bench.shape import Clinic, Shape

SMALL = Shape(practitioners=16, days=3, patients=160)
PARTS = {
    "search": search.measure,
    "booking": booking.measure,
    "http": http.measure,
    "races": races.measure,
    "messages": messages.measure,
}


class Command(BaseCommand):
    """Called by `python -m bench`, which starts the server and chooses the settings."""

    help = "Measure, and write the figures."
    requires_system_checks: list[str] = []
    stealth_options = ("sizes", "only", "smoke", "results")

    def handle(self, *args: Any, sizes: list[int], only: list[str], smoke: bool, results: Path, **options: Any) -> None:
        """Grow the history from size to size and measure at each."""
        shape, effort = (SMALL, SMOKE) if smoke else (Shape(), FULL)
        clinic = known_clinic(shape) or found_clinic(shape, now=timezone.now())
        figures: dict[int, list[Figure]] = {}
        for size in sizes:
            if figures:  # the answers do not depend on the history: once is enough
                effort = replace(effort, cases=0)
            grow_history(clinic, to=size)
            self.stdout.write(f"{size:,} finished visits")
            figures[size] = self._measure(clinic, effort, only)
        table = write_report(figures, folder=results)
        self.stdout.write(table)

    def _measure(self, clinic: Clinic, effort: Effort, only: list[str]) -> list[Figure]:
        found = []
        for name in only:
            for figure in PARTS[name](clinic, effort):
                self.stdout.write(f"  {figure.what}: {figure.shown}")
                found.append(figure)
        return found
