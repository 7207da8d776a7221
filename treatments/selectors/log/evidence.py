"""What work leaned on, as the database had recorded it at one moment: licence, privileges, supervision, consents, lesions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clinic.models import Licence, PolicyRow, Practitioner, Privilege, Shift, Site, SupervisionAgreement
from clinic.models.policy import CELL
from clinic.scopes import ON_SITE_LEVELS, parts
from patients.models import BodySite, Consent, ConsentText, Diagnosis, Lesion, MiliaType
from treatments.selectors.log.asof import rows_as_of

LICENCE = ("id", "profession", "tier", "jurisdiction", "number", "valid_from", "valid_through", "status", "verified_at")
POLICY = ("id", "version", "citation", "url", "text_as_of", "certainty")
LESION = ("id", "region", "authority_region", "region_verified", "depth", "diagnosis_certainty", "suspicious", "status")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who did or was to do what, for whom, where and when ([start, end), UTC)."""

    practitioner: UUID
    profession: str
    supervisor: UUID | None
    supervisor_profession: str
    site: Site
    patient: UUID
    scopes: tuple[str, ...]
    lesions: tuple[UUID, ...]
    start: datetime
    end: datetime

    @property
    def on(self) -> date:
        """The day of the work on the calendar of the site."""
        return self.start.astimezone(self.site.zone).date()


def evidence(subject: Subject, *, at: datetime) -> dict[str, Any]:
    """All of it as JSON values; `at` is a moment of the database's clock."""
    privileges = _privileges(subject, subject.practitioner, subject.profession, at)
    return {
        "as_of": at.isoformat(),
        "practitioner": _person(subject.practitioner, at),
        "profession": subject.profession,
        "licence": _licence(subject, subject.practitioner, subject.profession, at),
        "policy": privileges,
        "sources": sorted({source for privilege in privileges for source in privilege["sources"]}),
        "supervision": _supervision(subject, privileges, at) if subject.supervisor else None,
        "consents": _consents(subject, at),
        "lesions": _lesions(subject, at),
    }


def _licence(subject: Subject, holder: UUID, profession: str, at: datetime) -> dict[str, Any] | None:
    """The licence of that profession for the site that covered the day, the longest of several."""
    rows = [
        row
        for row in rows_as_of(Licence, at=at, practitioner=holder)
        if (row.profession, row.jurisdiction) == (profession, subject.site.jurisdiction)
        and row.valid_from <= subject.on <= row.valid_through
    ]
    last = max(rows, key=lambda row: (row.verified_at is not None, row.valid_through), default=None)
    return _columns(last, LICENCE) | {"verified": last.verified_at is not None} if last else None


def _privileges(subject: Subject, holder: UUID, profession: str, at: datetime) -> list[dict[str, Any]]:
    held = rows_as_of(Privilege, at=at, practitioner=holder, site=subject.site.pk, scope__in=subject.scopes)
    fitting = sorted(
        (row for row in held if row.profession == profession and _reaches(row.valid, subject)), key=lambda row: row.scope
    )
    cells = {_cell_key(row): row for row in _cells(fitting, at) if row.valid and _reaches(row.valid, subject)}
    shown = []
    for row in fitting:
        cell = cells.get((row.profession, *parts(row.scope)))
        shown.append(
            {
                "id": str(row.id),
                "scope": row.scope,
                "supervision": row.supervision,
                "valid": _bounds(row.valid),
                "sources": list(row.sources),
                "policy_version": cell.version if cell else None,
                "policy": _columns(cell, POLICY) if cell else None,
            }
        )
    return shown


def _cells(privileges: Sequence[Any], at: datetime) -> list[Any]:
    if not privileges:
        return []
    keys = [(row.profession, *parts(row.scope)) for row in privileges]
    return [
        row
        for row in rows_as_of(PolicyRow, at=at, kind=CELL, profession=keys[0][0], act__in={key[1] for key in keys})
        if _cell_key(row) in keys
    ]


