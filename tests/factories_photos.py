"""Makers of photos for tests, and of the forms that upload them."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from patients.models import Patient, Photo
from patients.policies.consents import PHOTOS
from patients.storage import photo_files
from tests.factories import a_body_site, a_patient, a_user
from tests.factories_consents import a_consent
from tests.pictures import jpeg

TAKEN = datetime(2026, 6, 1, 15, tzinfo=UTC)
UPLOADED = datetime(2026, 6, 1, 16, tzinfo=UTC)


def a_photographed_patient(**fields: Any) -> Patient:
    """A patient who has consented to photos."""
    patient = a_patient(**fields)
    a_consent(patient, PHOTOS)
    return patient


def a_photo(patient: Patient | None = None, *, content: bytes | None = None, **fields: Any) -> Photo:
    """A photo of the left cheek straight through the table, its file in the storage."""
    patient = patient or a_photographed_patient()
    content = jpeg() if content is None else content
    name = secrets.token_hex(16)
    lesion = fields.get("lesion")
    place = {"body_site": lesion.body_site, "laterality": lesion.laterality} if lesion else {}
    defaults = {
        "consent": fields.pop("consent", None) or patient.consents.get(kind=PHOTOS),
        "body_site": a_body_site(),
        "laterality": "left",
        "view": "close_up",
        "taken_at": TAKEN,
        "taken_at_source": "camera",
        "uploaded_at": UPLOADED,
        "uploaded_by": fields.pop("uploaded_by", None) or a_user(),
        "width": 64,
        "height": 48,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_type": "image/jpeg",
        "storage_name": photo_files().save(f"{name[:2]}/{name}.jpg", ContentFile(content)),
    }
    return Photo.objects.create(patient=patient, **defaults | place | fields)


def a_form(patient: Patient | str, *, content: bytes | None = None, name: str = "face.jpg", **fields: Any) -> dict[str, Any]:
    """What a client sends: a JPEG of the left cheek, taken by its camera."""
    file = SimpleUploadedFile(name, jpeg() if content is None else content, fields.pop("content_type", "image/jpeg"))
    told = {
        "patient": patient if isinstance(patient, str) else str(patient.pk),
        "body_site": "cheek",
        "laterality": "left",
        "view": "close_up",
        "taken_at": TAKEN.isoformat(),
        "taken_at_source": "camera",
        "file": file,
    }
    return {key: value for key, value in (told | fields).items() if value is not None}
