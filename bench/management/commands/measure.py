"""All parts of the benchmark, size by size over one growing history."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bench import booking, http, machine, messages, races, records, search
from bench.calibration import FULL, SMOKE, Effort, Figure
from bench.clinic import found_clinic, grow_history, known_clinic
from bench.report import table_of, write_report
from bench.shape import Clinic, Shape

SMALL = Shape(practitioners=16, days=3, patients=160)
PARTS = {
    "search": search.measure,
    "booking": booking.measure,
    "http": http.measure,
    "races": races.measure,
    "messages": messages.measure,
    "records": records.measure,
    "machine": machine.measure,
}


class Command(BaseCommand):
    """Called by `python -m bench`, which starts the server and chooses the settings."""

    help = "Measure, and write the figures."
    requires_system_checks: list[str] = []
    stealth_options = ("sizes", "only", "smoke", "results")

    def handle(self, *args: Any, sizes: list[int], only: list[str], smoke: bool, results: Path | None, **options: Any) -> None:
        """Grow the history from size to size and measure at each; what is known is written after each part."""
        shape, effort = (SMALL, SMOKE) if smoke else (Shape(), FULL)
        clinic = known_clinic(shape) or found_clinic(shape, now=timezone.now())
        figures: dict[int, list[Figure]] = {}
        for size in sizes:
            if figures:  # neither the answers nor the start depend on the history: once is enough
                effort = replace(effort, cases=0)
                only = [part for part in only if part != "machine"]
            grow_history(clinic, to=size)
            self.stdout.write(f"{size:,} finished visits")
            figures[size] = []
            for name in only:
                self._measure(name, clinic, effort, figures[size])
                if results:
                    write_report(figures, folder=results)
        self.stdout.write(table_of(figures))

    def _measure(self, part: str, clinic: Clinic, effort: Effort, figures: list[Figure]) -> None:
        for figure in PARTS[part](clinic, effort):
            self.stdout.write(f"  {figure.what}: {figure.shown}")
            figures.append(figure)
