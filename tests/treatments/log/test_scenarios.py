"""The acceptance scenarios about the log, by their number; 17 stands with the visits."""

from datetime import timedelta

import pytest

from clinic.errors import RuleBroken
from clinic.models import Licence
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import CLEAN, HALF_AN_HOUR, a_stay, consented, drafted, extracted
from treatments.models import Procedure
from treatments.services.log.signing import sign_procedure

pytestmark = pytest.mark.django_db
LATER = NOW + HALF_AN_HOUR


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


def test_11_both_lids_are_logged_apart(clinic):
    right, left = (world.charted(clinic.patient, "eyelid", body_site=f"eyelid_{side}_upper") for side in ("right", "left"))
    stay = a_stay(clinic.patient, clinic.derm)

    row = sign_procedure(actor=clinic.derm.user, procedure=drafted(stay, clinic.derm, extracted(right, left)), now=LATER)

    assert {outcome.lesion_id for outcome in row.outcomes.all()} == {right.pk, left.pk}
    assert {lesion["body_site"] for lesion in row.decision["lesions"]} == {"eyelid_right_upper", "eyelid_left_upper"}


def test_18_a_lesion_of_another_patient_is_not_logged(clinic):
    foreign = world.charted(world.a_patient(clinic.site))

    with pytest.raises(RuleBroken) as refused:
        drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(foreign))

    assert refused.value.code == "lesion_of_another_patient"
    assert not Procedure.objects.exists()


@pytest.mark.parametrize("missing", [("sterile",), ("single_use",), ("sharps_disposed_at",), tuple(CLEAN)])
def test_19_a_lancet_log_without_asepsis_is_not_signed(clinic, missing):
    checklist = {name: value for name, value in CLEAN.items() if name not in missing}
    draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion, checklist=checklist))

    with pytest.raises(RuleBroken) as refused:
        sign_procedure(actor=clinic.derm.user, procedure=draft, now=LATER)

    assert world.gates(refused.value.reasons) == {"sterility_not_recorded": "G24"}


def test_26_the_licence_that_carried_the_work_is_kept(clinic):
    both = world.hire("esthetician", site=clinic.site, trainings=["lancet"])
    pa = world.license_too(both, "physician_assistant", valid_through=NOW.date())
    world.agree(clinic.derm, both)
    places = [["lancet-extraction", str(clinic.lesion.pk)]]
    draft = drafted(a_stay(clinic.patient, both, places=places), both, extracted(clinic.lesion))

    row = sign_procedure(actor=both.user, procedure=draft, now=NOW + timedelta(days=3))

    assert row.profession == "physician_assistant"
    assert row.decision["licence"]["id"] == str(Licence.objects.get(pk=pa.pk).pk)
