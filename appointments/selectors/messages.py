"""Which messages went to whom, for those who may see the patient."""

from uuid import UUID

from django.db.models import QuerySet

from appointments.models import Message
from clinic.models import User
from patients.selectors.records import patients_visible_to


def messages_visible_to(user: User, *, patient: UUID | None = None, appointment: UUID | None = None) -> QuerySet[Message]:
    """The messages to patients whom the user may see, of one patient or one visit where asked; each with its site."""
    visible = patients_visible_to(user).select_related(None).values("pk")
    messages = Message.objects.filter(recipient__in=visible).select_related("site", "waiting")
    if patient is not None:
        messages = messages.filter(recipient=patient)
    if appointment is not None:
        messages = messages.filter(appointment=appointment)
    return messages
