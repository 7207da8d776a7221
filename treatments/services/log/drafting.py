"""Drafts of the log: written and rewritten by practitioners, and never lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict, Malformed, RuleBroken, by_gate
from clinic.models import Practitioner, User
from patients.selectors.clinicians import clinician_of
from treatments.models import Addendum, Complication, Encounter, Procedure, ProcedureItem, ProcedureOutcome
from treatments.policies.gates.shape import shape_refusals
from treatments.policies.log.facts import FORM_OF
from treatments.selectors.log.items import judged_as
from treatments.selectors.log.judgement import window_of
from treatments.selectors.work import Asked, Line, Work, work_of
from treatments.services.log.keeping import told_in_words

MINUTE = timedelta(minutes=1)
ANOTHERS = "lesion_of_another_patient"


@dataclass(frozen=True, kw_only=True)
class NewOutcome:
    """How one lesion came out; `seconds` is the longest press, `depth` the depth reached where it went beyond the chart."""

    lesion: UUID
    result: str = ""
    reason: str = ""
    attempts: int | None = None
    seconds: int | None = None
    depth: str = ""


@dataclass(frozen=True, kw_only=True)
class NewComplication:
    """What went wrong, with a word that says what kind of thing it is."""

    kind: str
    severity: str = "mild"
    lesion: UUID | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """One treatment as it was done; `settings` holds the forms of its act by name, `checklist` the steps of asepsis."""

    treatment: str
    lesions: tuple[UUID, ...] = ()
    body_site: str | None = None
    depth: str = ""
    outcomes: tuple[NewOutcome, ...] = ()
    checklist: dict[str, Any] = field(default_factory=dict)
    instruments: tuple[dict[str, str], ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NewLog:
    """What somebody says was done; without an end the minutes of the catalogue count, without days their downtime."""

    performed_by: Practitioner
    performed_at: datetime
    ended_at: datetime | None = None
    supervisor: Practitioner | None = None
    items: tuple[NewItem, ...] = ()
    complications: tuple[NewComplication, ...] = ()
    anaesthesia: str = "none"
    downtime_days: int | None = None
    aftercare: str = ""
    note: str = ""


@transaction.atomic
def draft_procedure(*, actor: User, encounter: Encounter, log: NewLog, now: datetime) -> Procedure:
    """
    Begin the log of what was done in a stay; what is missing or wrong keeps it from being signed, not from being kept.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition`, for a stay that was cancelled.
    :raises RuleBroken: `lesion_of_another_patient`, `treatment_not_offered`.
    :raises Malformed: when an item lacks what its treatment needs.
    """
    clinician_of(actor)
    if encounter.status == "cancelled":
        raise Conflict("illegal_transition", "This stay was cancelled: nothing was done in it.")
    work = _work(encounter, log)
    procedure = Procedure(encounter=encounter, patient=encounter.patient, site=encounter.site, drafted_by=actor, drafted_at=now)
    _write(procedure, log, work, now)
    return procedure


@transaction.atomic
def revise_procedure(*, actor: User, procedure: Procedure, log: NewLog, now: datetime) -> Procedure:
    """
    Write the draft anew, as a whole; the earlier words stay in its history.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition`, once it is signed.
    :raises RuleBroken: as for a new one.
    """
    clinician_of(actor)
    procedure = locked(procedure)
    if procedure.is_signed:
        raise Conflict("illegal_transition", "This log is signed: it takes addenda, and no changes.")
    work = _work(procedure.encounter, log)
    procedure.items.all().delete()
    procedure.complications.all().delete()
    _write(procedure, log, work, now)
    return procedure


def locked(procedure: Procedure) -> Procedure:
    """The log as it is now, kept from everybody else until the transaction ends."""
    rows = Procedure.objects.select_related(
        "encounter", "patient__registered_site", "site", "performed_by__user", "supervisor__user"
    )
    return rows.select_for_update(of=("self",)).get(pk=procedure.pk)


def _work(encounter: Encounter, log: NewLog) -> Work:
    """The items by catalogue and chart; a lesion of somebody else never comes into a log, not even into a draft."""
    if log.supervisor == log.performed_by:
        raise Malformed({"supervisor": "Nobody supervises themselves."})
    try:
        work = work_of(patient=encounter.patient, site=encounter.site, asked=[_asked(item) for item in log.items])
    except Malformed as error:
        fields = {field.replace("treatments", "items", 1): detail for field, detail in error.fields.items()}
        raise Malformed(fields) from error
    foreign = [reason for reason in shape_refusals(patient=work.facts, items=work.items) if reason.code == ANOTHERS]
    if foreign:
        raise RuleBroken(foreign[0].code, foreign[0].detail, reasons=by_gate(foreign))
    for place, (item, facts) in enumerate(zip(log.items, work.items, strict=True)):
        surplus = set(item.settings) - {FORM_OF[act] for act in facts.acts if act in FORM_OF}
        if surplus:
            raise Malformed({f"items[{place}].{sorted(surplus)[0]}": f"{facts.treatment.name} has no such form."})
    return work


def _asked(item: NewItem) -> Asked:
    return Asked(treatment=item.treatment, lesions=item.lesions, body_site=item.body_site)


def _write(procedure: Procedure, log: NewLog, work: Work, now: datetime) -> None:
    procedure.performed_by, procedure.supervisor = log.performed_by, log.supervisor
    procedure.performed_at, procedure.ended_at = log.performed_at, _end(procedure.encounter, log, work, now)
    procedure.anaesthesia, procedure.aftercare, procedure.note = log.anaesthesia, log.aftercare, log.note
    usual = max(line.treatment.downtime_days for line in work.lines)
    procedure.downtime_days = usual if log.downtime_days is None else log.downtime_days
    procedure.save()
    shapes = zip(log.items, work.lines, judged_as(work), strict=True)
    for number, (item, line, (act, depth, region, scopes)) in enumerate(shapes, start=1):
        disposed_at = item.checklist.get("sharps_disposed_at")
        row = ProcedureItem.objects.create(
            procedure=procedure,
            patient_id=procedure.patient_id,
            number=number,
            treatment=line.treatment,
            body_site=line.body_site,
            act=act,
            depth=depth,
            region=region,
            scopes=scopes,
            reached=item.depth,
            cleansed=item.checklist.get("cleansed"),
            sterile=item.checklist.get("sterile"),
            single_use=item.checklist.get("single_use"),
            sharps_disposed_at=disposed_at,
            sharps_disposed_by=log.performed_by if disposed_at else None,
            instruments=list(item.instruments),
            settings=item.settings,
            note=item.note,
        )
        _tell_outcomes(row, item, line)
    tell_complications(procedure, log.complications)


def _end(encounter: Encounter, log: NewLog, work: Work, now: datetime) -> datetime:
    """As told; else after the usual minutes, as far as these are over."""
    if log.ended_at:
        return log.ended_at
    _, latest = window_of(encounter, now=now)
    return max(log.performed_at + MINUTE, min(log.performed_at + work.minutes * MINUTE, latest))


def _tell_outcomes(row: ProcedureItem, item: NewItem, line: Line) -> None:
    """One for each lesion; a record that became part of another is told under the one that lasts."""
    told = {outcome.lesion: outcome for outcome in item.outcomes}
    lasting = {lesion.pk: told.get(named) for named, lesion in zip(item.lesions, line.lesions, strict=True)}
    if len(lasting) < len(item.lesions):
        raise Malformed({f"items[{row.number - 1}].lesions": "Two of these records are one lesion."})
    ProcedureOutcome.objects.bulk_create(
        ProcedureOutcome(
            item=row,
            procedure_id=row.procedure_id,
            patient_id=row.patient_id,
            lesion_id=lesion,
            result=outcome.result,
            reason=outcome.reason,
            attempts=_attempts(outcome),
            seconds=outcome.seconds,
            reached=outcome.depth,
        )
        for lesion, outcome in ((lesion, outcome or NewOutcome(lesion=lesion)) for lesion, outcome in lasting.items())
    )


def _attempts(outcome: NewOutcome) -> int:
    """One where nobody counted, none where nothing was done."""
    if outcome.attempts is not None:
        return outcome.attempts
    return 0 if outcome.result in {"", "not_done"} else 1


def tell_complications(
    procedure: Procedure, complications: Sequence[NewComplication], *, addendum: Addendum | None = None
) -> None:
    """
    Add what went wrong, with the addendum that tells it where the log is signed.

    :raises RuleBroken: `lesion_of_another_patient`.
    """
    with told_in_words():
        Complication.objects.bulk_create(
            Complication(
                procedure=procedure,
                patient_id=procedure.patient_id,
                addendum=addendum,
                lesion_id=complication.lesion,
                kind=complication.kind,
                severity=complication.severity,
                note=complication.note,
            )
            for complication in complications
        )
