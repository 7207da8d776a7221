"""The snapshot of a decision: what it rested on when it was made, kept with the visit."""

from typing import Any

from django.db.models import F

from appointments.selectors.availability import Team, slot_of
from clinic.models import Licence, Privilege
from treatments.selectors.work import Work


def decision_of(*, work: Work, team: Team, verdict: Any) -> dict[str, Any]:
    """Licence, privileges, supervisor, authorisers, warnings and sources, as plain JSON values."""
    slot = slot_of(work=work, start=team.start)
    privileges = list(
        Privilege.objects.filter(
            practitioner=team.practitioner,
            site=work.site,
            profession=team.profession,
            scope__in=work.scopes,
            valid__overlap=slot.during,
        ).values("id", "scope", "supervision", "sources")
    )
    licence = (
        Licence.objects.filter(practitioner=team.practitioner, profession=team.profession, jurisdiction=work.site.jurisdiction)
        .filter(verified_at__isnull=False)
        .order_by(F("valid_through").desc())
        .values("id", "profession", "jurisdiction", "number", "valid_through", "status")
        .first()
    )
    return {
        "allowed": True,
        "warnings": [warning.as_dict() for warning in verdict.warnings],
        "licence": _plain(licence),
        "policy": [_plain(privilege) for privilege in privileges],
        "sources": sorted({source for privilege in privileges for source in privilege["sources"]}),
        "supervisor": str(team.supervisor) if team.supervisor else None,
        "authorised_by": sorted({str(row.practitioner) for row in verdict.authorised.rows if row.practitioner}),
        "overrides": [{"gate": used.gate, "treatment": used.treatment} for used in verdict.judgement.overrides_used],
    }


def _plain(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: value if isinstance(value, str | list) else str(value) for name, value in row.items()} if row else None
