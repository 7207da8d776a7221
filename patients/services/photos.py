"""Uploading photos, reading them, and removing their bytes when nobody may keep them any longer."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from clinic.errors import Malformed, NotAllowed, NotFound, Refusal, RuleBroken, Unavailable
from clinic.models import User
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.selectors.people import has_role
from clinic.services.changes import share
from patients.models import BodySite, Consent, Lesion, Patient, Photo
from patients.policies.consents import PHOTOS
from patients.policies.photos import CLOCKS_DIFFER_BY, CONSENT_WITHDRAWN, ENTERED_IN_ERROR
from patients.policies.sides import side_of
from patients.selectors.clinicians import clinician_of
from patients.selectors.consents import consents_in_force
from patients.services.images import CONTENT_TYPE, Picture, SentFile, clean_picture
from patients.services.lesions import body_site_coded
from patients.storage import STORAGE_ERRORS, photo_files

FILES: Final = UUID("019a0000-0000-7000-8000-000000000002")
"""Stands for the photo storage: uploads share it until they are committed, the sweep takes it alone."""
MISTAKES_SHOW_WITHIN: Final = timedelta(days=1)
CONSENT_SOURCE: Final = "Clinic policy: photos are taken and kept only with the patient's or guardian's consent to photos"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class NewPhoto:
    """What a photo shows, as it is told: a lesion, or a body site with its side, or a chart; and when it was taken."""

    view: str
    taken_at: datetime
    taken_at_source: str
    lesion: Lesion | None = None
    body_site: str | None = None
    laterality: str = ""
    chart: str = ""


def upload_photo(*, actor: User | None, patient: Patient, photo: NewPhoto, file: SentFile, now: datetime) -> Photo:
    """
    Keep a photo: the picture written anew in the storage first, then its row; without an actor the patient sends it.

    A crash between the two leaves a file that no row knows, which the nightly sweep removes; never a row without its file.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises RuleBroken: `consent_missing` without a consent to photos in force, `lesion_of_another_patient`,
        `split_by_side`, and an `image_...` code that says what speaks against the file.
    :raises Malformed: when place or time do not fit.
    :raises NotFound: for an unknown body site.
    :raises Unavailable: when the picture cannot be read or kept just now.
    """
    if actor is not None:
        clinician_of(actor)
    columns = _place(patient, photo) | _taken(patient, photo, now)
    _consent(patient, now)
    picture = clean_picture(file)
    with transaction.atomic():
        share(keys=[FILES])
        consent = _held(_consent(patient, now))
        return Photo.objects.create(
            patient=patient,
            consent=consent,
            view=photo.view,
            uploaded_at=now,
            uploaded_by=actor,
            width=picture.width,
            height=picture.height,
            bytes=len(picture.content),
            sha256=hashlib.sha256(picture.content).hexdigest(),
            content_type=CONTENT_TYPE,
            storage_name=_kept(picture),
            **columns,
        )


def picture_of(photo: Photo) -> bytes:
    """
    The JPEG, exactly as it was kept.

    :raises NotFound: when its bytes were removed.
    :raises Unavailable: when the storage does not answer, or with another file.
    """
    if photo.bytes_removed_at is not None:
        raise NotFound
    try:
        with photo_files().open(photo.storage_name) as file:
            content = file.read()
    except STORAGE_ERRORS as error:
        logger.exception("photo_unreadable", photo=str(photo.pk))
        raise _away() from error
    if hashlib.sha256(content).hexdigest() != photo.sha256:
        logger.error("photo_altered", photo=str(photo.pk))
        raise _away()
    return content


def remove_pictures_of(*, patient: Patient, now: datetime) -> None:
    """The consent is gone: remove the bytes of all photos of the patient, and keep the rows."""
    _remove(Photo.objects.filter(patient=patient), because=CONSENT_WITHDRAWN, now=now)


def remove_mistaken_picture(*, actor: User, photo: Photo, now: datetime) -> None:
    """
    Remove the bytes of a photo that should never have been uploaded, and keep its row; repeated, it changes nothing.

    :raises NotAllowed: for anybody but the uploader within a day, and a medical director.
    """
    by_uploader = photo.uploaded_by_id == actor.pk and now - photo.uploaded_at <= MISTAKES_SHOW_WITHIN
    if not by_uploader and not has_role(actor, {MEDICAL_DIRECTOR}):
        raise NotAllowed("not_permitted", "The uploader removes a photo within a day, a medical director at any time.")
    _remove(Photo.objects.filter(pk=photo.pk), because=ENTERED_IN_ERROR, now=now)


def _remove(photos: QuerySet[Photo], *, because: str, now: datetime) -> None:
    """From the commit on nothing is served any more; the files go right after it, and what fails then goes with the sweep."""
    with transaction.atomic():
        rows = list(photos.select_for_update(no_key=True).filter(bytes_removed_at=None))
        keys = [row.pk for row in rows]
        Photo.objects.filter(pk__in=keys).update(bytes_removed_at=now, bytes_removed_because=because)
        transaction.on_commit(lambda: _discard([row.storage_name for row in rows]), robust=True)


def _place(patient: Patient, photo: NewPhoto) -> dict[str, object]:
    """The columns that say what is shown; a lesion says where it lies."""
    if photo.lesion is not None:
        return _place_of(photo.lesion, patient, photo)
    if photo.body_site is None:
        if not photo.chart:
            raise Malformed({"lesion": "Say what the photo shows: a lesion, a body site or a chart."})
        if photo.laterality:
            raise Malformed({"laterality": "A whole chart has no side."})
        return {"chart": photo.chart}
    body_site: BodySite = body_site_coded(photo.body_site)
    side = side_of(body_site=body_site.code, laterality=photo.laterality)
    return {"body_site": body_site, "laterality": side, "chart": photo.chart}


def _place_of(lesion: Lesion, patient: Patient, photo: NewPhoto) -> dict[str, object]:
    if lesion.patient_id != patient.pk:
        raise RuleBroken("lesion_of_another_patient", "The lesion is not one of this patient.")
    if photo.body_site or photo.laterality:
        raise Malformed({"body_site": "The lesion says where it lies."})
    return {
        "lesion": lesion,
        "body_site": lesion.body_site,
        "laterality": lesion.laterality,
        "chart": photo.chart or lesion.chart,
    }


def _taken(patient: Patient, photo: NewPhoto, now: datetime) -> dict[str, object]:
    """The columns that say when; a camera's clock may be a little ahead."""
    if photo.taken_at > now + CLOCKS_DIFFER_BY:
        raise Malformed({"taken_at": "This moment is yet to come."})
    if photo.taken_at.astimezone(patient.registered_site.zone).date() < patient.birth_date:
        raise Malformed({"taken_at": "The patient was not born then."})
    return {"taken_at": min(photo.taken_at, now), "taken_at_source": photo.taken_at_source}


