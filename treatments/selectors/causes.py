"""What is known of a lesion's cause and of the procedure that is named for it."""

from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from clinic.errors import Refusal
from clinic.scopes import parts
from patients.models import Lesion
from treatments.models import LesionCause, Procedure
from treatments.policies.causes import CauseFacts, cause_refusals


def cause_of(lesion: UUID) -> LesionCause | None:
    """The procedure that the lesion came from, as somebody said; None where nobody did."""
    rows = LesionCause.objects.select_related("procedure__performed_by__user", "procedure__site", "told_by__user")
    return rows.prefetch_related("procedure__items__treatment").filter(lesion=lesion).first()


def cause_facts(*, lesion: Lesion, procedure: Procedure, cause: str) -> CauseFacts:
    """What the rules know of the two, were that the cause."""
    return CauseFacts(
        cause=cause,
        first_noted_on=lesion.first_noted_on,
        recorded_at=datetime.fromtimestamp((lesion.pk.int >> 80) / 1000, UTC),
        acts=acts_of(procedure),
        is_signed=procedure.is_signed,
        performed_on=procedure.performed_at.astimezone(procedure.site.zone).date(),
        performed_at=procedure.performed_at,
        is_the_patients=procedure.patient_id == lesion.patient_id,
    )


def acts_of(procedure: Procedure) -> frozenset[str]:
    """Everything that was done."""
    rows = procedure.items.values_list("act", "scopes")
    return frozenset(chain.from_iterable((act, *(parts(scope)[0] for scope in scopes)) for act, scopes in rows))


def contradicted_cause(lesion: Lesion) -> list[Refusal]:
    """Why the lesion, as it is about to be charted, does not go with the procedure that it is said to come from."""
    link = cause_of(lesion.pk)
    return cause_refusals(cause_facts(lesion=lesion, procedure=link.procedure, cause=lesion.cause)) if link else []
