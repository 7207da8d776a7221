"""
The pages behind the links of messages: read by whoever has the link, changed by nobody.

No cookie, no script, nothing from elsewhere; mail scanners and previews may open them as often as they like.
"""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from appointments.models import Appointment, Link
from appointments.policies.link_words import CHANGEABLE, STATUSES, WORDS
from appointments.policies.links import GUIDANCE, LIVE, VISIT
from appointments.policies.spoken import clock, day
from appointments.policies.texts import LANGUAGES
from appointments.selectors.guidance import guidance
from appointments.selectors.links import open_link

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
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}


@method_decorator(csp(POLICY), name="dispatch")
class LinkPage(View):
    """The visit as it is now, or what there is to read; 410 where the link has ended, 404 for any other address."""

    http_method_names: ClassVar[list[str]] = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody keeps, indexes or passes on what is shown."""
        response = super().dispatch(request, *args, **kwargs)
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it in the language of the patient."""
        opened = open_link(token=token, now=timezone.now())
        if opened is None or opened.link.purpose not in (VISIT, GUIDANCE):
            return _page("unknown", {"each": [WORDS[language] for language in LANGUAGES]}, status=404)
        link = opened.link
        if opened.state != LIVE:
            return _page("ended", _about(link), status=410)
        if link.purpose == GUIDANCE:
            language = link.message.recipient.language
            return _page("guidance", _about(link) | {"guidance": guidance()[link.text, language]})
        return _page("visit", _about(link) | _visit(link.message.appointment, link.message.recipient.language))


def _about(link: Link) -> dict[str, Any]:
    visit = link.message.appointment
    language = link.message.recipient.language
    return {"language": language, "words": WORDS[language], "site": visit.site if visit else link.message.site}


def _visit(visit: Appointment, language: str) -> dict[str, Any]:
    zone = visit.site.zone
    start = visit.start.astimezone(zone)
    spoken = clock(start, language)
    if start.utcoffset() != start.astimezone(ZoneInfo(visit.patient.time_zone)).utcoffset():
        city = zone.key.rpartition("/")[2].replace("_", " ")
        spoken = WORDS[language]["there"].format(time=spoken, city=city)
    return {
        "status": STATUSES[language][visit.status],
        "day": day(start, language),
        "time": spoken,
        "changeable": visit.status in CHANGEABLE,
    }


def _page(name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = {"language": LANGUAGES[0], "style": static(STYLE), "name": name} | context
    return HttpResponse(render_to_string("appointments/link.html", shown), status=status)
