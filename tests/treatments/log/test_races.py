"""Signing, editing and adding at the same time, over real connections."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.errors import Conflict
from tests import clinic_world as world
from tests.clinic_world import NOW
from tests.committed import committed
from tests.factories_log import HALF_AN_HOUR, a_stay, done, drafted, extracted
from treatments.models import Procedure
from treatments.services.log.drafting import revise_procedure
from treatments.services.log.signing import sign_procedure

LATER = NOW + HALF_AN_HOUR


@pytest.fixture
def draft(django_db_setup: None, django_db_blocker: Any) -> Iterator[Procedure]:
    with django_db_blocker.unblock(), committed():
        clinic = world.a_small_clinic(rooms=1)
        yield drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))


def sign(draft: Procedure) -> Procedure:
    return sign_procedure(actor=draft.performed_by.user, procedure=draft, now=LATER)


def outcome_of(act: Callable[[], object]) -> str:
    """What became of it, done on the connection of this thread."""
    try:
        act()
    except Conflict as refused:
        return refused.code
    else:
        return "done"
    finally:
        connection.close()


def test_of_many_signatures_at_once_one_counts(draft):
    together = Barrier(6)

    def attempt() -> str:
        together.wait(10)
        return outcome_of(lambda: sign(draft))

    with ThreadPoolExecutor(6) as pool:
        answers = [answer.result(60) for answer in [pool.submit(attempt) for _ in range(6)]]

    assert sorted(answers) == ["done", *["illegal_transition"] * 5]


def test_an_edit_comes_before_the_signature_or_not_at_all(draft):
    together = Barrier(2)
    lesion = draft.outcomes.get().lesion
    log = done(draft.performed_by, extracted(lesion), note="As edited.")

    def edit() -> str:
        together.wait(10)
        return outcome_of(lambda: revise_procedure(actor=draft.performed_by.user, procedure=draft, log=log, now=LATER))

    def bind() -> str:
        together.wait(10)
        return outcome_of(lambda: sign(draft))

    with ThreadPoolExecutor(2) as pool:
        edited, signed = (answer.result(60) for answer in [pool.submit(edit), pool.submit(bind)])

    row = Procedure.objects.get(pk=draft.pk)
    assert (signed, row.status) == ("done", "signed")
    assert row.note == ("As edited." if edited == "done" else "")


def test_nothing_slips_in_while_a_signature_is_in_flight(draft):
    signed = Event()

    def slip_in() -> None:
        signed.wait(10)
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO treatments_complication (procedure_id, patient_id, kind, severity, note)"
                    " SELECT id, patient_id, 'scar', 'mild', '' FROM treatments_procedure"
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            slipping = pool.submit(slip_in)
            sign(draft)
            signed.set()
            sleep(0.3)
        with pytest.raises(DatabaseError) as refused:
            slipping.result(10)

    assert refused.value.__cause__.diag.constraint_name == "signed_procedure_is_not_changed"
