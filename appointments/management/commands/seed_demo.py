"""Fill the database with the demo clinic; repeated, it changes nothing and says the same."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from appointments.demo.seeding import PATIENTS, seed_demo
from clinic.errors import DomainError


class Command(BaseCommand):
    """Sites, staff, patients, two weeks of past visits and sixty days of visits to come, kept in `$DATA_DIR/demo.json`."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json`, `--seed` and `--patients`."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print users, passwords and ids as JSON")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another clinic (1)")
        parser.add_argument("--patients", type=int, default=PATIENTS, help=f"so many, beside the named cases ({PATIENTS})")

    def handle(self, *args: Any, as_json: bool, seed: int, patients: int, **options: Any) -> None:
        """Seed, write the file, and say who may sign in."""
        if patients < 0:
            raise CommandError("--patients is no negative number.")
        try:
            demo = seed_demo(seed=seed, patients=patients, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        text = json.dumps(demo, ensure_ascii=False, indent=2)
        _keep(settings.DATA_DIR, text)
        self.stdout.write(text if as_json else f"The demo clinic is there; users (password: demo): {', '.join(demo['users'])}")


def _keep(folder: Path, text: str) -> None:
    """Write the file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "demo.json.part"
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(folder / "demo.json")
