"""Whether what a message is about still needs it."""

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

from appointments.models import Appointment, Message, WaitlistOffer
from appointments.models.messages import HOME_CARE, LESION, OFFER
from appointments.models.waitlist import OFFERED
from appointments.policies.statuses import LIVE
from patients.models import Lesion
from patients.policies.courses import RESOLVED, WATCHING
from treatments.models import HomeCarePlan
from treatments.policies.plans.words import ACTIVE


def why_ended(message: Message, *, stops: Collection[str]) -> str:
    """Why nothing is to be said about it any more, blank while something is; a visit speaks for itself."""
    if "booked_again" in stops and _is_coming(message):
        return "another visit is booked"
    look = LOOKS.get(message.subject_kind)
    return look(message.subject, stops) if look else ""


def _is_coming(message: Message) -> bool:
    visits = Appointment.objects.filter(patient=message.recipient_id, status__in=LIVE)
    return visits.filter(during__startswith__gt=message.due_at).exclude(pk=message.appointment_id).exists()


def _home_care(key: UUID, stops: Collection[str]) -> str:
    plan = HomeCarePlan.objects.get(pk=key)
    if plan.status != ACTIVE:
        return f"the home care is {plan.status}"
    lesions = set(plan.targets.values_list("lesion__status", flat=True))
    return "the lesions have gone" if "lesion_settled" in stops and lesions == {RESOLVED} else ""


def _lesion(key: UUID, stops: Collection[str]) -> str:
    lesion = Lesion.objects.get(pk=key)
    if lesion.merged_into_id:
        return "the lesion is part of another record"
    if lesion.suspicious:
        return "the lesion is looked into"
    return "" if lesion.status == WATCHING else f"the lesion is {lesion.status.replace('_', ' ')}"


def _offer(key: UUID, stops: Collection[str]) -> str:
    state = WaitlistOffer.objects.values_list("state", flat=True).get(pk=key)
    return "" if state == OFFERED else f"the offer was {state}"


LOOKS: Final[dict[str, Callable[[UUID, Collection[str]], str]]] = {HOME_CARE: _home_care, LESION: _lesion, OFFER: _offer}
