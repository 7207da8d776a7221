"""
Who may have done what: the log and the database against the oracle that reads the matrix by code of its own.

Every cell of the matrix is logged with all papers in order; what is permitted is logged again with each paper missing in turn.
"""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.models import Practitioner
from patients.models import Lesion
from tests import clinic_world as world
from tests.factories_log import FORMS, a_stay, consented, drafted, extracted
from tests.journeys.test_licence_matrix import PROFESSIONS, Stage, a_stage, cases, expected, staffed
from treatments.models import Procedure, Treatment
from treatments.selectors.log.judgement import judge_log

SIGNATURE = """
UPDATE treatments_procedure
   SET status = 'signed', signed_by_id = performed_by_id, signed_at = now(), profession = %(profession)s,
       supervision = %(level)s, supervisor_id = %(supervisor)s, supervisor_profession = 'dermatologist',
       cosign_due_at = CASE WHEN %(supervisor)s::uuid IS NOT NULL THEN now() END
 WHERE id = %(id)s
"""
AUTHORITY = {
    "logged_performer_is_privileged",
    "logged_work_is_supervised",
    "logged_supervisor_has_agreed",
    "logged_supervisor_is_privileged",
    "logged_supervisor_is_on_site",
}


class _Undo(Exception):
    pass


def logged(stage: Stage, person: Practitioner, treatment: Treatment, lesion: Lesion, key: tuple[str, str, str]) -> Procedure:
    """The draft of half an hour of such work, by the book and as the visit had planned it."""
    stay = a_stay(lesion.patient, person, site=stage.site, at=stage.start, places=[[treatment.code, str(lesion.pk)]])
    work = extracted(lesion, treatment=treatment.code, settings=FORMS.get(key[0], {}))
    return drafted(stay, person, work)


def stored_refusal(draft: Procedure, profession: str, level: str, supervisor: Practitioner) -> str:
    """The constraint that refuses the signature when it is written past all services; empty where it is accepted."""
    named = {
        "id": draft.pk,
        "profession": profession,
        "level": level,
        "supervisor": supervisor.pk if level != "none" else None,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SIGNATURE, named)
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or str(error)
    return ""


def compared(stage: Stage, profession: str, state: str) -> tuple[list, int]:
    """The logs about which the product answers otherwise than the oracle, and how many there were."""
    people: dict[str, Practitioner] = {}
    wrong, asked = [], 0
    for variant, key in cases(profession, state):
        asked += 1
        person = people.get(variant) or people.setdefault(variant, staffed(stage, profession, variant))
        level = expected(profession, state, variant, key)
        supervisor = stage.absent if variant == "with the supervisor away" else stage.boss
        treatment, lesion = stage.treatment(key), stage.lesion(stage.patient(profession, key), key)
        try:
            with transaction.atomic():
                draft = logged(stage, person, treatment, lesion, key)
                reasons = world.codes(judge_log(procedure=draft, now=draft.ended_at).reasons)
                stored = stored_refusal(draft, profession, level or "none", supervisor)
                raise _Undo
        except _Undo:
            pass
        if bool(reasons) == (level is not None):
            wrong.append((profession, variant, key, f"oracle: {level}", f"log: {reasons}"))
        if stored not in (AUTHORITY if level is None else {""}):
            wrong.append((profession, variant, key, f"oracle: {level}", f"database: {stored}"))
    return wrong, asked


@pytest.mark.django_db
@pytest.mark.parametrize("profession", PROFESSIONS)
def test_log_and_database_agree_with_the_matrix(profession):
    stage = a_stage(world.open_clinic(rooms=1))
    for patient in (stage.adult, stage.child):
        consented(patient)

    wrong, asked = compared(stage, profession, "US-OH")

    assert wrong == []
    assert asked >= 64
