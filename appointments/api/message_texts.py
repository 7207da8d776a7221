"""The wordings of messages over HTTP: read by all staff, tried and published by managers."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.models import MessageText
from appointments.policies.texts import KEYS, LANGUAGES, Text
from appointments.selectors.texts import message_texts
from appointments.services.texts import preview_text, publish_text
from clinic.api.base import ApiView
from clinic.api.credentials.shared import id_shown, moment_shown
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, MANAGERS, RolesByMethod
from clinic.api.render import moment, one_of
from clinic.api.schema import ACTS, ReasonShown, choice, describe, page_of
from clinic.api.strict import Moment, Strict, read
from clinic.api.versions import answer
from clinic.policies.protocol import CHANNELS
from clinic.selectors.credentials import the_one

LONGEST = 4000


class TriedTextInput(Strict):
    """A wording with its places in braces; a text message has no subject."""

    key = serializers.ChoiceField(KEYS)
    channel = serializers.ChoiceField(CHANNELS)
    language = serializers.ChoiceField(LANGUAGES)
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True, default="", trim_whitespace=False)
    body = serializers.CharField(max_length=LONGEST, trim_whitespace=False)


class MessageTextInput(TriedTextInput):
    """A wording to be published; without a moment it comes into force at once."""

    in_force_from = Moment(required=False)


class MessageTextShown(serializers.Serializer[Any]):
    """A version of a text; `published_by` is null for what the product ships."""

    id = serializers.UUIDField()
    key = serializers.ChoiceField(KEYS)
    channel = serializers.ChoiceField(CHANNELS)
    language = serializers.ChoiceField(LANGUAGES)
    version = serializers.IntegerField()
    subject = serializers.CharField(allow_blank=True)
    body = serializers.CharField()
    in_force_from = serializers.DateTimeField()
    published_by = serializers.UUIDField(allow_null=True)


class TriedTextShown(serializers.Serializer[Any]):
    """A text as somebody would get it; `longest` are the characters of a text message whose places are all at their longest."""

    subject = serializers.CharField(allow_blank=True)
    body = serializers.CharField()
    longest = serializers.IntegerField(allow_null=True)
    allowed = serializers.BooleanField()
    reasons = ReasonShown(many=True)


class MessageTexts(ApiView):
    """What messages say, in every version."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": MANAGERS}

    @describe(
        "Texts of messages",
        shown=page_of(MessageTextShown),
        query={
            "key": choice("key", KEYS, "Of which messages."),
            "channel": choice("channel", CHANNELS, "Which way they go."),
            "language": choice("language", LANGUAGES, "In which language."),
            "at": "Only what is in force at this moment.",
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        words = {"key": one_of(*KEYS), "channel": one_of(*CHANNELS), "language": one_of(*LANGUAGES)}
        asked = filters(request, words | {"at": moment})
        rows = message_texts(in_force_at=asked.pop("at", None), **asked)
        return paged(request, rows, show_text, ordering=("key", "channel", "language", "version"))

    @describe("Publish a text", taken=MessageTextInput, shown=MessageTextShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """As its next version, which nobody changes any more."""
        given = read(MessageTextInput, request)
        begins = given.pop("in_force_from", None)
        row = publish_text(actor=request.user, text=Text(**given), in_force_from=begins, now=timezone.now())
        return answer(show_text(row), status=201)


class OneMessageText(ApiView):
    """A version of a text."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A text of a message", shown=MessageTextShown)
    def get(self, request: Request, text: UUID) -> Response:
        """Show it."""
        return answer(show_text(the_one(message_texts(), text)))


class TryMessageText(ApiView):
    """A text is tried."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("How a text would look, and why it may not be sent", taken=TriedTextInput, shown=TriedTextShown)
    def post(self, request: Request) -> Response:
        """With sample values; nothing is written."""
        preview = preview_text(text=Text(**read(TriedTextInput, request)), now=timezone.now())
        return Response(
            {
                "subject": preview.subject,
                "body": preview.body,
                "longest": preview.longest,
                "allowed": not preview.refusals,
                "reasons": [refusal.as_dict() for refusal in preview.refusals],
            }
        )


def show_text(row: MessageText) -> dict[str, Any]:
    """The version as the API prints it."""
    return {
        "id": str(row.id),
        "key": row.key,
        "channel": row.channel,
        "language": row.language,
        "version": row.version,
        "subject": row.subject,
        "body": row.body,
        "in_force_from": moment_shown(row.in_force_from),
        "published_by": id_shown(row.published_by_id),
    }
