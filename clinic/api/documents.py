"""The OpenAPI document: YAML, or JSON for whoever asks for it."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response


class YamlUnlessJson(DefaultContentNegotiation):
    """JSON by `?format=json` or by an Accept header that names it, YAML otherwise."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """One of the two; nothing is refused."""
        asks_for_json = request.query_params.get("format") == "json" or "json" in request.headers.get("Accept", "")
        yaml, json = renderers
        chosen = json if asks_for_json else yaml
        return chosen, chosen.media_type


class Schema(SpectacularAPIView):
    """The document, made once a process: it takes a second, and changes only with the code."""

    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer2)
    content_negotiation_class = YamlUnlessJson

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show it."""
        return Response(document())


@cache
def document() -> dict[str, Any]:
    """The whole of it, whoever asks."""
    return SchemaGenerator().get_schema(request=None, public=True)
