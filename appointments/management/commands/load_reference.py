"""Load the policy and the catalogues that ship with the product; what is there already stays."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from appointments.services.reference import load_texts
from clinic.services.reference import load_policy
from patients.services import reference as charts
from treatments.services import reference as treatments


class Command(BaseCommand):
    """Matrix cells and jurisdiction rows, body sites, diagnoses, milia types, treatments and the texts of messages."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing."""
        load_policy(now=timezone.now())
        charts.load_catalogues()
        treatments.load_catalogues()
        load_texts()
