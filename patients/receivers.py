"""What consents that end mean for what was kept on the strength of them: inside the same transaction."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from patients.models import Patient
from patients.policies.consents import PHOTOS
from patients.policies.photos import CONSENT_WITHDRAWN
from patients.services.photos import remove_pictures
from patients.signals import consent_withdrawn


@receiver(consent_withdrawn)
def remove_pictures_without_consent(sender: Any, *, patient: Patient, kind: str, now: datetime, **_: Any) -> None:
    """The consent to photos is taken back: nothing is served from now on, and the files go."""
    if kind == PHOTOS:
        remove_pictures(patient=patient, because=CONSENT_WITHDRAWN, now=now)
