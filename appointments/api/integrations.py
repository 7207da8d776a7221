"""What the gateway of text messages hands over: answers of patients, and receipts."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.models.messages import DELIVERED, FAILED
from appointments.policies.answers import MEANINGS
from appointments.services.inbound import NewText, receive_text
from appointments.services.receipts import Receipt, note_receipt
from clinic.api.base import ApiView
from clinic.api.permissions import RolesByMethod, anyone
from clinic.api.schema import describe
from clinic.api.signatures import Signed
from clinic.api.strict import Moment, Strict, read
from clinic.policies.protocol import SMS
from patients.api.inputs import NAME, Phone

LONGEST_TEXT = 4000
NOT_DELIVERED = "the gateway could not deliver it"


class InboundTextInput(Strict):
    """A text that came back; `id` is the gateway's own, and the same for every try to hand it over."""

    id = serializers.CharField(max_length=NAME)
    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, trim_whitespace=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python."""
        return super().get_fields() | {"from": Phone(max_length=40)}


class ReceiptInput(Strict):
    """What became of a text that was sent: `provider_id` is what the gateway answered when it took it."""

    id = serializers.CharField(max_length=NAME)
    provider_id = serializers.CharField(max_length=NAME)
    state = serializers.ChoiceField((DELIVERED, FAILED))
    at = Moment()


class UnderstoodShown(serializers.Serializer[Any]):
    """How a text was understood."""

    id = serializers.UUIDField()
    meaning = serializers.ChoiceField(MEANINGS)


class InboundSms(ApiView):
    """Where answers by text arrive."""

    roles: ClassVar[RolesByMethod] = {"POST": anyone}
    authentication_classes = (Signed,)

    @describe("Hand over a text that came back", taken=InboundTextInput, shown=UnderstoodShown, refuses=(401, 413), public=True)
    def post(self, request: Request) -> Response:
        """Whatever it asks for has happened when this answers; handed over again, nothing more does."""
        given = read(InboundTextInput, request)
        new = NewText(gateway_id=given["id"], phone=given["from"], text=given["text"])
        row = receive_text(given=new, now=timezone.now())
        return Response({"id": str(row.pk), "meaning": row.meaning})


class SmsReceipts(ApiView):
    """Where receipts of texts arrive."""

    roles: ClassVar[RolesByMethod] = {"POST": anyone}
    authentication_classes = (Signed,)

    @describe("Hand over a receipt of a text", taken=ReceiptInput, status=202, refuses=(401, 413), public=True)
    def post(self, request: Request) -> Response:
        """Taken in whatever order it comes; one of a message that nobody knows says nothing."""
        given = read(ReceiptInput, request)
        receipt = Receipt(
            provider_ids=(given["provider_id"],), channel=SMS, state=given["state"], at=given["at"], reason=NOT_DELIVERED
        )
        note_receipt(receipt=receipt, now=timezone.now())
        return Response(status=202)
