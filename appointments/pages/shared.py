"""What the pages behind links share: nobody keeps, indexes or passes them on, and nothing on them comes from elsewhere."""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.decorators import method_decorator
from django.views import View

from appointments.policies.link_words import WORDS
from appointments.policies.texts import LANGUAGES

STYLE = "appointments/link.css"
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}


@method_decorator(csp(POLICY), name="dispatch")
class PrivatePage(View):
    """A page for whoever has the link: without cookie, script or tracking."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As usual, with the headers that keep it private."""
        response = super().dispatch(request, *args, **kwargs)
        for name, value in PRIVATE.items():
            response[name] = value
        return response


def page(template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The template with its style, and without anything of the session."""
    shown = {"language": LANGUAGES[0], "style": static(STYLE)} | context
    return HttpResponse(render_to_string(f"appointments/{template}.html", shown), status=status)


def unknown() -> HttpResponse:
    """The same answer to every address that opens nothing here."""
    return page("link_unknown", {"each": [WORDS[language] for language in LANGUAGES]}, status=404)
