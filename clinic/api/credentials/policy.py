"""The policy over HTTP: read by all staff, proposed and verified by managers, approved by the medical director."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.credentials.policy_shapes import (
    KINDS,
    PROPOSAL,
    CellInput,
    LawInput,
    PolicyRowMovedShown,
    PolicyRowShown,
)
from clinic.api.credentials.shared import (
    UTC_ZONE,
    BreaksShown,
    breaks_shown,
    choice,
    id_shown,
    moment_shown,
    moved_shown,
)
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, DIRECTORS, MANAGERS, RolesByMethod
from clinic.api.render import bounds, moment, one_of, word
from clinic.api.schema import ACTS, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer, etag_of
from clinic.models import PolicyRow
from clinic.models.policy import CELL
from clinic.policies.matrix import ANY
from clinic.policies.proposals import CellProposal, LawProposal
from clinic.scopes import ACTS as CLINIC_ACTS
from clinic.scopes import PROFESSIONS, REGIONS
from clinic.selectors.credentials import policy_rows, the_one
from clinic.services.policy import (
    approve_policy_row,
    preview_policy_row,
    propose_cell,
    propose_jurisdiction_row,
    verify_policy_row,
    withdraw_policy_row,
)

WORDS = ("profession", "act", "depth", "region", "jurisdiction", "tier", "max_depth", "effect", "supervision")
LISTS = ("region_exclusions", "requires", "conditions")


class PolicyRows(ApiView):
    """The whole policy, with its history and its proposals."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": MANAGERS}

    @describe(
        "Rows of the policy",
        shown=page_of(PolicyRowShown),
        query={
            "kind": choice("kind", KINDS, "A cell of the matrix, or a row of law."),
            "profession": choice("profession", [*PROFESSIONS, ANY], "A profession."),
            "act": choice("act", [*CLINIC_ACTS, ANY], "An act."),
            "region": choice("region", REGIONS, "A region."),
            "jurisdiction": "ISO 3166-2.",
            "verified": choice("verified", ["true", "false"], "Whether a manager verified it."),
            "at": "Only what is in force at this moment.",
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        words = {"kind": KINDS, "profession": [*PROFESSIONS, ANY], "act": [*CLINIC_ACTS, ANY], "region": REGIONS}
        listed = {name: one_of(*known) for name, known in (words | {"verified": ("true", "false")}).items()}
        asked = filters(request, listed | {"jurisdiction": word, "at": moment})
        if "verified" in asked:
            asked["verified"] = asked["verified"] == "true"
        return paged(request, policy_rows(**asked), show_policy_row)

    @describe("Propose a row", taken=PROPOSAL, shown=PolicyRowMovedShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Propose it."""
        body = request.data
        is_cell = isinstance(body, dict) and body.get("kind") == CELL
        given = read(CellInput if is_cell else LawInput, request)
        if given.pop("kind") == CELL:
            return _changed(propose_cell(actor=request.user, proposal=_proposal(CellProposal, given)), [], status=201)
        law = _proposal(LawProposal, given)
        return _changed(*propose_jurisdiction_row(actor=request.user, proposal=law, now=timezone.now()), status=201)


class OnePolicyRow(ApiView):
    """A row of the policy."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A row of the policy", shown=PolicyRowShown)
    def get(self, request: Request, row: UUID) -> Response:
        """Show it."""
        return answer(show_policy_row(the_one(policy_rows(), row)))


class VerifyPolicyRow(ApiView):
    """A manager read the source."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("It says what its source says", taken=NoInput, shown=PolicyRowMovedShown, refuses=ACTS)
    def post(self, request: Request, row: UUID) -> Response:
        """Verify it."""
        read(NoInput, request)
        verified = verify_policy_row(actor=request.user, row=the_one(policy_rows(), row), now=timezone.now())
        return _changed(verified, [])


class ApprovePolicyRow(ApiView):
    """The medical director puts a row in force."""

    roles: ClassVar[RolesByMethod] = {"POST": DIRECTORS}

    @describe("Put it in force; whoever verified it cannot", taken=NoInput, shown=PolicyRowMovedShown, refuses=ACTS)
    def post(self, request: Request, row: UUID) -> Response:
        """Approve it."""
        read(NoInput, request)
        return _changed(*approve_policy_row(actor=request.user, row=the_one(policy_rows(), row), now=timezone.now()))


class WithdrawPolicyRow(ApiView):
    """A proposal is taken back."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("Take a proposal back", taken=NoInput, shown=PolicyRowMovedShown, refuses=ACTS)
    def post(self, request: Request, row: UUID) -> Response:
        """Withdraw it."""
        read(NoInput, request)
        return _changed(*withdraw_policy_row(actor=request.user, row=the_one(policy_rows(), row), now=timezone.now()))


class PreviewPolicyRow(ApiView):
    """A row is tried."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS | DIRECTORS}

    @describe("Which visits it would break; nothing is written", taken=NoInput, shown=BreaksShown, refuses=ACTS)
    def post(self, request: Request, row: UUID) -> Response:
        """Try it."""
        read(NoInput, request)
        broken = preview_policy_row(actor=request.user, row=the_one(policy_rows(), row), now=timezone.now())
        return Response(breaks_shown(broken))


def _proposal(kind: type[CellProposal] | type[LawProposal], given: dict[str, Any]) -> Any:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


def _changed(row: PolicyRow, moved: list[UUID], *, status: int = 200) -> Response:
    shown = show_policy_row(row)
    return answer(shown | moved_shown(moved), status=status, etag=etag_of(shown))


def show_policy_row(row: PolicyRow) -> dict[str, Any]:
    """The row with its source."""
    ended = row.valid is not None and row.valid.isempty
    return {
        "id": str(row.id),
        "kind": row.kind,
        **{name: getattr(row, name) for name in (*WORDS, *LISTS)},
        "relaxable": row.relaxable,
        "source": row.citation,
        "url": row.url,
        "text_as_of": row.text_as_of,
        "certainty": row.certainty,
        "version": row.version,
        "valid": None if row.valid is None or ended else bounds(row.valid, UTC_ZONE),
        "verified": row.verified_at is not None,
        "verified_by": id_shown(row.verified_by_id),
        "verified_at": moment_shown(row.verified_at),
        "approved": row.approved_at is not None,
        "approved_by": id_shown(row.approved_by_id),
        "approved_at": moment_shown(row.approved_at),
    }
