"""The snapshot of a decision: what it rested on when it was made, kept with the visit."""

from datetime import datetime
from typing import Any

from django.db.models import F, Func, OuterRef, Subquery, TextField, Value

from appointments.selectors.availability import Team, slot_of
from clinic.models import Licence, PolicyRow, Privilege
from clinic.models.policy import CELL
from treatments.selectors.work import Work


def decision_of(*, work: Work, team: Team, verdict: Any) -> dict[str, Any]:
    """Licence, privileges, supervisor, authorisers, warnings and sources, as plain JSON values."""
    slot = slot_of(work=work, start=team.start)
    on = team.start.astimezone(work.site.zone).date()
    privileges = list(
        Privilege.objects.filter(
            practitioner=team.practitioner,
            site=work.site,
            profession=team.profession,
            scope__in=work.scopes,
            valid__overlap=slot.during,
        )
        .annotate(policy_version=_version_at(slot.start))
        .values("id", "scope", "supervision", "sources", "policy_version")
    )
    licence = (
        Licence.objects.filter(practitioner=team.practitioner, profession=team.profession, jurisdiction=work.site.jurisdiction)
        .filter(verified_at__isnull=False, valid_from__lte=on, valid_through__gte=on)
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


def _version_at(moment: datetime) -> Subquery:
    """The version of the matrix cell that a privilege rests on."""
    scope = OuterRef("scope")
    cells = PolicyRow.objects.filter(
        kind=CELL,
        profession=OuterRef("profession"),
        act=_part(scope, "/", 1),
        depth=_part(_part(scope, "/", 2), "@", 1),
        region=_part(scope, "@", 2),
        valid__contains=moment,
    )
    return Subquery(cells.values("version")[:1])


def _part(text: Any, mark: str, number: int) -> Func:
    return Func(text, Value(mark), Value(number), function="split_part", output_field=TextField())


def _plain(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: value if isinstance(value, str | int | list) else str(value) for name, value in row.items()} if row else None
