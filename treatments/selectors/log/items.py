"""What a log says, read from its rows: as it is asked of the catalogue and the chart, and as the gates are told it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from clinic.scopes import DEPTH_RANK, PIERCING
from treatments.models import Procedure, ProcedureItem, ProcedureOutcome
from treatments.models.procedures import SIGNED
from treatments.policies.gates.shape import LANCET
from treatments.policies.log.facts import Checklist, LoggedItem, OutcomeFacts, PeelFacts
from treatments.policies.log.gates import REVIEW
from treatments.selectors.work import Asked, Work


def asked_of(item: ProcedureItem) -> Asked:
    """The item as work that is asked for, at the deepest that anybody told."""
    outcomes = list(item.outcomes.all())
    told = [depth for depth in (item.reached, *(outcome.reached for outcome in outcomes)) if depth]
    return Asked(
        treatment=item.treatment.code,
        lesions=tuple(outcome.lesion_id for outcome in outcomes),
        body_site=item.body_site.code if item.body_site else None,
        depth=max(told, key=DEPTH_RANK.__getitem__) if told else None,
    )


def judged_as(work: Work) -> list[tuple[str, str, str, list[str]]]:
    """For each item of the work its first act, depth and region, and every scope that was done."""
    return [
        (first.act, first.depth, first.region, sorted({row.scope for row in line.rows}))
        for line in work.lines
        for first in line.rows[:1]
    ]


def logged_items(items: Sequence[ProcedureItem], work: Work, procedure: Procedure) -> tuple[LoggedItem, ...]:
    """The items as the gates at the log are told them."""
    lesions = [outcome.lesion_id for item in items for outcome in item.outcomes.all()]
    tried = _last_tried(lesions, procedure)
    pierced = _pierced(lesions, procedure) if any(REVIEW in facts.acts for facts in work.items) else set()
    return tuple(
        LoggedItem(
            facts=facts,
            checklist=Checklist(
                cleansed=item.cleansed,
                sterile=item.sterile,
                single_use=item.single_use,
                sharps_disposed_at=item.sharps_disposed_at,
            ),
            lots=tuple(instrument.get("lot", "") for instrument in item.instruments),
            outcomes=tuple(_outcome(outcome, tried.get(outcome.lesion_id)) for outcome in item.outcomes.all()),
            peel=_peel(item),
            settings=frozenset(item.settings),
            eye_protection=bool(item.settings.get("laser", {}).get("eye_protection")),
            corneal_shield=bool(item.settings.get("laser", {}).get("corneal_shield")),
            after_piercing=any(outcome.lesion_id in pierced for outcome in item.outcomes.all()),
        )
        for item, facts in zip(items, work.items, strict=True)
    )


def _outcome(outcome: ProcedureOutcome, last_tried_at: datetime | None) -> OutcomeFacts:
    return OutcomeFacts(
        lesion_id=str(outcome.lesion_id),
        result=outcome.result,
        attempts=outcome.attempts,
        seconds=outcome.seconds,
        last_tried_at=last_tried_at,
    )


def _peel(item: ProcedureItem) -> PeelFacts | None:
    form = item.settings.get("peel")
    if not form:
        return None
    return PeelFacts(
        agent=form["agent"],
        percent=Decimal(form["percent"]),
        ph=Decimal(form["ph"]),
        layers=form["layers"],
        minutes=Decimal(form["minutes"]),
        sunscreen_advice=form["sunscreen_advice"],
    )


def _signed_before(lesions: Sequence[UUID], procedure: Procedure) -> QuerySet[ProcedureOutcome]:
    """The earlier outcomes of these lesions by the signed logs, `lasting` being the lesion; merged records count with it."""
    return (
        ProcedureOutcome.objects.annotate(lasting=Coalesce("lesion__merged_into", "lesion"))
        .filter(procedure__status=SIGNED, procedure__performed_at__lt=procedure.performed_at)
        .filter(Q(lesion__in=lesions) | Q(lesion__merged_into__in=lesions))
        .exclude(procedure=procedure.pk)
    )


def _last_tried(lesions: Sequence[UUID], procedure: Procedure) -> dict[UUID, datetime]:
    """When somebody last tried to extract each lesion."""
    rows = _signed_before(lesions, procedure).filter(attempts__gt=0, item__act=LANCET)
    return dict(rows.values_list("lasting").annotate(Max("procedure__performed_at")))


def _pierced(lesions: Sequence[UUID], procedure: Procedure) -> set[UUID]:
    """The lesions that were pierced here before."""
    rows = _signed_before(lesions, procedure).filter(item__act__in=PIERCING).exclude(result="not_done")
    return set(rows.values_list("lasting", flat=True))
