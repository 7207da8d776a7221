"""The procedure log over HTTP: drafted and edited, signed once, co-signed, amended by addenda."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod, require_role
from clinic.api.render import key, one_of, word
from clinic.api.schema import ACTS, EDITS, choice, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.errors import Malformed, NotAllowed
from clinic.models import Practitioner, User
from clinic.selectors.people import practitioner_named
from patients.selectors.records import all_found, found, lesions_visible_to
from treatments.api.log.inputs import AddendumInput, ProcedureInput
from treatments.api.log.shapes import ProcedureShown
from treatments.api.log.shown import show_procedure
from treatments.models import Procedure
from treatments.models.procedures import PROCEDURE_STATUSES
from treatments.selectors.log.records import encounters_visible_to, procedures_visible_to
from treatments.services.log.drafting import NewLog, draft_procedure, locked, revise_procedure
from treatments.services.log.signing import add_addendum, cosign_procedure, sign_procedure


class Procedures(ApiView):
    """The logs of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Logs",
        shown=page_of(ProcedureShown),
        query={
            "patient": "Patient id.",
            "encounter": "The stay.",
            "lesion": "A lesion that was treated.",
            "site": "Site code.",
            "status": choice("status", PROCEDURE_STATUSES, "draft or signed."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "encounter": key, "lesion": key, "site": word, "status": one_of(*PROCEDURE_STATUSES)}
        asked = filters(request, allowed)
        names = {"site": "site__code", "lesion": "outcomes__lesion"}
        rows = procedures_visible_to(request.user).filter(**{names.get(name, name): value for name, value in asked.items()})
        return paged(request, rows.distinct() if "lesion" in asked else rows, show_procedure)

    @describe("Draft a log", taken=ProcedureInput, shown=ProcedureShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """What is missing or against the rules is told when it is signed; the draft is kept."""
        given = read(ProcedureInput, request)
        encounter = found(encounters_visible_to(request.user), given["encounter"])
        require_role(request.user, PRACTITIONERS, site=encounter.site)
        log = _log(request.user, given)
        procedure = draft_procedure(actor=request.user, encounter=encounter, log=log, now=timezone.now())
        return _shown(request, procedure.pk, status=201)


class OneProcedure(ApiView):
    """A log."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PUT": PRACTITIONERS}

    @describe("A log", shown=ProcedureShown)
    def get(self, request: Request, procedure: UUID) -> Response:
        """Show it."""
        return _shown(request, procedure)

    @describe("Write a draft anew", taken=ProcedureInput, shown=ProcedureShown, refuses=EDITS)
    def put(self, request: Request, procedure: UUID) -> Response:
        """As a whole; once it is signed, nothing changes it."""
        given = read(ProcedureInput, request)
        row = _of_my_site(request.user, procedure)
        locked(row)
        shown = found(procedures_visible_to(request.user), procedure)
        require_version(request, etag_of(show_procedure(shown)))
        if given["encounter"] != shown.encounter_id:
            raise Malformed({"encounter": "A log stays with its stay: draft another one."})
        log = _log(request.user, given)
        revise_procedure(actor=request.user, procedure=shown, log=log, now=timezone.now())
        return _shown(request, procedure)


class Sign(ApiView):
    """The performer's signature."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Sign one's own log; judged at the time of the work", taken=NoInput, shown=ProcedureShown, refuses=ACTS)
    def post(self, request: Request, procedure: UUID) -> Response:
        """Refused, it stays a draft, and `incident` says how to report what happened."""
        read(NoInput, request)
        row = _of_my_site(request.user, procedure)
        sign_procedure(actor=request.user, procedure=row, now=timezone.now())
        return _shown(request, procedure)


class Cosign(ApiView):
    """The supervisor's signature beneath it."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Co-sign the log of supervised work", taken=NoInput, shown=ProcedureShown, refuses=ACTS)
    def post(self, request: Request, procedure: UUID) -> Response:
        """Repeated, it changes nothing."""
        read(NoInput, request)
        row = found(procedures_visible_to(request.user), procedure)
        cosign_procedure(actor=request.user, procedure=row, now=timezone.now())
        return _shown(request, procedure)


class Addenda(ApiView):
    """What amends a signed log."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Amend a signed log", taken=AddendumInput, shown=ProcedureShown, status=201, refuses=ACTS)
    def post(self, request: Request, procedure: UUID) -> Response:
        """The log with the amendment beneath it."""
        given = read(AddendumInput, request)
        row = _of_my_site(request.user, procedure)
        add_addendum(
            actor=request.user,
            procedure=row,
            text=given["text"],
            complications=_complications(request.user, given),
            now=timezone.now(),
        )
        return _shown(request, procedure, status=201)


def _shown(request: Request, procedure: UUID, *, status: int = 200) -> Response:
    return answer(show_procedure(found(procedures_visible_to(request.user), procedure)), status=status)


def _of_my_site(user: User, procedure: UUID) -> Procedure:
    row = found(procedures_visible_to(user), procedure)
    require_role(user, PRACTITIONERS, site=row.site)
    return row


def _log(user: User, given: dict[str, Any]) -> NewLog:
    all_found(lesions_visible_to(user), [lesion for item in given["items"] for lesion in item.lesions])
    supervisor = practitioner_named(given["supervisor"]) if given.get("supervisor") else None
    rest = {name: given[name] for name in ("anaesthesia", "aftercare", "note")}
    return NewLog(
        performed_by=_performer(user, given.get("performed_by")),
        performed_at=given.get("performed_at") or timezone.now(),
        ended_at=given.get("ended_at"),
        supervisor=supervisor,
        items=tuple(given["items"]),
        complications=_complications(user, given),
        downtime_days=given.get("downtime_days"),
        **rest,
    )


def _complications(user: User, given: dict[str, Any]) -> tuple[Any, ...]:
    told = tuple(given.get("complications") or ())
    all_found(lesions_visible_to(user), [complication.lesion for complication in told if complication.lesion])
    return told


def _performer(user: User, reference: str | None) -> Practitioner:
    if reference:
        return practitioner_named(reference)
    practitioner = Practitioner.objects.select_related("user").filter(user=user, active=True).first()
    if practitioner is None:
        raise NotAllowed("not_permitted", "Only a practitioner does this.")
    return practitioner
