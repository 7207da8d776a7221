"""
The pages behind the links of messages: read by whoever has the link, changed by nobody.

Mail scanners and previews may open them as often as they like.
"""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from appointments.models import Link
from appointments.pages.shared import PrivatePage, page, unknown
from appointments.pages.visits import visit_shown
from appointments.policies.link_words import WORDS
from appointments.policies.links import GUIDANCE, LIVE, VISIT
from appointments.selectors.guidance import guidance
from appointments.selectors.links import open_link


class LinkPage(PrivatePage):
    """The visit as it is now, or what there is to read; 410 where the link has ended, 404 for any other address."""

    http_method_names: ClassVar[list[str]] = ["get", "head", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it in the language of the patient."""
        opened = open_link(token=token, now=timezone.now())
        if opened is None or opened.link.purpose not in (VISIT, GUIDANCE):
            return unknown()
        link = opened.link
        if opened.state != LIVE:
            return page("link_ended", _about(link), status=410)
        if link.purpose == GUIDANCE:
            return page("link_guidance", _about(link) | {"guidance": guidance()[link.text, link.message.recipient.language]})
        return page("link_visit", _about(link) | visit_shown(link.message.appointment, link.message.recipient.language))


def _about(link: Link) -> dict[str, Any]:
    visit = link.message.appointment
    language = link.message.recipient.language
    return {"language": language, "words": WORDS[language], "site": visit.site if visit else link.message.site}
