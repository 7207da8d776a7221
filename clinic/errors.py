"""What a service may refuse, in four kinds; `clinic/api/errors.py` alone knows their HTTP status."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One reason why something may not be done, in words that a person can act on."""

    code: str
    detail: str
    gate: str = ""
    severity: str = "hard"
    source: str = ""
    mend: str = ""
    resource: str = ""

    def as_dict(self) -> dict[str, str]:
        """The reason as API.md prints it; `resource` only where it names one."""
        shown = {
            "code": self.code,
            "detail": self.detail,
            "gate": self.gate or None,
            "severity": self.severity,
            "source": self.source,
            "mend": self.mend,
        }
        return shown | ({"resource": self.resource} if self.resource else {})


def by_gate(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Sorted by gate, those without a gate last, each said once."""
    return sorted(dict.fromkeys(refusals), key=lambda refusal: (not refusal.gate, refusal.gate))


class DomainError(Exception):
    """Something that the clinic does not do, with a stable code and what would mend it."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        reasons: Sequence[Refusal] = (),
        alternatives: Sequence[dict[str, Any]] = (),
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.reasons = list(reasons)
        self.alternatives = list(alternatives)
        self.extra = extra or {}


class Malformed(DomainError):
    """The request cannot be read; `fields` names each field and what is wrong with it."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("malformed", "The request could not be read: see errors.")
        self.fields = fields


class NotAllowed(DomainError):
    """This person may not do that."""


class NotFound(DomainError):
    """It does not exist, or this person may not see it: both answer alike."""

    def __init__(self) -> None:
        super().__init__("not_found", "There is no such thing here.")


class Conflict(DomainError):
    """Somebody else was first, or the state does not allow it any more."""


class RuleBroken(DomainError):
    """A rule of the clinic refuses."""


class Unavailable(DomainError):
    """A part of the system is away; trying again later will do."""
