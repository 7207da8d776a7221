"""The policy: proposed and verified by a manager, approved by the medical director."""

from typing import Any

from django.contrib import admin

from clinic.admin.base import Given, Moved, Step
from clinic.admin.forms import ServiceForm
from clinic.admin.writing import ServiceAdmin
from clinic.admin_site import LEADERS
from clinic.models import PolicyRow
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.models.policy import CELL
from clinic.policies.proposals import CellProposal, LawProposal
from clinic.services.policy import (
    approve_policy_row,
    propose_cell,
    propose_jurisdiction_row,
    verify_policy_row,
    withdraw_policy_row,
)

COMMON = ("profession", "act", "effect", "citation", "supervision", "url", "text_as_of", "certainty")
OF_A_CELL = ("depth", "region", "relaxable")
OF_A_LAW = ("jurisdiction", "tier", "max_depth")


class ProposalForm(ServiceForm):
    """A new version of a cell, or a row of law; each has words that the other has not."""

    def clean(self) -> dict[str, Any]:
        """What belongs to the other kind stays empty."""
        values = super().clean() or self.cleaned_data
        is_cell = values.get("kind") == CELL
        for field in (*OF_A_LAW, "region_exclusions", "conditions") if is_cell else (*OF_A_CELL, "requires"):
            if values.get(field):
                self.add_error(field, f"This does not belong to a {'cell' if is_cell else 'row of law'}.")
        return values


def _is_open(row: PolicyRow) -> bool:
    return row.approved_at is None


def _verify(given: Given) -> None:
    verify_policy_row(actor=given.actor, row=given.row, now=given.now)


@admin.register(PolicyRow)
class PolicyRowAdmin(ServiceAdmin):
    """Every row with its source; two people change what is in force."""

    list_display = ("__str__", "effect", "supervision", "version", "is_verified", "is_approved")
    list_filter = ("kind", "profession", "act", "effect")
    search_fields = ("citation", "jurisdiction")
    filed = (
        "kind",
        "jurisdiction",
        "profession",
        "tier",
        "act",
        "depth",
        "max_depth",
        "region",
        "region_exclusions",
        "effect",
        "supervision",
        "requires",
        "relaxable",
        "conditions",
        "citation",
        "url",
        "text_as_of",
        "certainty",
    )
    form = ProposalForm
    steps = (
        Step(
            name="verify",
            label="Verify",
            run=_verify,
            when=_is_open,
            said="You read the source, and the row says what it says.",
        ),
        Step(
            name="approve",
            label="Approve",
            roles=frozenset({MEDICAL_DIRECTOR}),
            run=lambda given: approve_policy_row(actor=given.actor, row=given.row, now=given.now)[1],
            when=lambda row: _is_open(row) and row.verified_at is not None,
            said="The row comes into force now, in the place of its older versions; visits that it refuses move.",
        ),
        Step(
            name="withdraw",
            label="Withdraw",
            roles=LEADERS,
            run=lambda given: withdraw_policy_row(actor=given.actor, row=given.row, now=given.now)[1],
            when=lambda row: _is_open(row) and row.proposed_by_id is not None,
        ),
    )

    @admin.display(boolean=True, description="verified")
    def is_verified(self, row: PolicyRow) -> bool:
        """By a manager."""
        return row.verified_at is not None

    @admin.display(boolean=True, description="approved")
    def is_approved(self, row: PolicyRow) -> bool:
        """By the director."""
        return row.approved_at is not None

    def file(self, given: Given) -> tuple[PolicyRow, Moved]:
        """Propose it; law tightens at once, a cell counts for nothing yet."""
        values = given.values
        common = {name: values[name] for name in COMMON}
        if values["kind"] == CELL:
            common["supervision"] = common["supervision"] or "none"
            own = {name: values[name] for name in OF_A_CELL} | {"requires": tuple(values["requires"])}
            return propose_cell(actor=given.actor, proposal=CellProposal(**common, **own)), ()
        lists = {name: tuple(values[name]) for name in ("region_exclusions", "conditions")}
        proposal = LawProposal(**common, **{name: values[name] for name in OF_A_LAW}, **lists)
        return propose_jurisdiction_row(actor=given.actor, proposal=proposal, now=given.now)
