"""Overrides of soft gates: who gives them, who confirms them, and that hard gates know none."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.errors import NotAllowed, RuleBroken
from patients.models import Contraindication, SkinProfile
from patients.services.reference import load_catalogues as load_patient_catalogues
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.patients.charting import a_clinician
from treatments.models import Override
from treatments.models.overrides import SOFT_GATES
from treatments.policies.facts import OverrideFacts
from treatments.selectors.overrides import usable_overrides
from treatments.services.overrides import NewOverride, confirm_override, give_override
from treatments.services.reference import load_catalogues

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)
WHY = "Stopped six weeks ago; benefit outweighs the risk."
HARD_GATES = [f"G{number:02}" for number in range(1, 31) if f"G{number:02}" not in SOFT_GATES]


@pytest.fixture(autouse=True)
def catalogues():
    a_site()
    load_patient_catalogues()
    load_catalogues()


def give(actor=None, patient=None, **fields) -> Override:
    wanted = NewOverride(**{"treatment": "medium-peel", "gate": "G18", "reason": WHY} | fields)
    return give_override(actor=actor or a_clinician(), patient=patient or a_patient(), site=a_site(), override=wanted, now=NOW)


def code_of(**fields) -> str:
    with pytest.raises(RuleBroken) as refused:
        give(**fields)
    return refused.value.code


class TestGiveOverride:
    def test_lasts_thirty_days_and_waits_for_a_second_person(self):
        override = give()

        assert (override.expires_at, override.confirmed_by) == (NOW + timedelta(days=30), None)

    @pytest.mark.parametrize("gate", HARD_GATES)
    def test_knows_no_hard_gate(self, gate):
        assert code_of(gate=gate) == "no_break_glass"

    @pytest.mark.parametrize("role", ["practitioner", "medical_director"])
    def test_knows_no_hard_gate_whoever_asks(self, role):
        actor = a_clinician(role=role)
        actor.is_superuser = True

        assert code_of(actor=actor, gate="G02") == "no_break_glass"

    def test_is_refused_for_a_toddler(self):
        assert code_of(patient=a_patient(birth_date=date(2025, 6, 1)), gate="G12") == "no_break_glass"

    def test_is_refused_for_a_peel_on_an_infection(self):
        patient = a_patient()
        profile = SkinProfile.objects.create(patient=patient)
        Contraindication.objects.create(profile=profile, code="infection", since=date(2027, 1, 1))

        assert code_of(patient=patient, gate="G17") == "no_break_glass"

    @pytest.mark.parametrize("profession", ["ophthalmologist", "physician_assistant", "esthetician"])
    def test_is_refused_to_all_but_dermatologists(self, profession):
        with pytest.raises(NotAllowed):
            give(a_clinician(profession))

    def test_is_refused_to_a_dermatologist_of_another_site(self):
        with pytest.raises(NotAllowed):
            give(a_clinician(site=a_site("jersey-city")))

    def test_is_refused_to_a_superuser_without_a_licence(self):
        with pytest.raises(NotAllowed):
            give(a_user("medical_director", is_superuser=True))

    def test_asks_for_a_reason_of_twenty_characters(self):
        assert code_of(reason=" because I say so   ") == "reason_too_short"

    def test_is_refused_for_a_lesion_of_another_patient(self):
        assert code_of(lesion=a_lesion()) == "lesion_of_another_patient"

    def test_is_refused_for_a_treatment_that_is_not_offered(self):
        assert code_of(treatment="hairdo") == "treatment_not_offered"


class TestConfirmOverride:
    def test_makes_it_usable(self):
        override, second = give(), a_user()
        before = usable_overrides(patient=override.patient, site=override.site, now=NOW)

        confirm_override(actor=second, override=override, now=NOW)

        usable = usable_overrides(patient=override.patient, site=override.site, now=NOW)
        assert (before, [one.facts for one in usable]) == ((), [OverrideFacts(gate="G18", treatment="medium-peel")])

    def test_is_refused_to_the_giver(self):
        actor = a_clinician()

        with pytest.raises(NotAllowed):
            confirm_override(actor=actor, override=give(actor), now=NOW)

    def test_is_refused_to_the_staff_of_another_site(self):
        with pytest.raises(NotAllowed):
            confirm_override(actor=a_user(site=a_site("jersey-city")), override=give(), now=NOW)

    def test_is_refused_after_thirty_days(self):
        with pytest.raises(RuleBroken) as refused:
            confirm_override(actor=a_user(), override=give(), now=NOW + timedelta(days=30))

        assert refused.value.code == "override_expired"

    def test_twice_changes_nothing(self):
        override, first = give(), a_user()
        confirm_override(actor=first, override=override, now=NOW)

        again = confirm_override(actor=a_user(), override=override, now=NOW + timedelta(hours=1))

        assert (again.confirmed_by, again.confirmed_at) == (first, NOW)


class TestUsableOverrides:
    def test_are_not_those_that_expired_or_were_used(self):
        patient, second = a_patient(), a_user()
        used = confirm_override(actor=second, override=give(patient=patient), now=NOW)
        Override.objects.filter(pk=used.pk).update(used_by=used.pk)
        confirm_override(actor=second, override=give(patient=patient, gate="G20"), now=NOW)

        assert [one.facts.gate for one in usable_overrides(patient=patient, site=a_site(), now=NOW)] == ["G20"]
        assert usable_overrides(patient=patient, site=a_site(), now=NOW + timedelta(days=30)) == ()
