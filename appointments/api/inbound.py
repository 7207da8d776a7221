"""The texts that came back, for those who answer them."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.models import InboundText
from appointments.policies.answers import MEANINGS
from appointments.selectors.inbound import inbound_texts_visible_to
from clinic.api.base import ApiView
from clinic.api.pagination import filters, ordered_by, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, one_of
from clinic.api.schema import choice, describe, page_of


class InboundTextShown(serializers.Serializer[Any]):
    """A text and how it was understood; `patients` are those whose number it came from, of those whom the caller may see."""

    id = serializers.UUIDField()
    phone = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()
    meaning = serializers.ChoiceField(MEANINGS)
    patients = serializers.ListField(child=serializers.UUIDField())


class InboundTexts(ApiView):
    """Texts from the numbers of the caller's patients."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Texts that came back, the latest first",
        shown=page_of(InboundTextShown),
        query={
            "patient": "Id of a patient with that number.",
            "meaning": choice("meaning", MEANINGS, "How it was understood."),
            "ordering": choice("ordering", ("received_at", "-received_at"), "The oldest first, or the latest."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"patient": key, "meaning": one_of(*MEANINGS), "ordering": ordered_by(["received_at"])})
        ordering = asked.pop("ordering", ("-received_at", "-id"))
        rows = inbound_texts_visible_to(request.user)
        if "patient" in asked:
            rows = rows.filter(patients__contains=[asked.pop("patient")])
        return paged(request, rows.filter(**asked), show_text, ordering=ordering)


def show_text(text: InboundText) -> dict[str, Any]:
    """The text as InboundTextShown; it came from no site, so its moment is in UTC."""
    return {
        "id": str(text.pk),
        "phone": str(text.phone),
        "text": text.text,
        "received_at": text.received_at.isoformat(),
        "meaning": text.meaning,
        "patients": [str(patient) for patient in text.patients],
    }
