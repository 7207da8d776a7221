"""Photos over HTTP: uploaded as a form, described as JSON, and shown to authorised requests alone."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, ordered_by, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, one_of, word
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import read
from clinic.api.uploads import StrictForm
from clinic.api.versions import answer
from clinic.errors import Malformed
from patients.api.photo_shapes import PairShown, PhotoInput, PhotoShown, show_pair, show_photo
from patients.models import Photo
from patients.models.lesions import CHARTS
from patients.policies.photos import VIEWS
from patients.selectors.photos import photos_visible_to
from patients.selectors.records import found, lesions_visible_to, patients_visible_to
from patients.services.images import CONTENT_TYPE, SentFile
from patients.services.photo_pairs import compare_photos
from patients.services.photos import NewPhoto, picture_of, upload_photo

ORDERINGS: Final = ("taken_at", "uploaded_at")
SHOWS: Final = ("difference", "before", "after")
PICTURE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAIR: Final = {
    "before": OpenApiParameter("before", OpenApiTypes.UUID, required=True, description="The earlier photo."),
    "after": OpenApiParameter("after", OpenApiTypes.UUID, required=True, description="The later photo."),
}


class Photos(ApiView):
    """The photos of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}
    parser_classes = (StrictForm,)

    @describe(
        "Photos",
        shown=page_of(PhotoShown),
        query={
            "patient": "Patient id.",
            "lesion": "Lesion id.",
            "body_site": "Its code.",
            "chart": choice("chart", CHARTS, "The chart."),
            "view": choice("view", VIEWS, "From how near."),
            "ordering": choice("ordering", [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")], "By which moment."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "lesion": key, "body_site": word, "chart": one_of(*CHARTS), "view": one_of(*VIEWS)}
        asked = filters(request, allowed | {"ordering": ordered_by(ORDERINGS)})
        ordering = asked.pop("ordering", ("id",))
        if "body_site" in asked:
            asked["body_site__code"] = asked.pop("body_site")
        return paged(request, photos_visible_to(request.user).filter(**asked), show_photo, ordering=ordering)

    @describe("Upload a photo", taken=PhotoInput, shown=PhotoShown, status=201, refuses=(*ACTS, 413, 415))
    def post(self, request: Request) -> Response:
        """Written anew and kept, where there is a consent to photos."""
        given = read(PhotoInput, request)
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        lesion = found(lesions_visible_to(request.user), given.pop("lesion")) if "lesion" in given else None
        file = given.pop("file")
        photo = upload_photo(
            actor=request.user,
            patient=patient,
            photo=NewPhoto(lesion=lesion, **given),
            file=SentFile(content=file.read(), name=file.name, content_type=file.content_type or ""),
            now=timezone.now(),
        )
        return answer(show_photo(found(photos_visible_to(request.user), photo.pk)), status=201)


class OnePhoto(ApiView):
    """A photo."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A photo", shown=PhotoShown)
    def get(self, request: Request, photo: UUID) -> Response:
        """Describe it."""
        return answer(show_photo(found(photos_visible_to(request.user), photo)))


class Image(ApiView):
    """The picture itself."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("The picture of a photo", shown=OpenApiTypes.BINARY, status=(200, CONTENT_TYPE), operation_id="photos_image_show")
    def get(self, request: Request, photo: UUID) -> HttpResponse:
        """The JPEG as it was kept; a removed one does not exist."""
        filters(request, {}, paging=False)
        return _picture(picture_of(found(photos_visible_to(request.user), photo)), name=f"photo-{photo}")


class BeforeAndAfter(ApiView):
    """Two photos of one place, compared."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Before and after", shown=PairShown, query=PAIR, refuses=(422,), operation_id="photos_pair_show")
    def get(self, request: Request) -> Response:
        """The days between them, and the difference with what it cannot tell."""
        before, after, _ = _asked(request, {})
        return Response(show_pair(before, after, compare_photos(before=before, after=after)))


class PairImage(ApiView):
    """A picture of the comparison."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "A picture of before and after",
        shown=OpenApiTypes.BINARY,
        status=(200, CONTENT_TYPE),
        query=PAIR | {"show": choice("show", SHOWS, "One of the two in the common frame, or the difference.")},
        refuses=(422,),
        operation_id="photos_pair_image_show",
    )
    def get(self, request: Request) -> HttpResponse:
        """One of the two in the common frame, or where they differ."""
        before, after, asked = _asked(request, {"show": one_of(*SHOWS)})
        show = asked.get("show", SHOWS[0])
        return _picture(compare_photos(before=before, after=after, show=show).picture, name=f"photo-{show}")


def _asked(request: Request, more: dict[str, Any]) -> tuple[Photo, Photo, dict[str, Any]]:
    """The two photos, and what else was asked for."""
    asked = filters(request, {"before": key, "after": key, **more}, paging=False)
    missing = {name: "This parameter names a photo." for name in PAIR if name not in asked}
    if missing:
        raise Malformed(missing)
    visible = photos_visible_to(request.user)
    return found(visible, asked.pop("before")), found(visible, asked.pop("after")), asked


def _picture(content: bytes, *, name: str) -> HttpResponse:
    headers = PICTURE_HEADERS | {"Content-Disposition": f'inline; filename="{name}.jpg"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)
