"""What is signed, PostgreSQL keeps: whoever writes, and whatever is written."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import HALF_AN_HOUR, a_stay, consented, drafted, extracted
from treatments.models import Procedure
from treatments.services.log.drafting import NewComplication
from treatments.services.log.incidents import report_incident, review_incident
from treatments.services.log.signing import add_addendum, sign_procedure

pytestmark = pytest.mark.django_db
LATER = NOW + HALF_AN_HOUR
KEPT = "signed_procedure_is_not_changed"


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


@pytest.fixture
def draft(clinic) -> Procedure:
    return drafted(
        a_stay(clinic.patient, clinic.derm),
        clinic.derm,
        extracted(clinic.lesion),
        complications=(NewComplication(kind="bleeding"),),
    )


@pytest.fixture
def signed(clinic, draft) -> Procedure:
    row = sign_procedure(actor=clinic.derm.user, procedure=draft, now=LATER)
    add_addendum(actor=clinic.derm.user, procedure=row, text="The left one.", now=LATER)
    return row


def refusal(statement: str, **named) -> str:
    """The constraint that refuses the statement; empty where it is accepted."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement, named)
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or str(error)
    return ""


class TestASignedProcedure:
    @pytest.mark.parametrize(
        "change",
        [
            "note = 'other'",
            "status = 'draft', signed_by_id = NULL, signed_at = NULL",
            "performed_at = performed_at - interval '1 day'",
            "performed_by_id = (SELECT id FROM clinic_practitioner LIMIT 1), signed_at = now()",
            "decision = '{}'",
            "signed_at = signed_at + interval '1 second'",
            "profession = 'esthetician'",
        ],
    )
    def test_is_not_updated(self, signed, change):
        assert refusal(f"UPDATE treatments_procedure SET {change} WHERE id = %(id)s", id=signed.pk) == KEPT

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE treatments_procedureitem SET sterile = false",
            "UPDATE treatments_procedureitem SET scopes = '{}'",
            "UPDATE treatments_procedureoutcome SET result = 'partial'",
            "UPDATE treatments_complication SET severity = 'severe'",
            "DELETE FROM treatments_procedureoutcome",
            "DELETE FROM treatments_complication",
            "INSERT INTO treatments_complication (procedure_id, patient_id, kind, severity, note)"
            " SELECT id, patient_id, 'scar', 'mild', '' FROM treatments_procedure",
            "INSERT INTO treatments_procedureoutcome (item_id, procedure_id, patient_id, lesion_id, result, reason, attempts,"
            " reached) SELECT item_id, procedure_id, patient_id, lesion_id, 'complete', '', 1, ''"
            " FROM treatments_procedureoutcome",
            "INSERT INTO treatments_procedureitem (procedure_id, patient_id, number, treatment_id, act, depth, region, reached,"
            " scopes, instruments, settings, note) SELECT procedure_id, patient_id, 9, treatment_id, act, depth, region, '',"
            " '{}', '[]', '{}', '' FROM treatments_procedureitem",
            "TRUNCATE treatments_procedure CASCADE",
            "TRUNCATE treatments_procedureoutcome",
        ],
    )
    def test_keeps_what_hangs_on_it(self, signed, statement):
        assert refusal(statement) == KEPT

    def test_is_not_deleted(self, signed):
        assert refusal("DELETE FROM treatments_procedure") == "procedure_is_kept"

    @pytest.mark.parametrize(
        "statement", ["UPDATE treatments_addendum SET text = 'The right one.'", "DELETE FROM treatments_addendum"]
    )
    def test_keeps_its_addenda(self, signed, statement):
        assert refusal(statement) == "addendum_is_kept"

    def test_is_not_moved_to_another_patient_by_its_stay(self, clinic, signed):
        other = world.a_patient(clinic.site)

        refused = refusal("UPDATE treatments_encounter SET patient_id = %(id)s", id=other.pk)

        assert refused == "row_changes_its_patient_by_a_merge"

    def test_takes_no_child_of_a_draft(self, clinic, draft, signed):
        other = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))

        refused = refusal(
            "UPDATE treatments_complication SET procedure_id = %(other)s WHERE procedure_id = %(id)s",
            id=signed.pk,
            other=other.pk,
        )

        assert refused == KEPT

    def test_takes_no_signature_of_another_than_its_supervisor(self, clinic, signed):
        refused = refusal("UPDATE treatments_procedure SET cosigned_by_id = %(id)s, cosigned_at = now()", id=clinic.derm.pk)

        assert refused == "procedure_is_cosigned_by_its_supervisor"


