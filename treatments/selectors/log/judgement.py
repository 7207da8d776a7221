"""One log judged as a whole, at the time of the work: whether it may be signed, and every reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from clinic.errors import Refusal, by_gate
from patients.selectors.charts import family_of
from treatments.models import Encounter, OrderItem, Procedure, ProcedureItem
from treatments.models.orders import ACTIVE, USED
from treatments.policies.gates.findings import INFO, WARN
from treatments.policies.gates.judgement import judge
from treatments.policies.log.facts import Logged
from treatments.policies.log.gates import log_refusals, log_warnings
from treatments.selectors.consents import consent_refusals
from treatments.selectors.log.items import asked_of, logged_items
from treatments.selectors.log.standing import Standing, standing_of
from treatments.selectors.performers import Slot
from treatments.selectors.work import Row, Work, work_of

AT_THE_LOG = frozenset({"G09", "G10", "G11", "G13", "G26", "G30"})
"""Of the gates that every visit passes, those that are asked again of what was done; the rest were weighed before."""
OF_A_REQUEST = frozenset({"too_many_treatments", "too_long", "too_short"})
EARLY = timedelta(hours=12)
"""So long before the check-in somebody may have begun."""


@dataclass(frozen=True, kw_only=True)
class LogJudgement:
    """What a log rests on; it may be signed when there are no reasons."""

    work: Work
    slot: Slot
    standing: Standing
    reasons: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def judge_log(*, procedure: Procedure, now: datetime) -> LogJudgement:
    """
    Judge the log by the chart as it stands, and by papers, supervision and consents as they were when the work was done.

    :raises Malformed: when an item lacks what its treatment needs.
    :raises RuleBroken: `treatment_not_offered`.
    """
    items = list(procedure.items.select_related("treatment", "body_site").prefetch_related("outcomes").order_by("number"))
    work = work_of(patient=procedure.patient, site=procedure.site, asked=[asked_of(item) for item in items])
    during = DateTimeTZRange(procedure.performed_at, procedure.ended_at)
    slot = Slot(start=procedure.performed_at, end=procedure.ended_at, blocked=during)
    standing = standing_of(
        practitioner=procedure.performed_by,
        work=work,
        slot=slot,
        supervisor=procedure.supervisor_id,
        preferred=_planned_supervisor(procedure.encounter),
    )
    acts = {row.act for row in work.rows}
    consents = consent_refusals(patient=procedure.patient, acts=acts, at=procedure.performed_at)
    logged = _logged(procedure, items, work, standing, now)
    weighed, remarks = _patients_own(work, procedure)
    reasons = [*weighed, *standing.refusals, *consents, *log_refusals(logged), *_unplanned(work, procedure, standing)]
    return LogJudgement(
        work=work,
        slot=slot,
        standing=standing,
        reasons=tuple(by_gate(reasons)),
        warnings=tuple(by_gate([*remarks, *log_warnings(logged)])),
    )


def _logged(procedure: Procedure, items: Sequence[ProcedureItem], work: Work, standing: Standing, now: datetime) -> Logged:
    earliest, latest = window_of(procedure.encounter, now=now)
    return Logged(
        items=logged_items(items, work, procedure),
        start=procedure.performed_at,
        end=procedure.ended_at,
        earliest=earliest,
        latest=latest,
        booked=frozenset(procedure.encounter.plan.get("treatments", [])),
        requires=standing.requires,
        regions=frozenset(row.region for row in work.rows),
    )


def window_of(encounter: Encounter, *, now: datetime) -> tuple[datetime, datetime]:
    """From when until when work belongs to this stay: around its visit, and not beyond now."""
    starts, ends = (parse_datetime(encounter.plan.get(name) or "") for name in ("start", "end"))
    return min(filter(None, (encounter.started_at, starts))) - EARLY, max(filter(None, (now, ends)))


def _patients_own(work: Work, procedure: Procedure) -> tuple[list[Refusal], list[Refusal]]:
    """What speaks against the work in the chart: what is asked at the log refuses, all else is remarked."""
    on = procedure.performed_at.astimezone(procedure.site.zone).date()
    judgement = judge(patient=work.facts, items=work.items, on=on)
    found = [reason for reason in judgement.refusals if reason.code not in OF_A_REQUEST]
    refused = [reason for reason in found if not reason.gate or reason.gate in AT_THE_LOG]
    remarks = [replace(reason, severity=WARN) for reason in found if reason not in refused]
    return refused, [*remarks, *(warning for warning in judgement.warnings if warning.severity != INFO)]


def _planned_supervisor(encounter: Encounter) -> UUID | None:
    planned = encounter.plan.get("supervisor")
    return UUID(planned) if planned else None


def _unplanned(work: Work, procedure: Procedure, standing: Standing) -> list[Refusal]:
    """Restricted work beyond what was booked: on the performer's own authority, or on an order of that time."""
    planned = {tuple(item) for item in procedure.encounter.plan.get("places", [])}
    leaning = [row for row in work.rows if row.restricted and standing.levels.get(row.scope) != "none"]
    extra = [] if standing.refusals else [row for row in leaning if planned.isdisjoint(_places(row, _records(row)))]
    lacking = [row for row in extra if not _is_ordered(row, _records(row), procedure)]
    if not lacking:
        return []
    return [
        Refusal(
            code="order_required",
            gate="G29",
            detail=f"{lacking[0].treatment.name} was not part of the visit at a place that is logged, and nobody ordered it.",
            source="Clinic policy: work that pierces the skin, or is hands-on at the eyelid, is booked by those licensed for it"
            " or on their order",
            mend="Have it added to the visit, or ordered, by a practitioner who holds it at this site; else report an incident.",
        )
    ]


def _records(row: Row) -> list[UUID]:
    """The records that are this lesion: its own, and those that became part of it."""
    return family_of([row.lesion.id]) if row.lesion else []


def _places(row: Row, records: Sequence[UUID]) -> set[tuple[str, str]]:
    """As what the visit may have planned it: of the lesion under any of its names, or at its body site."""
    place = row.lesion.body_site if row.lesion else row.body_site
    names = [*map(str, records), place.code if place else ""]
    return {(row.treatment.code, name) for name in names}


def _is_ordered(row: Row, records: Sequence[UUID], procedure: Procedure) -> bool:
    return OrderItem.objects.filter(
        Q(lesion__in=records) if row.lesion else Q(lesion=None),
        order__patient=procedure.patient_id,
        order__site=procedure.site_id,
        order__status__in=(ACTIVE, USED),
        order__signed_at__lte=procedure.performed_at,
        order__expires_at__gt=procedure.performed_at,
        treatment=row.treatment,
        body_site=row.body_site,
        scope=row.scope,
    ).exists()
