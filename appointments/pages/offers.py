"""
The page behind the link of an offer: the time that is kept, and two buttons.

Only pressing one of them answers. It needs no protection against other sites: nobody is signed in, and the link itself is the key.
"""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from appointments.models import WaitlistOffer
from appointments.models.waitlist import ACCEPTED, DECLINED, OFFERED
from appointments.pages.shared import PrivatePage, page, unknown
from appointments.pages.visits import visit_shown
from appointments.policies.link_words import WORDS
from appointments.policies.links import BEYOND_THE_VISIT
from appointments.policies.spoken import clock
from appointments.selectors.offers import offer_behind
from appointments.services.waitlist.answers import accept_offer, decline_offer
from clinic.errors import DomainError

ACCEPT, DECLINE = "accept", "decline"


@method_decorator(csrf_exempt, name="dispatch")
class OfferPage(PrivatePage):
    """What is offered, or what became of it; 410 once nobody keeps it, 404 for any other address."""

    http_method_names: ClassVar[list[str]] = ["get", "head", "options", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it in the language of the patient."""
        offer = offer_behind(token=token, now=timezone.now())
        return unknown() if offer is None else _shown(offer)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Take it, or leave it to the next one; who let the patient wait answers for the booking."""
        now = timezone.now()
        offer = offer_behind(token=token, now=now)
        if offer is None:
            return unknown()
        answer = request.POST.get("answer")
        try:
            if answer == ACCEPT:
                accept_offer(actor=offer.entry.created_by, offer=offer, now=now)
            elif answer == DECLINE:
                decline_offer(offer=offer, now=now)
        except DomainError:
            return _shown(offer_behind(token=token, now=now), refused=True)
        return HttpResponseRedirect(request.path)


def _shown(offer: WaitlistOffer, *, refused: bool = False) -> HttpResponse:
    now = timezone.now()
    visit, language = offer.appointment, offer.patient.language
    about = {"language": language, "words": WORDS[language], "site": visit.site}
    open_still = offer.state == OFFERED and now < offer.expires_at
    if open_still:
        return page("link_offer", about | _kept(offer, language) | {"refused": refused}, status=409 if refused else 200)
    if offer.state == ACCEPTED and now < visit.end + BEYOND_THE_VISIT:
        return page("link_visit", about | visit_shown(visit, language))
    if offer.state == DECLINED:
        return page("link_offer", about | {"declined": True})
    return page("link_ended", about | {"waits": offer.state != ACCEPTED}, status=410)


def _kept(offer: WaitlistOffer, language: str) -> dict[str, Any]:
    until = clock(offer.expires_at.astimezone(offer.appointment.site.zone), language)
    return visit_shown(offer.appointment, language) | {"until": WORDS[language]["kept_until"].format(time=until)}
