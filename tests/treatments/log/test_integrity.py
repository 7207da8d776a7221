"""Signed logs that somebody changed, or made, while triggers were switched off."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from patients.models import Consent
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import HALF_AN_HOUR, a_stay, consented, drafted, extracted
from tests.factories_records import as_told
from treatments.models import Procedure, ProcedureItem, ProcedureOutcome
from treatments.selectors.log.integrity import unsound_logs
from treatments.services.log.drafting import NewComplication
from treatments.services.log.signing import add_addendum, cosign_procedure, sign_procedure

pytestmark = pytest.mark.django_db
ALTERED, UNPROVEN = "signed_logs_are_as_they_were_signed", "signed_logs_match_their_decision"
UNSUPERVISED, UNCONSENTED = "supervised_logs_have_their_supervisor", "logged_work_was_consented_to"


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


@pytest.fixture
def log(clinic) -> Procedure:
    draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))
    return sign_procedure(actor=clinic.derm.user, procedure=draft, now=NOW + HALF_AN_HOUR)


@pytest.fixture
def supervised(clinic) -> Procedure:
    pa = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
    world.agree(clinic.derm, pa)
    lesion = world.charted(clinic.patient)
    world.order(clinic.derm, clinic.patient, [lesion])
    draft = drafted(a_stay(clinic.patient, pa), pa, extracted(lesion), at=NOW + HALF_AN_HOUR)
    return sign_procedure(actor=pa.user, procedure=draft, now=NOW + 2 * HALF_AN_HOUR)


def found() -> set[tuple[str, str]]:
    return {(promise, str(key)) for promise, key, _ in unsound_logs()}


def test_find_nothing_where_the_services_wrote(clinic, log, supervised):
    cosign_procedure(actor=clinic.derm.user, procedure=supervised, now=NOW + 3 * HALF_AN_HOUR)
    told = [NewComplication(kind="scar", lesion=clinic.lesion.pk)]
    add_addendum(actor=clinic.derm.user, procedure=log, text="A small scar.", complications=told, now=NOW + timedelta(days=9))
    drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))

    assert found() == set()


@pytest.mark.parametrize(
    "change",
    [
        lambda log: Procedure.objects.filter(pk=log.pk).update(note="It was somebody else."),
        lambda log: ProcedureItem.objects.filter(procedure=log).update(sterile=False),
        lambda log: ProcedureOutcome.objects.filter(procedure=log).update(result="partial"),
        lambda log: ProcedureOutcome.objects.filter(procedure=log).delete(),
    ],
)
def test_find_a_log_that_was_changed(log, change):
    with as_told():
        change(log)

    assert found() == {(ALTERED, str(log.pk))}


def test_find_an_outcome_that_was_slipped_in(clinic, log):
    outcome = log.outcomes.get()
    outcome.pk, outcome.lesion = None, world.charted(clinic.patient)
    with as_told():
        outcome.save(force_insert=True)

    assert found() == {(ALTERED, str(log.pk))}


def test_find_a_decision_about_somebody_else(clinic, log):
    with as_told():
        Procedure.objects.filter(pk=log.pk).update(decision=log.decision | {"profession": "ophthalmologist"})

    assert found() == {(ALTERED, str(log.pk)), (UNPROVEN, str(log.pk))}


def test_find_a_consent_that_was_exchanged(log):
    with as_told():
        Consent.objects.filter(kind="lancet_extraction").update(text_sha256="0" * 64)

    assert found() == {(UNPROVEN, str(log.pk))}


def test_find_a_supervised_log_without_its_supervisor(supervised):
    connection.check_constraints()
    with as_told(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE treatments_procedure DROP CONSTRAINT supervised_procedure_awaits_its_supervisor")
        cursor.execute("UPDATE treatments_procedure SET supervisor_id = NULL WHERE id = %s", [supervised.pk])

    assert (UNSUPERVISED, str(supervised.pk)) in found()


@pytest.mark.parametrize(
    ("change", "unsound"),
    [
        ({"signed_at": NOW + timedelta(minutes=1)}, True),
        ({"withdrawn_at": NOW - timedelta(minutes=1), "withdrawal_reason": "Changed my mind"}, True),
        ({"withdrawn_at": NOW + timedelta(minutes=1), "withdrawal_reason": "Changed my mind"}, False),
    ],
)
def test_find_work_without_a_consent_in_force(clinic, log, change, unsound):
    who = {"withdrawn_by": clinic.desk} if "withdrawn_at" in change else {}
    with as_told():
        Consent.objects.filter(kind="lancet_extraction").update(**change, **who)

    assert ((UNCONSENTED, str(log.pk)) in found()) is unsound


def test_find_what_a_guardian_signed_for_who_was_grown_up_by_then(clinic, log):
    with as_told(), connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET birth_date = '2009-01-12' WHERE id = %s", [clinic.patient.pk])
        Consent.objects.filter(patient=clinic.patient).update(signer_role="guardian", signer_relationship="mother")

    assert (UNCONSENTED, str(log.pk)) in found()


def test_are_named_by_the_command(log, capsys):
    with as_told():
        Procedure.objects.filter(pk=log.pk).update(note="It was somebody else.")

    with pytest.raises(SystemExit):
        call_command("verify_integrity")

    assert f"{ALTERED}: log {log.pk}" in capsys.readouterr().out
