"""
The page on which patients tell how they heal, behind the link that a message carries.

Looking at it changes nothing, so that mail scanners and previews may open it; it works without script, and the only cookie is
that which keeps other sites from sending the form.
"""

import re
from typing import Any, Final

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from appointments.pages.forms import QUESTIONS, YES_NO, CheckInForm
from appointments.policies.check_in_words import CHOICES, said, what_to_do
from appointments.policies.spoken import clock, day
from appointments.selectors.check_in import CheckIn, check_in_of
from clinic.base import uuid7
from patients.services.images import SentFile
from treatments.models import AftercareReport
from treatments.policies.aftercare import LANGUAGES
from treatments.services.aftercare import Sent, take_answers

PAGE: Final = "appointments/check_in.html"
GONE: Final = 410
NOT_DIALLED: Final = re.compile(r"[^+0-9]")
POLICY: Final = {
    "default-src": [NONE],
    "style-src": [SELF],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}


@method_decorator(csp(POLICY), name="dispatch")
@method_decorator(never_cache, name="dispatch")
class CheckInPage(View):
    """Questions about the healing, or what was answered and what to do now."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The state as it is: answers where there are any, the form where there are none or `again` asks for it."""
        asked = check_in_of(token=token, now=timezone.now())
        if asked is None:
            return _unknown(request)
        if not asked.takes_answers:
            return _shown(request, asked, status=GONE)
        wants_form = asked.last is None or "again" in request.GET
        return _shown(request, asked, form=_form(request, asked) if wants_form else None)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the answers, and go to what they mean."""
        asked = check_in_of(token=token, now=timezone.now())
        if asked is None:
            return _unknown(request)
        if not asked.takes_answers:
            return _shown(request, asked, status=GONE)
        form = _form(request, asked, request.POST, request.FILES)
        if not form.is_valid():
            return _shown(request, asked, form=form, status=400)
        picture = form.cleaned_data.get("photo")
        sent = Sent(
            submission=form.cleaned_data["submission"] or uuid7(),
            answers=form.answers(),
            language=_language(request, asked),
            picture=SentFile(content=picture.read(), name=picture.name) if picture else None,
        )
        report, _ = take_answers(procedure=asked.procedure, sent=sent, now=timezone.now())
        tried = picture is not None or (asked.takes_photo and _is_too_long(request))
        kept = f"&photo={'kept' if report.photo_id else 'not_kept'}" if tried else ""
        return HttpResponseRedirect(f"{request.path}?lang={sent.language}{kept}")


def _unknown(request: HttpRequest) -> HttpResponse:
    language = LANGUAGES[0]
    context = {"language": language, "words": said(language, clinic="", phone=""), "ended": True}
    return render(request, PAGE, context, status=404)


def _is_too_long(request: HttpRequest) -> bool:
    """Whether there was more than is kept in memory: a file is dropped then, the answers are not."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def _language(request: HttpRequest, asked: CheckIn) -> str:
    """The one that was chosen on the page, else the patient's."""
    for language in (request.GET.get("lang"), asked.procedure.patient.language):
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _form(request: HttpRequest, asked: CheckIn, *sent: Any) -> CheckInForm:
    language = _language(request, asked)
    return CheckInForm(*sent, language=language, words=_words(asked, language), takes_photo=asked.takes_photo)


def _words(asked: CheckIn, language: str) -> dict[str, str]:
    site = asked.procedure.site
    return said(language, clinic=site.name, phone=site.phone)


def _shown(request: HttpRequest, asked: CheckIn, *, form: CheckInForm | None = None, status: int = 200) -> HttpResponse:
    language = _language(request, asked)
    words = _words(asked, language)
    last = asked.last if asked.takes_answers and not form else None
    context = {
        "language": language,
        "other": next(word for word in LANGUAGES if word != language),
        "words": words,
        "dialled": NOT_DIALLED.sub("", asked.procedure.site.phone),
        "ended": status == GONE,
        "form": form,
        "questions": [form[name] for name in QUESTIONS] if form else [],
        "last": _answered(last, asked, language, words) if last else None,
        "photo": {"kept": words["photo_kept"], "not_kept": words["photo_not_kept"]}.get(request.GET.get("photo", "")),
    }
    response = render(request, PAGE, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _answered(report: AftercareReport, asked: CheckIn, language: str, words: dict[str, str]) -> dict[str, Any]:
    at = report.answered_at.astimezone(asked.procedure.site.zone)
    labels = CHOICES[language]
    told = [(words[name], labels[name][getattr(report, name)]) for name in ("redness", "discharge")]
    told.insert(1, (words["pain"], str(report.pain)))
    told += [(words[name], labels["yes_no"]["yes" if getattr(report, name) else "no"]) for name in YES_NO]
    return {
        "when": words["answered"].format(day=day(at, language), time=clock(at, language)),
        "told": told,
        "words": report.words,
        "to_do": what_to_do(report.red_flags, words),
    }
