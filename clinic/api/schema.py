"""What OpenAPI says of every call: its input, its answer, and the problems that it may answer instead."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from clinic.api.permissions import anyone
from clinic.api.signatures import SIGNATURE, TIMESTAMP, Signed
from clinic.api.strict import Strict

PROBLEM = "application/problem+json"
ACTS = (409, 422)
EDITS = (409, 412, 422, 428)

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag of the version that is changed."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body get the same answer for 24 hours, and act once.",
)
SIGNED = [
    OpenApiParameter(
        TIMESTAMP, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description="Now, in seconds since 1970."
    ),
    OpenApiParameter(
        SIGNATURE,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        required=True,
        description="HMAC-SHA256, in hex, of the timestamp, a full stop and the body, under the secret that both sides know.",
    ),
]


class Described(AutoSchema):
    """Every POST takes an idempotency key, every edit names its version."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        """The headers of the method."""
        if Signed in self.view.authentication_classes:
            return SIGNED
        by_method = {"POST": [IDEMPOTENCY_KEY], "PUT": [IF_MATCH], "PATCH": [IF_MATCH]}
        public = self.view.roles.get(self.method) is anyone
        return [] if public else by_method.get(self.method, [])

    def get_operation_id(self) -> str:
        """What the address names, and what is done there: `tasks_list`, `tasks_show`, `tasks_done_create`."""
        steps = self.path.removeprefix("/api/v1/").strip("/").split("/")
        named = [step.replace("-", "_") for step in steps if not step.startswith("{")]
        reads = "show" if steps[-1].startswith("{") else "list"
        verbs = {"GET": reads, "POST": "create", "PUT": "replace", "PATCH": "change", "DELETE": "delete"}
        return "_".join([*named, verbs[self.method]])


class ReasonShown(serializers.Serializer[Any]):
    """One refusal."""

    code = serializers.CharField()
    detail = serializers.CharField()
    gate = serializers.CharField(allow_null=True)
    severity = serializers.CharField()
    source = serializers.CharField()
    mend = serializers.CharField()
    resource = serializers.CharField(required=False)


class FieldErrorShown(serializers.Serializer[Any]):
    """A field and what is wrong with it."""

    field = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ProblemShown(serializers.Serializer[Any]):
    """RFC 9457, with every reason."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    reasons = ReasonShown(many=True)
    alternatives = serializers.ListField(child=serializers.DictField())
    errors = FieldErrorShown(many=True)


class NamedShown(serializers.Serializer[Any]):
    """A thing by id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class PersonShown(NamedShown):
    """A practitioner; those who sign in have a username."""

    username = serializers.CharField(required=False)


class BoundsShown(serializers.Serializer[Any]):
    """A half-open period; null is open."""

    start = serializers.DateTimeField(allow_null=True)
    end = serializers.DateTimeField(allow_null=True)


class MovedShown(serializers.Serializer[Any]):
    """The visits that lost their footing, and wait for somebody or something else."""

    moved = serializers.ListField(child=serializers.UUIDField())


class StrictInput(OpenApiSerializerExtension):
    """Inputs take no other fields than these."""

    target_class = Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """The usual schema, closed."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | {"additionalProperties": False}


def page_of(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of one page of a list."""
    name = item.__name__.removesuffix("Shown")
    fields = {
        "results": item(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "__doc__": f"A page of {name}.",
    }
    return type(f"{name}PageShown", (serializers.Serializer,), fields)()


def describe(
    summary: str,
    *,
    shown: Any = None,
    taken: Any = None,
    status: int | tuple[int, str] = 200,
    query: Mapping[str, str | OpenApiParameter] | None = None,
    paging: bool = False,
    refuses: tuple[int, ...] = (),
    public: bool = False,
    operation_id: str | None = None,
    more: Mapping[int, Any] | None = None,
) -> Callable[[Any], Any]:
    """
    Document one method: `taken` is the input serializer, `shown` the answer's (None: no body), `status` its status (with a
    media type, where it is not JSON), `query` the parameters (name -> what it says), `refuses` the statuses beside 400, 401, 403, 404, 429 and 503, `more` further answers.
    """
    statuses = {400, 403, 404, 429, 503, *refuses} | (set() if public else {401})
    problems = {(code, PROBLEM): OpenApiResponse(ProblemShown) for code in sorted(statuses)}
    parameters = [_parameter(name, said) for name, said in (query or {}).items()]
    if paging:
        parameters += [
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}, description="Rows of a page."),
            OpenApiParameter("cursor", OpenApiTypes.STR, description="Where the page begins: see next and previous."),
        ]
    return extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=taken,
        responses={status: shown, **(more or {}), **problems},
        parameters=parameters,
        **({"auth": []} if public else {}),
    )


def choice(name: str, words: Sequence[str], said: str) -> OpenApiParameter:
    """A query parameter that is one of these words."""
    return OpenApiParameter(name, OpenApiTypes.STR, enum=list(words), description=said)


def _parameter(name: str, said: str | OpenApiParameter) -> OpenApiParameter:
    kind = {"from": OpenApiTypes.DATETIME, "to": OpenApiTypes.DATETIME}.get(name, OpenApiTypes.STR)
    return said if isinstance(said, OpenApiParameter) else OpenApiParameter(name, kind, description=said)
