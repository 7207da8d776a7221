"""The ledger of messages over HTTP: what was sent to a patient, what is still to come, and why something was not sent."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.models import Message
from appointments.models.messages import CLAIMED, MESSAGE_STATES, SUBJECTS
from appointments.selectors.messages import messages_visible_to
from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, local
from clinic.api.schema import describe, page_of


class MessageShown(serializers.Serializer[Any]):
    """
    A message; `kind` is the row of the protocol (P01 booked, P03 reminder, P05 moved or cancelled), never its text.

    `to` is the address or number that it went to, `subject` the id of the visit, procedure, plan or lesion that it is about.
    """

    id = serializers.UUIDField()
    kind = serializers.CharField()
    channel = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField([*MESSAGE_STATES, CLAIMED])
    sent_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    to = serializers.CharField(allow_blank=True)
    subject = serializers.UUIDField()
    subject_kind = serializers.ChoiceField(SUBJECTS)
    attempts = serializers.IntegerField()
    reason_not_sent = serializers.CharField(allow_blank=True)


class Messages(ApiView):
    """The messages to the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Messages to patients, in the order in which they are due",
        shown=page_of(MessageShown),
        query={"patient": "Id of the patient.", "appointment": "Id of the visit."},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"patient": key, "appointment": key})
        return paged(request, messages_visible_to(request.user, **asked), show_message, ordering=("due_at", "id"))


def show_message(message: Message) -> dict[str, Any]:
    """A message as the API prints it, in the time of its site."""
    zone = message.site.zone
    return {
        "id": str(message.id),
        "kind": message.kind,
        "channel": message.channel,
        "due_at": local(message.due_at, zone),
        "state": message.shown_state(now=timezone.now()),
        "sent_at": local(message.sent_at, zone),
        "delivered_at": local(message.delivered_at, zone),
        "to": message.address,
        "subject": str(message.subject),
        "subject_kind": message.subject_kind,
        "attempts": message.attempts,
        "reason_not_sent": message.reason_not_sent,
    }
