"""Licences over HTTP: filed, corrected, verified, suspended, reinstated; each answer names the visits that had to move."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.credentials.licence_shapes import (
    METHODS,
    CorrectionInput,
    LicenceActedShown,
    LicenceInput,
    LicenceMovedShown,
    LicenceShown,
    PreviewInput,
    SuspendInput,
    VerifyInput,
)
from clinic.api.credentials.shared import (
    PRACTITIONER_FILTER,
    STAFF_READ_MANAGERS_CHANGE,
    STAFF_READ_MANAGERS_FILE,
    BreaksShown,
    breaks_shown,
    choice,
    days_shown,
    id_shown,
    moment_shown,
    moved_shown,
)
from clinic.api.pagination import filters, paged
from clinic.api.permissions import MANAGERS, RolesByMethod
from clinic.api.render import one_of, person, word
from clinic.api.schema import ACTS, EDITS, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.errors import Malformed
from clinic.models import Licence
from clinic.models.credentials import LICENCE_STATUSES, VERIFICATION_METHODS
from clinic.scopes import PROFESSIONS
from clinic.selectors.credentials import licences_on_file, the_one
from clinic.selectors.people import practitioner_named
from clinic.services.changes import preview, take_alone
from clinic.services.credentials.licences import (
    LicenceCorrection,
    correct_licence,
    file_licence,
    reinstate_licence,
    suspend_licence,
    verify_licence,
)


class Licences(ApiView):
    """All licences."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe(
        "Licences on file",
        shown=page_of(LicenceShown),
        query={
            "practitioner": PRACTITIONER_FILTER,
            "profession": choice("profession", PROFESSIONS, "A profession."),
            "jurisdiction": "ISO 3166-2.",
            "status": choice("status", LICENCE_STATUSES, "A status."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        status, profession = one_of(*LICENCE_STATUSES), one_of(*PROFESSIONS)
        asked = filters(request, {"practitioner": word, "profession": profession, "jurisdiction": word, "status": status})
        return paged(request, licences_on_file(**asked), show_licence)

    @describe("File a licence; it counts once verified", taken=LicenceInput, shown=LicenceMovedShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """File it."""
        given = read(LicenceInput, request)
        given.pop("status", None)
        practitioner = practitioner_named(given.pop("practitioner"))
        licence, moved = file_licence(actor=request.user, practitioner=practitioner, now=timezone.now(), **given)
        return _changed(licence, moved, status=201)


class OneLicence(ApiView):
    """A licence."""

    roles: ClassVar[RolesByMethod] = {"GET": STAFF_READ_MANAGERS_CHANGE["GET"], "PATCH": MANAGERS}

    @describe("A licence", shown=LicenceShown)
    def get(self, request: Request, licence: UUID) -> Response:
        """Show it."""
        return answer(show_licence(the_one(licences_on_file(), licence)))

    @describe("Correct, shorten or end it", taken=CorrectionInput, shown=LicenceMovedShown, refuses=EDITS)
    def patch(self, request: Request, licence: UUID) -> Response:
        """Correct it."""
        given = read(CorrectionInput, request, partial=True)
        take_alone(practitioners=[the_one(licences_on_file(), licence).practitioner_id])
        current = the_one(licences_on_file(), licence)
        require_version(request, etag_of(show_licence(current)))
        corrected, moved = correct_licence(
            actor=request.user, licence=current, correction=LicenceCorrection(**given), now=timezone.now()
        )
        return _changed(corrected, moved)


class Verify(ApiView):
    """A licence is verified."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("It was confirmed at its source", taken=VerifyInput, shown=LicenceActedShown, refuses=ACTS)
    def post(self, request: Request, licence: UUID) -> Response:
        """Verify it."""
        given = read(VerifyInput, request)
        return _acted(_act("verify", request, the_one(licences_on_file(), licence), given))


class Suspend(ApiView):
    """A licence is suspended."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("Suspend it; visits that lean on it move", taken=SuspendInput, shown=LicenceActedShown, refuses=ACTS)
    def post(self, request: Request, licence: UUID) -> Response:
        """Suspend it."""
        given = read(SuspendInput, request)
        return _acted(_act("suspend", request, the_one(licences_on_file(), licence), given))


class Reinstate(ApiView):
    """A suspension ends."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("End the suspension now", taken=NoInput, shown=LicenceActedShown, refuses=ACTS)
    def post(self, request: Request, licence: UUID) -> Response:
        """Reinstate it."""
        read(NoInput, request)
        return _acted(_act("reinstate", request, the_one(licences_on_file(), licence), {}))


class Preview(ApiView):
    """A change of a licence is tried."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("Which visits a change would break; nothing is written", taken=PreviewInput, shown=BreaksShown, refuses=ACTS)
    def post(self, request: Request, licence: UUID) -> Response:
        """Try it."""
        given = dict(read(PreviewInput, request)["change"])
        act = _act(given.pop("action", "correct"), request, the_one(licences_on_file(), licence), given)
        return Response(breaks_shown(preview(act)))


def _act(action: str, request: Request, licence: Licence, given: dict[str, Any]) -> Callable[[], tuple[Licence, list[UUID]]]:
    """What the caller wants to do with the licence, with the fields that belong to it."""
    now, actor = timezone.now(), request.user
    if action == "correct":
        known = {name: value for name, value in given.items() if name in LicenceCorrection.__dataclass_fields__}
        _require_none_but(known, given)
        return lambda: correct_licence(actor=actor, licence=licence, correction=LicenceCorrection(**known), now=now)
    if action == "verify":
        method = METHODS[given.get("method", VERIFICATION_METHODS[0])]
        return lambda: verify_licence(actor=actor, licence=licence, method=method, now=now)
    if action == "reinstate":
        return lambda: reinstate_licence(actor=actor, licence=licence, now=now)
    from_at, until, reason = given.get("from"), given.get("until"), given.get("reason", "")
    return lambda: suspend_licence(actor=actor, licence=licence, reason=reason, from_at=from_at, until=until, now=now)


def _require_none_but(known: dict[str, Any], given: dict[str, Any]) -> None:
    if surplus := sorted(given.keys() - known.keys()):
        raise Malformed({f"change.{name}": "This belongs to the action suspend." for name in surplus})


def _acted(act: Callable[[], tuple[Licence, list[UUID]]]) -> Response:
    licence, moved = act()
    return Response({"licence": show_licence(licence)} | moved_shown(moved))


def _changed(licence: Licence, moved: list[UUID], *, status: int = 200) -> Response:
    shown = show_licence(licence)
    return answer(shown | moved_shown(moved), status=status, etag=etag_of(shown))


def show_licence(licence: Licence) -> dict[str, Any]:
    """The licence."""
    return {
        "id": str(licence.id),
        "practitioner": person(licence.practitioner),
        "profession": licence.profession,
        "tier": licence.tier,
        "jurisdiction": licence.jurisdiction,
        "number": licence.number,
        **days_shown(licence),
        "status": licence.status,
        "status_reason": licence.status_reason,
        "suspended_from": moment_shown(licence.suspended_from),
        "suspended_until": moment_shown(licence.suspended_until),
        "verified_at": moment_shown(licence.verified_at),
        "verified_by": id_shown(licence.verified_by_id),
        "verification_method": licence.verification_method,
    }
