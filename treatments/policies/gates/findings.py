"""What a gate is, what it is asked and what it finds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.errors import Refusal
from treatments.policies.facts import ItemFacts, OverrideFacts, PatientFacts

HARD, SOFT, WARN, INFO = "hard", "soft", "warn", "info"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One visit: who, what, and on which date of the site."""

    patient: PatientFacts
    items: Sequence[ItemFacts]
    on: date

    @property
    def hands_on(self) -> list[ItemFacts]:
        """The items in which somebody works by hand."""
        return [item for item in self.items if item.is_hands_on]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a gate holds against an item; `severity` and `source` only where they differ from the gate's own."""

    item: ItemFacts
    detail: str
    mend: str
    resource: str = ""
    severity: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A safety gate: a hard one refuses, a soft one until it is overridden, warn and info only speak."""

    id: str
    code: str
    severity: str
    source: str
    find: Callable[[Question], Iterator[Finding]]

    def severity_of(self, finding: Finding) -> str:
        """How much this finding weighs."""
        return finding.severity or self.severity

    def refusal(self, finding: Finding) -> Refusal:
        """The finding as it is told."""
        return Refusal(
            code=self.code,
            gate=self.id,
            severity=self.severity_of(finding),
            detail=finding.detail,
            source=finding.source or self.source,
            mend=finding.mend,
            resource=finding.resource,
        )

    def overrides_for(self, finding: Finding, overrides: Sequence[OverrideFacts]) -> list[OverrideFacts]:
        """The overrides that lift a soft finding: one for the treatment, or one for every lesion of the item."""
        own = [
            override for override in overrides if (override.gate, override.treatment) == (self.id, finding.item.treatment.code)
        ]
        general = [override for override in own if override.lesion_id is None]
        if general:
            return general[:1]
        named = {override.lesion_id: override for override in own}
        asked = [lesion.id for lesion in finding.item.lesions]
        return [named[lesion] for lesion in asked] if asked and all(lesion in named for lesion in asked) else []
