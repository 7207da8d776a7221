"""Everything that is held about one patient, to be handed over: as JSON, as a page, and as PDF."""

import base64
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.record_values import label_of, show_section, written
from appointments.api.timeline import show_event
from appointments.selectors.record import Section, record_of
from appointments.selectors.timeline import happenings_of
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local, named
from clinic.api.schema import NamedShown, describe
from clinic.pdf import pdf_of
from patients.models import Consent, Patient, Photo
from patients.selectors.records import visible_patient
from patients.services.photos import picture_of

STYLE: Final = "appointments/record.css"
STYLE_FILE: Final = Path(__file__).resolve().parent.parent / "static" / STYLE
NOT_ON_PAPER: Final = frozenset({"signature_image", "patient"})
KEPT: Final = {"Cache-Control": "no-store"}


class SectionShown(serializers.Serializer[Any]):
    """The rows of one table about the patient, the oldest first; columns are those of the table."""

    kind = serializers.CharField()
    name = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())


class RecordShown(serializers.Serializer[Any]):
    """Everything that is held about a patient, also the tables in which nothing is; moments in the zone of the patient's site."""

    patient = NamedShown()
    exported_at = serializers.DateTimeField()
    records = SectionShown(many=True)


class Export(ApiView):
    """A patient's whole record."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Everything that is held about a patient", shown=RecordShown)
    def get(self, request: Request, patient: UUID) -> Response:
        """Every table that may hold something about the patient."""
        owner, now = visible_patient(request.user, patient), timezone.now()
        zone = owner.registered_site.zone
        record = {
            "patient": named(owner),
            "exported_at": local(now, zone),
            "records": [show_section(section, zone) for section in record_of(owner)],
        }
        return Response(record, headers=KEPT)


class ExportPage(ApiView):
    """The same to be read and printed."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A patient's record as a page", shown=OpenApiTypes.STR, status=(200, "text/html"))
    def get(self, request: Request, patient: UUID) -> HttpResponse:
        """The timeline, then everything table by table, with pictures."""
        page = _page(visible_patient(request.user, patient), now=timezone.now(), style=static(STYLE))
        return _on_paper(patient, page, kind="html", media="text/html; charset=utf-8")


class ExportPdf(ApiView):
    """The same to be handed over."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A patient's record as PDF", shown=OpenApiTypes.BINARY, status=(200, "application/pdf"))
    def get(self, request: Request, patient: UUID) -> HttpResponse:
        """The same page."""
        page = _page(visible_patient(request.user, patient), now=timezone.now())
        return _on_paper(
            patient, pdf_of(html=page, css=STYLE_FILE.read_text(encoding="utf-8")), kind="pdf", media="application/pdf"
        )


def _page(patient: Patient, *, now: datetime, style: str = "") -> str:
    zone = patient.registered_site.zone
    context: dict[str, Any] = {
        "patient": patient,
        "exported_at": local(now, zone),
        "events": [show_event(event) for event in happenings_of(patient)],
        "sections": [_on_page(section, zone) for section in record_of(patient) if section.rows],
        "style": style,
    }
    return render_to_string("appointments/record.html", context)


def _on_page(section: Section, zone: Any) -> dict[str, Any]:
    shown = show_section(section, zone)
    rows = [
        {
            "columns": [
                (label_of(name), text)
                for name, value in values.items()
                if name not in NOT_ON_PAPER and (text := written(value))
            ],
            "picture": _picture(row),
        }
        for row, values in zip(section.rows, shown["rows"], strict=True)
    ]
    return {"name": shown["name"], "rows": rows}


def _picture(row: Any) -> str:
    """The picture of the row as a data address, where it has one that was not removed."""
    if isinstance(row, Photo) and row.bytes_removed_at is None:
        return _address(row.content_type, picture_of(row))
    if isinstance(row, Consent) and row.signature_image:
        return _address("image/png", bytes(row.signature_image))
    return ""


def _address(media: str, content: bytes) -> str:
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def _on_paper(patient: UUID, content: str | bytes, *, kind: str, media: str) -> HttpResponse:
    headers = KEPT | {"Content-Disposition": f'inline; filename="record-{patient}.{kind}"'}
    return HttpResponse(content, content_type=media, headers=headers)
