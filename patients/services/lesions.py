"""Noting lesions, and correcting what describes them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from clinic.errors import Malformed, NotAllowed, NotFound, RuleBroken
from clinic.models import User
from clinic.models.people import MEDICAL_DIRECTOR, PRACTITIONER
from clinic.scopes import DEPTH_RANK, UNKNOWN, judged_depth
from clinic.selectors.people import has_role
from patients.models import BodySite, Diagnosis, Lesion, MiliaType, Patient
from patients.policies.charts import require_place
from patients.policies.courses import require_lesion_step
from patients.policies.findings import LesionState, require_may_loosen
from patients.policies.sides import LID_SIDES, side_of
from patients.selectors.charts import are_followed, family_of
from patients.selectors.clinicians import clinician_of
from patients.services.changes import alone, ripple
from patients.services.courses import came_back, require_lasting, tell_settled
from patients.signals import description_coming, lesion_noted, lesion_reclassified

M = TypeVar("M", Diagnosis, MiliaType)
CLINICIANS = frozenset({PRACTITIONER, MEDICAL_DIRECTOR})
TOLD = (
    "size_mm",
    "count",
    "first_noted_on",
    "chart",
    "x",
    "y",
    "colour",
    "hard",
    "dome_shaped",
    "painful",
    "red",
    "clustered",
    "picked",
    "products",
    "cause",
    "cause_note",
)
DESCRIBING = frozenset(TOLD) | {"status", "body_site", "laterality", "depth", "milia_type"}
ORIGIN = frozenset({"cause", "first_noted_on"})
"""What the procedure that a lesion came from has to go with."""
JUDGED = (
    "region",
    "region_verified",
    "depth",
    "milia_type",
    "diagnosis",
    "diagnosis_certainty",
    "suspicious",
    "plaque_reviewed",
)


@dataclass(frozen=True, kw_only=True)
class NewLesion:
    """
    A lesion as it is told: codes for body site and type, `laterality` left, right, midline, bilateral or blank.

    `recurrence_of` is the resolved lesion that came back in it; `picked` says that somebody has worked at it, `products`
    what was put on the skin before.
    """

    body_site: str
    laterality: str = ""
    depth: str = UNKNOWN
    milia_type: str | None = None
    size_mm: Decimal | None = None
    count: int = 1
    first_noted_on: date | None = None
    chart: str = ""
    x: float | None = None
    y: float | None = None
    colour: str = ""
    hard: bool | None = None
    dome_shaped: bool | None = None
    painful: bool | None = None
    red: bool | None = None
    clustered: bool | None = None
    picked: bool | None = None
    products: str = ""
    cause: str = ""
    cause_note: str = ""
    recurrence_of: UUID | None = None


@transaction.atomic
def note_lesion(*, actor: User, patient: Patient, lesion: NewLesion, now: datetime) -> Lesion:
    """
    Record a lesion at a body site, its region unverified and its diagnosis open.

    How shallow it lies is a clinician's to say: told by anybody else, the depth stays unknown, which is judged as dermal.

    :raises RuleBroken: `split_by_side`, for both sides at once; `lesion_of_another_patient`, for a recurrence of one.
    :raises Conflict: `illegal_transition`, for a recurrence of what was never resolved.
    :raises NotAllowed: for a recurrence noted by somebody who is no practitioner.
    :raises Malformed: when the side or the place on the chart does not fit.
    :raises NotFound: for an unknown body site or type.
    """
    body_site = body_site_coded(lesion.body_site)
    side = side_of(body_site=body_site.code, laterality=lesion.laterality)
    require_place(chart=lesion.chart, x=lesion.x, y=lesion.y, body_site=body_site.code, region=body_site.region, side=side)
    row = Lesion.objects.create(
        patient=patient,
        body_site=body_site,
        laterality=side,
        region=body_site.region,
        depth=lesion.depth if has_role(actor, CLINICIANS) or not _is_shallow(lesion.depth) else UNKNOWN,
        milia_type=word_coded(MiliaType, lesion.milia_type, field="milia_type"),
        recurrence_of=_came_back(actor, patient, lesion.recurrence_of, now),
        **{name: getattr(lesion, name) for name in TOLD},
    )
    lesion_noted.send(sender=None, lesion=row, now=now)
    return row


def correct_lesion(*, actor: User, lesion: UUID, changes: Mapping[str, Any], now: datetime) -> tuple[Lesion, list[UUID]]:
    """
    Change what describes a lesion, and move the visits that no longer fit it; answers the lesion and their ids.

    A change may tighten what is judged (nearer to the eye, deeper, neonatal or en plaque), never loosen it: an
    assessment does that.

    :raises NotAllowed: for somebody who is no practitioner, and for whatever loosens a rule.
    :raises RuleBroken: `split_by_side`; `lesion_merged`, once it is part of another record; with every reason why it could
        not come any more from the procedure that is named as its cause.
    :raises Conflict: `illegal_transition`, for a status that does not follow.
    :raises Malformed: when the side or the place on the chart does not fit.
    """
    clinician_of(actor)
    with alone(keys=family_of([lesion])):
        row = held_lesions([lesion])[0]
        require_lasting([row])
        before = state_of(row)
        _apply(row, changes)
        if ORIGIN & set(changes):
            _require_origin(row)
        after = state_of(row)
        require_may_loosen(before, after, profession=None)
        row.save(update_fields=[*_columns(changes), "region", "region_verified", "plaque_reviewed"])
        moved = [] if before == after else reclassified([row], actor=actor, reason="lesion_corrected", now=now)
        if "status" in changes:
            tell_settled(lesions=[row], now=now)
    row.refresh_from_db()
    return row, moved


def held_lesions(keys: list[UUID]) -> list[Lesion]:
    """The lesions as they are now, locked, by id; the caller holds them."""
    rows = Lesion.objects.select_related("patient__registered_site", "body_site", "milia_type", "diagnosis")
    return list(rows.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def state_of(lesion: Lesion) -> LesionState:
    """What rules judge about it."""
    return LesionState(
        region=lesion.region,
        region_verified=lesion.region_verified,
        depth=lesion.depth,
        milia_type=lesion.milia_type.code if lesion.milia_type else None,
        diagnosis=lesion.diagnosis.code if lesion.diagnosis else None,
        certainty=lesion.diagnosis_certainty,
        suspicious=lesion.suspicious,
        plaque_reviewed=lesion.plaque_reviewed,
    )


def reclassified(lesions: Collection[Lesion], *, actor: User, reason: str, now: datetime) -> list[UUID]:
    """Bring what was merged into these lesions to what they are now, and move the visits that leaned on what they were."""
    if not lesions:
        return []
    for lesion in lesions:
        Lesion.objects.filter(merged_into=lesion).update(**{name: getattr(lesion, name) for name in JUDGED})
    keys = frozenset(family_of([lesion.pk for lesion in lesions]))
    return ripple(lesion_reclassified, lesions=keys, actor=actor, reason=reason, now=now)


def body_site_coded(code: str) -> BodySite:
    """
    The body site of that code.

    :raises NotFound: if there is none.
    """
    row = BodySite.objects.filter(code=code).first()
    if row is None:
        raise NotFound
    return row


def word_coded(model: type[M], code: str | None, *, field: str) -> M | None:
    """
    The diagnosis or type of that code, None for no code.

    :raises Malformed: naming the field, if there is none.
    """
    row = model.objects.filter(code=code).first() if code else None
    if code and row is None:
        raise Malformed({field: "There is no such code."})
    return row


def _apply(row: Lesion, changes: Mapping[str, Any]) -> None:
    """Write the changes onto the row; a new body site brings its region, unverified."""
    unknown = set(changes) - DESCRIBING
    if unknown:
        raise NotAllowed("not_permitted", f"An assessment changes these: {', '.join(sorted(unknown))}.")
    values = dict(changes)
    if "status" in values:
        require_lesion_step(row.status, values["status"], is_followed=are_followed([row.pk]))
    if "milia_type" in values:
        values["milia_type"] = word_coded(MiliaType, values["milia_type"], field="milia_type")
    if "body_site" in values:
        values["body_site"] = body_site_coded(values["body_site"])
        row.region, row.region_verified = values["body_site"].region, False
    for name, value in values.items():
        setattr(row, name, value)
    if {"body_site", "laterality"} & set(values):
        told = "laterality" in values or row.body_site.code not in LID_SIDES
        row.laterality = side_of(body_site=row.body_site.code, laterality=row.laterality if told else "")
    if row.milia_type is None or row.milia_type.code != "en_plaque":
        row.plaque_reviewed = False
    if {"body_site", "laterality", "chart", "x", "y"} & set(values):
        site, side = row.body_site, row.laterality
        require_place(chart=row.chart, x=row.x, y=row.y, body_site=site.code, region=site.region, side=side)


def _require_origin(row: Lesion) -> None:
    reasons = [reason for _, told in description_coming.send(sender=None, lesion=row) for reason in told or ()]
    if reasons:
        raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons)


def _columns(changes: Mapping[str, Any]) -> set[str]:
    return set(changes) | ({"laterality"} if "body_site" in changes else set())


def _came_back(actor: User, patient: Patient, lesion: UUID | None, now: datetime) -> Lesion | None:
    return came_back(actor=actor, patient=patient, lesion=lesion, now=now) if lesion else None


def _is_shallow(depth: str) -> bool:
    return DEPTH_RANK[judged_depth(depth)] < DEPTH_RANK[judged_depth(UNKNOWN)]
