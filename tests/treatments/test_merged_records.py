"""What is signed goes with its patient where charts are merged, and comes back, unchanged but for whose it is."""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.errors import RuleBroken
from tests import clinic_world as world
from tests.clinic_world import NOW
from tests.factories_aftercare import answered
from tests.factories_consents import agreed
from tests.factories_lesions import a_referral, signed
from tests.factories_log import HALF_AN_HOUR, a_stay, consented, drafted, extracted
from tests.factories_merges import all_rows, merged, parted
from tests.factories_photos import a_photo
from tests.factories_plans import an_active_plan, an_extraction, contraindicated, home_care
from treatments.services.log.drafting import NewComplication
from treatments.services.log.incidents import report_incident, review_incident
from treatments.services.log.signing import add_addendum, sign_procedure

pytestmark = pytest.mark.django_db
LATER = NOW + HALF_AN_HOUR


@pytest.fixture
def pair():
    """Two patients, and all that can be signed about the first one."""
    clinic = world.a_small_clinic(rooms=1)
    duplicate, into = consented(clinic.patient), world.a_patient()
    draft = drafted(
        a_stay(duplicate, clinic.derm), clinic.derm, extracted(clinic.lesion), complications=(NewComplication(kind="bleeding"),)
    )
    procedure = sign_procedure(actor=clinic.derm.user, procedure=draft, now=LATER)
    add_addendum(actor=clinic.derm.user, procedure=procedure, text="The left one.", now=LATER)
    signed(clinic.lesion, diagnosis="milium", certainty="confirmed")
    a_referral(clinic.lesion)
    agreed(duplicate, "photos")
    photo = a_photo(duplicate, lesion=clinic.lesion)
    answered(procedure, photo=photo, fever=True)
    home_care(clinic.derm.user, patient=duplicate)
    an_active_plan(clinic.derm.user, an_extraction(clinic.lesion), patient=duplicate)
    incident = report_incident_of(clinic, procedure)
    review_incident(actor=world.a_director(), incident=incident, finding="Slipped.", measures="Told.", now=LATER)
    return duplicate, into


def report_incident_of(clinic, procedure):
    return report_incident(
        actor=clinic.derm.user,
        encounter=procedure.encounter,
        kind="other",
        what_happened="The lancet slipped over the cheek.",
        lesions=[clinic.lesion.pk],
        now=LATER,
    )


class TestWhatIsSigned:
    def test_goes_with_its_patient_and_comes_back_as_it_was(self, pair):
        before = all_rows()

        merged(*pair)
        parted(pair[0])

        assert all_rows() == before

    def test_leaves_nothing_behind(self, pair):
        merged(*pair)

        needle = f'"{pair[0].pk}"'
        assert {table for table, rows in all_rows().items() for row in rows if needle in row} == {"patients_patient"}

    @pytest.mark.parametrize("table", ["patients_consent", "treatments_procedure", "patients_assessment"])
    def test_is_moved_by_nobody_else(self, pair, table):
        with pytest.raises(DatabaseError):
            moved(table, pair[1])


class TestARetinoidInPregnancy:
    @pytest.mark.parametrize("pregnant", [0, 1])
    def test_keeps_two_charts_apart(self, pregnant):
        clinic = world.a_small_clinic(rooms=1)
        charts = (clinic.patient, world.a_patient())
        home_care(clinic.derm.user, patient=charts[1 - pregnant])
        contraindicated(charts[pregnant], "pregnant")

        with pytest.raises(RuleBroken) as refused:
            merged(*charts)

        assert [(reason.code, reason.gate) for reason in refused.value.reasons] == [("contraindicated", "G19")]


@transaction.atomic
def moved(table, patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"UPDATE {table} SET patient_id = %s", [patient.pk])