def _cell_key(row: Any) -> tuple[str, ...]:
    return (row.profession, row.act, row.depth, row.region) if hasattr(row, "act") else (row.profession, *parts(row.scope))


def _supervision(subject: Subject, privileges: Iterable[dict[str, Any]], at: datetime) -> dict[str, Any]:
    """Who stood behind it: agreement, own privileges and licence, and presence where the level asks for it."""
    levels = {privilege["supervision"] for privilege in privileges} - {"none"}
    acts = {parts(privilege["scope"])[0] for privilege in privileges if privilege["supervision"] != "none"}
    agreements = [
        row
        for row in rows_as_of(SupervisionAgreement, at=at, supervisor=subject.supervisor, supervisee=subject.practitioner)
        if acts & set(row.acts) and row.valid_from <= subject.on <= row.valid_through
    ]
    present = [
        row
        for row in rows_as_of(Shift, at=at, practitioner=subject.supervisor, site=subject.site.pk)
        if _reaches(row.during, subject)
    ]
    return {
        "supervisor": _person(subject.supervisor, at),
        "profession": subject.supervisor_profession,
        "levels": sorted(levels),
        "agreements": [
            _columns(row, ("id", "acts", "level", "valid_from", "valid_through"))
            for row in sorted(agreements, key=lambda row: str(row.id))
        ],
        "licence": _licence(subject, subject.supervisor, subject.supervisor_profession, at),
        "policy": _privileges(subject, subject.supervisor, subject.supervisor_profession, at),
        "presence": [_bounds(row.during) for row in present] if levels & ON_SITE_LEVELS else [],
    }


def _consents(subject: Subject, at: datetime) -> list[dict[str, Any]]:
    """The last one of each kind that was signed by then and not withdrawn, with the hash of the text that was shown."""
    acts = {parts(key)[0] for key in subject.scopes}
    standing = [row for row in rows_as_of(Consent, at=at, patient=subject.patient) if row.withdrawn_at is None]
    last = {row.kind: row for row in sorted(standing, key=lambda row: row.signed_at) if row.kind in acts}
    rows = [last[kind] for kind in sorted(last)]
    texts = {row.id: row for row in rows_as_of(ConsentText, at=at, id__in={row.text_id for row in rows})} if rows else {}
    return [
        _columns(row, ("id", "kind", "text_sha256", "signer_role", "signer_name", "signed_at"))
        | {"text_version": texts[row.text_id].version if row.text_id in texts else None}
        for row in rows
    ]


def _lesions(subject: Subject, at: datetime) -> list[dict[str, Any]]:
    rows = sorted(rows_as_of(Lesion, at=at, id__in=subject.lesions), key=lambda row: str(row.id))
    names = {
        model: dict(model.objects.filter(pk__in={getattr(row, f"{field}_id") for row in rows}).values_list("pk", "code"))
        for model, field in ((BodySite, "body_site"), (MiliaType, "milia_type"), (Diagnosis, "diagnosis"))
    }
    return [
        _columns(row, [name for name in LESION if hasattr(row, name)])
        | {
            "body_site": names[BodySite].get(row.body_site_id),
            "milia_type": names[MiliaType].get(row.milia_type_id),
            "diagnosis": names[Diagnosis].get(row.diagnosis_id),
        }
        for row in rows
    ]


def _person(key: UUID, at: datetime) -> dict[str, str]:
    rows = rows_as_of(Practitioner, at=at, id=key)
    return {"id": str(key), "name": rows[0].name if rows else ""}


def _reaches(period: Any, subject: Subject) -> bool:
    begun = period.lower is None or period.lower < subject.end
    return begun and (period.upper is None or subject.start < period.upper)


def _bounds(period: Any) -> dict[str, str | None]:
    return {"start": period.lower and period.lower.isoformat(), "end": period.upper and period.upper.isoformat()}


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