def _consent(patient: Patient, now: datetime) -> UUID:
    consent = consents_in_force(patient=patient.pk, at=now).get(PHOTOS)
    if consent is None:
        raise _without_consent()
    return consent


def _held(key: UUID) -> Consent:
    """The consent, which nobody withdraws before the photo is committed; one that was withdrawn meanwhile does not count."""
    consent = Consent.objects.select_for_update(no_key=True).filter(pk=key, withdrawn_at=None).first()
    if consent is None:
        raise _without_consent()
    return consent


def _without_consent() -> RuleBroken:
    refusal = Refusal(
        code="consent_missing",
        gate="G16",
        detail="There is no consent to photos in force.",
        source=CONSENT_SOURCE,
        mend="Have the patient, or the guardian of a minor, sign the consent to photos first.",
    )
    return RuleBroken(refusal.code, refusal.detail, reasons=[refusal])


def _kept(picture: Picture) -> str:
    """The name of the file that now holds it: random, and never used again."""
    name = secrets.token_hex(16)
    try:
        return photo_files().save(f"{name[:2]}/{name}.jpg", ContentFile(picture.content))
    except STORAGE_ERRORS as error:
        logger.exception("photo_not_kept")
        raise _away() from error


def _discard(names: list[str]) -> None:
    """What cannot be removed just now is left to the sweep."""
    files = photo_files()
    for name in names:
        try:
            files.delete(name)
        except STORAGE_ERRORS:
            logger.exception("photo_file_not_removed")


def _away() -> Unavailable:
    return Unavailable("unavailable", "The pictures cannot be reached just now: please try again shortly.")
