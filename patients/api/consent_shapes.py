"""What the calls about consents take, and how consents and their texts look in answers."""

import base64
import binascii
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.api.render import local, named
from clinic.api.schema import NamedShown
from clinic.api.strict import Strict
from patients.api.inputs import CODE, NAME, NOTE
from patients.models import Consent, ConsentText
from patients.models.people import LANGUAGES
from patients.policies.consents import KINDS, SIGNER_ROLES, Signer
from patients.selectors.consents import is_in_force
from patients.services.signatures import MOST_BYTES, Signature

DRAWN = "data:image/png;base64,"
MOST_VERSIONS = 9999
ROLE = {"type": "string", "enum": list(SIGNER_ROLES)}
SIGNER = {
    "type": "object",
    "properties": {
        "role": ROLE,
        "name": {"type": "string", "maxLength": NAME},
        "relationship": {"type": "string", "maxLength": CODE},
    },
    "required": ["role"],
    "additionalProperties": False,
}


class SignerInput(Strict):
    """Who signs; without a name it is the one on the chart."""

    role = serializers.ChoiceField(SIGNER_ROLES)
    name = serializers.CharField(max_length=NAME, required=False, allow_blank=True)
    relationship = serializers.CharField(max_length=CODE, required=False, allow_blank=True)


@extend_schema_field({"oneOf": [ROLE, SIGNER]})
class SignerField(serializers.Field[Any, Any, Any, Any]):
    """`patient`, `guardian`, or a guardian by `{role, name, relationship}`."""

    def to_internal_value(self, data: Any) -> Signer:
        """As the service takes it."""
        given = SignerInput(data=data if isinstance(data, dict) else {"role": data})
        given.is_valid(raise_exception=True)
        return Signer(**given.validated_data)


@extend_schema_field(
    {"oneOf": [{"type": "integer", "minimum": 1, "maximum": MOST_VERSIONS}, {"type": "string", "pattern": "^[0-9]{1,4}$"}]}
)
class VersionField(serializers.Field[Any, Any, Any, Any]):
    """The number of a version; a text of digits names it as well."""

    default_error_messages = {"version": "This is the number of a version, such as 1: see consent-texts/."}

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        text = data if isinstance(data, str) else str(data) if type(data) is int else ""
        if not (text.isascii() and text.isdigit() and 1 <= len(text) <= len(str(MOST_VERSIONS))):
            self.fail("version")
        return int(text)


@extend_schema_field(
    {"type": "string", "description": f"A typed name, or a drawing as {DRAWN}..., {MOST_BYTES // 1024} kB at most."}
)
class SignatureField(serializers.Field[Any, Any, Any, Any]):
    """A typed name, or a PNG as a data URL."""

    default_error_messages = {
        "text": "This is a typed name, or a drawing as a data URL.",
        "drawing": f"A drawing begins with {DRAWN} and goes on in base64.",
    }

    def to_internal_value(self, data: Any) -> Signature:
        """As the service takes it."""
        if not isinstance(data, str):
            self.fail("text")
        if not data.startswith("data:"):
            return Signature(name=data)
        if not data.startswith(DRAWN):
            self.fail("drawing")
        try:
            return Signature(image=base64.b64decode(data.removeprefix(DRAWN), validate=True))
        except (binascii.Error, ValueError):
            self.fail("drawing")


class ConsentInput(Strict):
    """A signature beneath the present version of a text, shown in the patient's language unless another is named."""

    patient = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    text_version = VersionField()
    signed_by = SignerField()
    signature = SignatureField()
    language = serializers.ChoiceField(LANGUAGES, required=False)


class WithdrawalInput(Strict):
    """Why it is taken back."""

    reason = serializers.CharField(max_length=NOTE)


class ConsentTextShown(serializers.Serializer[Any]):
    """A text; `sha256` is the hash of title, an empty line and body in UTF-8."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    version = serializers.IntegerField()
    language = serializers.ChoiceField(LANGUAGES)
    title = serializers.CharField()
    body = serializers.CharField()
    sha256 = serializers.CharField()
    in_force_from = serializers.DateTimeField()


class SignerShown(serializers.Serializer[Any]):
    """Who signed."""

    role = serializers.ChoiceField(SIGNER_ROLES)
    name = serializers.CharField()
    relationship = serializers.CharField(allow_null=True)


class ConsentShown(serializers.Serializer[Any]):
    """A consent; `signature` is the typed name, null where it was drawn, which the page shows."""

    id = serializers.UUIDField()
    patient = NamedShown()
    kind = serializers.ChoiceField(KINDS)
    text = serializers.UUIDField()
    text_version = serializers.IntegerField()
    text_sha256 = serializers.CharField()
    language = serializers.ChoiceField(LANGUAGES)
    signed_by = SignerShown()
    signature = serializers.CharField(allow_null=True)
    signed_at = serializers.DateTimeField()
    recorded_by = serializers.UUIDField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = serializers.UUIDField(allow_null=True)
    withdrawal_reason = serializers.CharField(allow_null=True)
    in_force = serializers.BooleanField()


def show_text(text: ConsentText) -> dict[str, Any]:
    """The text as ConsentTextShown."""
    return {
        "id": str(text.id),
        "kind": text.kind,
        "version": text.version,
        "language": text.language,
        "title": text.title,
        "body": text.body,
        "sha256": text.sha256,
        "in_force_from": text.in_force_from.isoformat(),
    }


def show_consent(consent: Consent, *, now: datetime) -> dict[str, Any]:
    """The consent as ConsentShown, its moments in the zone of the patient's site."""
    zone: ZoneInfo = consent.patient.registered_site.zone
    return {
        "id": str(consent.id),
        "patient": named(consent.patient),
        "kind": consent.kind,
        "text": str(consent.text_id),
        "text_version": consent.text.version,
        "text_sha256": consent.text_sha256,
        "language": consent.text.language,
        "signed_by": {
            "role": consent.signer_role,
            "name": consent.signer_name,
            "relationship": consent.signer_relationship or None,
        },
        "signature": consent.signature_name or None,
        "signed_at": local(consent.signed_at, zone),
        "recorded_by": str(consent.recorded_by_id),
        "withdrawn_at": local(consent.withdrawn_at, zone),
        "withdrawn_by": str(consent.withdrawn_by_id) if consent.withdrawn_by_id else None,
        "withdrawal_reason": consent.withdrawal_reason or None,
        "in_force": is_in_force(consent, at=now),
    }
