"""A consent on paper: the page that is the record, and the same page as PDF."""

import base64
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.schema import describe
from clinic.pdf import pdf_of
from patients.api.consent_shapes import DRAWN
from patients.models import Consent
from patients.selectors.consents import consents_visible_to
from patients.selectors.records import found

STYLE = "patients/paper.css"
STYLE_FILE = Path(__file__).resolve().parent.parent / "static" / STYLE
WORDS = {
    "en": {
        "patient": "Patient",
        "born": "Date of birth",
        "signed_by": "Signed by",
        "signature": "Signature",
        "signed_at": "Signed at",
        "recorded_by": "Recorded by",
        "version": "Version of the text",
        "hash": "SHA-256 of the text",
        "withdrawn": "Withdrawn",
        "reason": "Reason",
    },
    "es": {
        "patient": "Paciente",
        "born": "Fecha de nacimiento",
        "signed_by": "Firmado por",
        "signature": "Firma",
        "signed_at": "Fecha y hora de la firma",
        "recorded_by": "Registrado por",
        "version": "Versión del texto",
        "hash": "SHA-256 del texto",
        "withdrawn": "Retirado",
        "reason": "Motivo",
    },
}


class ConsentPage(ApiView):
    """A consent to be read and printed."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A consent as a page", shown=OpenApiTypes.STR, status=(200, "text/html"))
    def get(self, request: Request, consent: UUID) -> HttpResponse:
        """Text, signature and hash, as they were signed."""
        row = found(consents_visible_to(request.user), consent)
        return _on_paper(row, _page(row, style=static(STYLE)), kind="html", media="text/html; charset=utf-8")


class ConsentPdf(ApiView):
    """A consent to be handed over."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A consent as PDF", shown=OpenApiTypes.BINARY, status=(200, "application/pdf"))
    def get(self, request: Request, consent: UUID) -> HttpResponse:
        """The same page."""
        row = found(consents_visible_to(request.user), consent)
        pdf = pdf_of(html=_page(row), css=STYLE_FILE.read_text(encoding="utf-8"))
        return _on_paper(row, pdf, kind="pdf", media="application/pdf")


def _page(consent: Consent, *, style: str = "") -> str:
    zone = consent.patient.registered_site.zone
    drawn = base64.b64encode(consent.signature_image).decode() if consent.signature_image else ""
    context: dict[str, Any] = {
        "consent": consent,
        "drawing": f"{DRAWN}{drawn}" if drawn else "",
        "signed_at": consent.signed_at.astimezone(zone),
        "withdrawn_at": consent.withdrawn_at.astimezone(zone) if consent.withdrawn_at else None,
        "style": style,
        "words": WORDS[consent.text.language],
    }
    return render_to_string("patients/consent.html", context)


def _on_paper(consent: Consent, content: str | bytes, *, kind: str, media: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="consent-{consent.pk}.{kind}"'}
    return HttpResponse(content, content_type=media, headers=headers)
