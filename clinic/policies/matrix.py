"""The words of the authority rules: a cell of the matrix, a row of law, and the permission that they give together."""

from dataclasses import dataclass
from typing import Final

from clinic.scopes import DEPTH_RANK, PHYSICIANS

ANY: Final = "*"
ALLOW, SUPERVISED, PRIVILEGE, REFUSE = "allow", "supervised", "privilege", "refuse"
ALLOW_IF, UNCLEAR, PHYSICIAN_ONLY = "allow_if", "unclear", "physician_only"

Key = tuple[str, str, str]
GateCode = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the authority matrix; `effect` is allow, supervised, privilege or refuse."""

    profession: str
    act: str
    region: str
    depth: str
    effect: str
    supervision: str
    requires: tuple[str, ...]
    relaxable: bool
    source: str

    @property
    def key(self) -> Key:
        """Act, depth and region, as resolutions are keyed."""
        return self.act, self.depth, self.region


@dataclass(frozen=True, slots=True)
class JurisdictionRow:
    """
    What the law of a place says; `effect` is allow_if, refuse, physician_only or unclear.

    `*` stands for any jurisdiction, profession or act, an empty tier for any tier, no `max_depth` for any depth; no
    `supervision` leaves the matrix' level alone, while "none" says that the law asks for no supervision.
    """

    jurisdiction: str
    profession: str
    tier: str
    act: str
    max_depth: str | None
    effect: str
    supervision: str | None
    region_exclusions: tuple[str, ...]
    conditions: tuple[str, ...]
    citation: str
    verified: bool
    approved: bool
    id: str

    @property
    def in_force_to_relax(self) -> bool:
        """A manager verified it and the medical director approved it."""
        return self.verified and self.approved

    def refuses_outright(self, profession: str) -> bool:
        """Whether it refuses the profession at every depth; what is unclear is refused."""
        if self.effect == PHYSICIAN_ONLY:
            return profession not in PHYSICIANS
        return self.effect != ALLOW_IF

    def is_exceeded_by(self, depth: str) -> bool:
        """Whether that depth lies below the deepest that the row names."""
        return bool(self.max_depth) and DEPTH_RANK[depth] > DEPTH_RANK[self.max_depth]

    def refuses(self, cell: Cell) -> bool:
        """Whether it refuses this cell, for its profession, its region or its depth."""
        return (
            self.refuses_outright(cell.profession) or cell.region in self.region_exclusions or self.is_exceeded_by(cell.depth)
        )


@dataclass(frozen=True, slots=True)
class Permission:
    """
    The answer for one act, depth and region; `code` and `gate` are the first of `refusals`, (gate, code) pairs.

    `sources` cites the cell and the rows that decided, `row_ids` names those rows, `conditions` are what they ask for.
    """

    act: str
    depth: str
    region: str
    effect: str
    supervision: str
    requires: tuple[str, ...] = ()
    code: str = ""
    gate: str = ""
    sources: tuple[str, ...] = ()
    refusals: tuple[GateCode, ...] = ()
    conditions: tuple[str, ...] = ()
    row_ids: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Act, depth and region, as resolutions are keyed."""
        return self.act, self.depth, self.region

    @property
    def permitted(self) -> bool:
        """Allowed, allowed under supervision, or by a grant of the clinic."""
        return self.effect != REFUSE
