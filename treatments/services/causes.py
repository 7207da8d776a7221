"""Saying which earlier procedure of ours a lesion came from, and taking that back."""

from datetime import datetime

import pghistory
from django.db import transaction

from clinic.models import User
from clinic.services.changes import hold
from patients.models import Lesion
from patients.selectors.charts import family_of
from patients.selectors.clinicians import clinician_of
from patients.services.lesions import correct_lesion
from treatments.models import LesionCause, Procedure
from treatments.policies.causes import CAUSED_BY, COSMETIC, cause_refusals
from treatments.selectors.causes import cause_facts
from treatments.services.log.keeping import told_in_words
from treatments.services.plans import refuse


@transaction.atomic
def name_causing_procedure(*, actor: User, lesion: Lesion, procedure: Procedure, cause: str = "", now: datetime) -> LesionCause:
    """
    Say that a lesion came from that procedure, in place of any other.

    Without a `cause` the one on the chart stays where it is of that kind, else it becomes a cosmetic procedure.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises RuleBroken: `procedure_of_another_patient`, `procedure_unsigned`, `cause_mismatch`, `procedure_after_lesion`,
        all that hold; `lesion_merged`, once the lesion is part of another record.
    """
    teller = clinician_of(actor)
    hold(keys=family_of([lesion.pk]))
    row = Lesion.objects.get(pk=lesion.pk)
    wanted = cause or (row.cause if row.cause in CAUSED_BY else COSMETIC)
    refuse(cause_refusals(cause_facts(lesion=row, procedure=procedure, cause=wanted)))
    with pghistory.context(why="cause named"), told_in_words():
        LesionCause.objects.filter(lesion=row).exclude(procedure=procedure).delete()
        correct_lesion(actor=actor, lesion=row.pk, changes={"cause": wanted}, now=now)
        link, _ = LesionCause.objects.get_or_create(
            lesion=row,
            defaults={"patient_id": row.patient_id, "procedure": procedure, "told_by": teller, "told_at": now},
        )
    return link


@transaction.atomic
def withdraw_causing_procedure(*, actor: User, lesion: Lesion) -> None:
    """
    Say that the lesion did not come from a procedure of ours after all; the word for its cause stays. Repeated, it changes nothing.

    :raises NotAllowed: for somebody who is no active practitioner.
    """
    clinician_of(actor)
    with pghistory.context(why="cause taken back"):
        LesionCause.objects.filter(lesion=lesion).delete()
