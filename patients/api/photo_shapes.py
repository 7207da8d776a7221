"""What the calls about photos take, and how photos look in answers."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from clinic.api.render import local, named
from clinic.api.schema import NamedShown
from clinic.api.strict import Moment, Strict
from patients.api.inputs import CODE
from patients.models import Photo
from patients.models.lesions import CHARTS, LATERALITIES
from patients.policies.photos import REMOVALS, TIME_SOURCES, VIEWS
from patients.policies.sides import BILATERAL
from patients.services.photo_pairs import Pair

ALIGNMENTS = ("lesion", "body_site", "chart")


class PhotoInput(Strict):
    """A picture (JPEG, PNG, WebP or HEIC), of whom, of which lesion, body site or chart, and when it was taken."""

    file = serializers.FileField(max_length=255)
    patient = serializers.UUIDField()
    lesion = serializers.UUIDField(required=False)
    body_site = serializers.CharField(max_length=CODE, required=False)
    laterality = serializers.ChoiceField([*LATERALITIES, BILATERAL], required=False)
    chart = serializers.ChoiceField(CHARTS, required=False)
    view = serializers.ChoiceField(VIEWS)
    taken_at = Moment()
    taken_at_source = serializers.ChoiceField(TIME_SOURCES)


class UploaderShown(serializers.Serializer[Any]):
    """A member of staff."""

    id = serializers.UUIDField()
    username = serializers.CharField()


class PhotoShown(serializers.Serializer[Any]):
    """
    A photo; `image` is the address of the JPEG, null once its bytes were removed; sizes and hash are those of the JPEG.

    What the patient sent was uploaded by nobody.
    """

    id = serializers.UUIDField()
    patient = NamedShown()
    lesion = serializers.UUIDField(allow_null=True)
    body_site = serializers.SlugField(allow_null=True)
    laterality = serializers.ChoiceField(LATERALITIES, allow_null=True)
    chart = serializers.ChoiceField(CHARTS, allow_null=True)
    view = serializers.ChoiceField(VIEWS)
    taken_at = serializers.DateTimeField()
    taken_at_source = serializers.ChoiceField(TIME_SOURCES)
    uploaded_at = serializers.DateTimeField()
    uploaded_by = UploaderShown(allow_null=True)
    consent = serializers.UUIDField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    image = serializers.CharField(allow_null=True)
    bytes_removed_at = serializers.DateTimeField(allow_null=True)
    bytes_removed_because = serializers.ChoiceField(REMOVALS, allow_null=True)


class FrameShown(serializers.Serializer[Any]):
    """The common frame in pixels, and the addresses of both photos in it."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()
    before = serializers.CharField()
    after = serializers.CharField()


class DifferenceShown(serializers.Serializer[Any]):
    """
    The address of the earlier photo in grey with differences in red, and what they amount to.

    `change` is the mean difference from 0 to 1, `changed` the share of the frame that differs noticeably, `gain` how much
    the later photo was brightened for the comparison, `limits` what this cannot tell.
    """

    image = serializers.CharField()
    change = serializers.FloatField()
    changed = serializers.FloatField()
    gain = serializers.FloatField()
    limits = serializers.ListField(child=serializers.CharField())


class PairShown(serializers.Serializer[Any]):
    """Before and after; days are those between the two on the calendar of the patient's site."""

    before = PhotoShown()
    after = PhotoShown()
    days_between = serializers.IntegerField()
    aligned_by = serializers.ChoiceField(ALIGNMENTS)
    frame = FrameShown()
    difference = DifferenceShown()


def show_photo(photo: Photo) -> dict[str, Any]:
    """The photo as PhotoShown, its moments in the zone of the patient's site."""
    zone = photo.patient.registered_site.zone
    removed = photo.bytes_removed_at is not None
    return {
        "id": str(photo.id),
        "patient": named(photo.patient),
        "lesion": photo.lesion_id and str(photo.lesion_id),
        "body_site": photo.body_site.code if photo.body_site else None,
        "laterality": photo.laterality or None,
        "chart": photo.chart or None,
        "view": photo.view,
        "taken_at": local(photo.taken_at, zone),
        "taken_at_source": photo.taken_at_source,
        "uploaded_at": local(photo.uploaded_at, zone),
        "uploaded_by": photo.uploaded_by and {"id": str(photo.uploaded_by_id), "username": photo.uploaded_by.username},
        "consent": str(photo.consent_id),
        "width": photo.width,
        "height": photo.height,
        "bytes": photo.bytes,
        "sha256": photo.sha256,
        "content_type": photo.content_type,
        "image": None if removed else reverse("photo-image", args=[photo.id]),
        "bytes_removed_at": local(photo.bytes_removed_at, zone),
        "bytes_removed_because": photo.bytes_removed_because or None,
    }


def show_pair(before: Photo, after: Photo, pair: Pair) -> dict[str, Any]:
    """The comparison as PairShown."""
    asked = f"{reverse('photo-pair-image')}?before={before.id}&after={after.id}&show="
    return {
        "before": show_photo(before),
        "after": show_photo(after),
        "days_between": pair.days_between,
        "aligned_by": pair.aligned_by,
        "frame": {"width": pair.width, "height": pair.height, "before": f"{asked}before", "after": f"{asked}after"},
        "difference": {
            "image": f"{asked}difference",
            "change": pair.change,
            "changed": pair.changed,
            "gain": pair.gain,
            "limits": list(pair.limits),
        },
    }