class TestADraft:
    def test_is_not_lost(self, draft):
        assert refusal("DELETE FROM treatments_procedure") == "procedure_is_kept"

    def test_is_not_signed_by_another(self, clinic, draft):
        other = world.a_dermatologist(site=clinic.site)

        refused = refusal(
            "UPDATE treatments_procedure SET status = 'signed', profession = 'dermatologist', signed_by_id = %(id)s,"
            " signed_at = now()",
            id=other.pk,
        )

        assert refused == "procedure_is_signed_by_its_performer"

    def test_takes_no_addendum(self, clinic, draft):
        refused = refusal(
            "INSERT INTO treatments_addendum (procedure_id, patient_id, text, signed_by_id, signed_at)"
            " SELECT id, patient_id, 'more', performed_by_id, now() FROM treatments_procedure"
        )

        assert refused == "addendum_is_to_a_signed_procedure"

    def test_takes_no_lesion_of_another_patient(self, clinic, draft):
        foreign = world.charted(world.a_patient(clinic.site))

        refused = refusal("UPDATE treatments_procedureoutcome SET lesion_id = %(id)s", id=foreign.pk)

        assert refused == "logged_lesion_is_of_the_patient"

    def test_does_not_begin_as_a_signed_log(self, draft):
        refused = refusal(
            "INSERT INTO treatments_procedure (encounter_id, patient_id, site_id, performed_by_id, profession, supervision,"
            " supervisor_profession, performed_at, ended_at, status, drafted_at, signed_by_id, signed_at, anaesthesia,"
            " downtime_days, aftercare, note, decision) SELECT encounter_id, patient_id, site_id, performed_by_id,"
            " 'dermatologist', 'none', '', performed_at, ended_at, 'signed', now(), performed_by_id, now(), 'none', 0, '', '',"
            " '{}' FROM treatments_procedure"
        )

        assert refused == "procedure_is_drafted_first"


class TestAnIncident:
    @pytest.fixture
    def incident(self, clinic, draft):
        return report_incident(
            actor=clinic.derm.user,
            encounter=draft.encounter,
            kind="needle_stick",
            what_happened="A stick.",
            lesions=[clinic.lesion.pk],
            now=LATER,
        )

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE treatments_incident SET what_happened = 'Nothing.'",
            "UPDATE treatments_incident SET status = 'closed', measures = 'x', closed_by_id = reported_by_id, closed_at = now()",
            "DELETE FROM treatments_incident",
            "DELETE FROM treatments_incidentlesion",
        ],
    )
    def test_is_kept_as_it_was_told(self, incident, statement):
        assert refusal(statement) == "incident_follows_its_course"

    def test_is_not_reviewed_by_its_reporter(self, incident):
        refused = refusal(
            "UPDATE treatments_incident SET status = 'reviewed', finding = 'fine', reviewed_by_id = reported_by_id,"
            " reviewed_at = now()"
        )

        assert refused == "incident_is_reviewed_by_somebody_else"

    def test_takes_no_more_lesions_once_it_was_reviewed(self, clinic, incident):
        review_incident(actor=world.a_director(clinic.site), incident=incident, finding="Careless.", measures="", now=LATER)
        other = world.charted(clinic.patient)

        refused = refusal(
            "INSERT INTO treatments_incidentlesion (incident_id, patient_id, lesion_id)"
            " SELECT id, patient_id, %(id)s FROM treatments_incident",
            id=other.pk,
        )

        assert refused == "incident_follows_its_course"
