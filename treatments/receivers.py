"""What the floor below announces, and what plans do about it: inside the same transaction."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from clinic.errors import Refusal
from clinic.models import User
from patients.models import Lesion, Patient
from patients.signals import contraindications_coming, description_coming, lesion_reclassified, merge_asked
from treatments.selectors.causes import contradicted_cause
from treatments.selectors.merges import retinoid_in_pregnancy
from treatments.services.home_care_course import end_what_came_near_the_eye, end_what_is_forbidden


@receiver(contraindications_coming)
def end_home_care_that_is_forbidden(
    sender: Any, *, patient: Patient, held: Iterable[Any], actor: User, now: datetime, **_: Any
) -> None:
    """Something speaks against a treatment from now on: home care that it forbids is stopped."""
    end_what_is_forbidden(patient=patient, held=held, actor=actor, now=now)


@receiver(lesion_reclassified)
def end_home_care_near_the_eye(sender: Any, *, lesions: Collection[UUID], actor: User, now: datetime, **_: Any) -> list[UUID]:
    """The chart changed: home care that would now reach the eye is stopped; no visit moves by it."""
    end_what_came_near_the_eye(lesions=lesions, actor=actor, now=now)
    return []


@receiver(description_coming)
def tell_what_contradicts_the_cause(sender: Any, *, lesion: Lesion, **_: Any) -> list[Refusal]:
    """The lesion is charted anew: it still has to go with the procedure that it came from."""
    return contradicted_cause(lesion)


@receiver(merge_asked)
def tell_what_joined_charts_would_forbid(sender: Any, *, duplicate: Patient, into: Patient, **_: Any) -> list[Refusal]:
    """Charts are to be merged: what one forbids must not go on under the other."""
    return retinoid_in_pregnancy(duplicate, into)
