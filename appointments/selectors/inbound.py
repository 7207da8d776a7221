"""Texts that came back: whose number they came from, and who may read them."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from appointments.models import InboundText, Message
from clinic.models import User
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.policies.protocol import SMS
from clinic.selectors.people import has_role
from patients.models import Patient
from patients.selectors.contact import patients_texted_at
from patients.selectors.records import patients_visible_to


def owners_of(phone: str, *, now: datetime) -> list[Patient]:
    """Those whose texts go to that number now; if nobody's do, who was last texted there."""
    present = patients_texted_at(phone, now=now)
    if present:
        return present
    sent = Message.objects.filter(channel=SMS, address=phone, sent_at__isnull=False, recipient__merged_into=None)
    last = sent.select_related("recipient__registered_site").order_by("-sent_at").first()
    return [last.recipient] if last and last.recipient else []


def inbound_texts_visible_to(user: User) -> QuerySet[InboundText]:
    """
    Texts from numbers of patients whom the user may see, or that were texted to such; a medical director sees all.

    `patients` are the ids of those patients.
    """
    visible = patients_visible_to(user).select_related(None).filter(merged_into=None)
    with_number = visible.filter(Q(phone=OuterRef("phone")) | Q(guardian_phone=OuterRef("phone")))
    texts = InboundText.objects.annotate(patients=ArraySubquery(with_number.order_by("pk").values("pk")))
    if has_role(user, {MEDICAL_DIRECTOR}):
        return texts
    texted = Message.objects.filter(
        channel=SMS, address=OuterRef("phone"), sent_at__isnull=False, recipient__in=visible.values("pk")
    )
    return texts.filter(Exists(with_number) | Exists(texted))
