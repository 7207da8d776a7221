"""What an assessment makes of a lesion, and who may say it: without a database."""

from dataclasses import replace

import pytest

from clinic.errors import Malformed, NotAllowed
from patients.policies.findings import Finding, LesionState, Signer, loosened_rules, require_consistent, state_after

ON_THE_FACE = LesionState(
    region="face",
    region_verified=False,
    depth="unknown",
    milia_type=None,
    diagnosis=None,
    certainty="none",
    suspicious=False,
    plaque_reviewed=False,
)
ON_THE_LID = replace(ON_THE_FACE, region="eyelid")
NEAR_THE_EYE = replace(ON_THE_FACE, region="periocular")
MILIUM = replace(ON_THE_FACE, diagnosis="milium", certainty="confirmed", depth="epidermal")
EVERYWHERE = dict.fromkeys(("eyelid", "periocular", "face", "body"), "none")
DERMATOLOGIST = Signer(profession="dermatologist", diagnoses=EVERYWHERE)
OPHTHALMOLOGIST = Signer(profession="ophthalmologist", diagnoses=dict.fromkeys(("eyelid", "periocular"), "none"))
PA = Signer(profession="physician_assistant", diagnoses=dict.fromkeys(("face", "body"), "general"))
ESTHETICIAN = Signer(profession="esthetician", diagnoses={})
CONFIRMED = Finding(diagnosis="milium", kind="benign", certainty="confirmed")
MOLLUSCUM = Finding(diagnosis="molluscum_contagiosum", kind="contagious", certainty="provisional")

LOOSENING = [
    pytest.param(ON_THE_LID, Finding(region="face"), id="off the eyelid"),
    pytest.param(NEAR_THE_EYE, Finding(region_verified=True), id="region verified"),
    pytest.param(ON_THE_FACE, Finding(depth="epidermal"), id="unknown depth to a shallow one"),
    pytest.param(MILIUM, Finding(depth="stratum_corneum"), id="shallower"),
    pytest.param(replace(MILIUM, suspicious=True), Finding(suspicious=False), id="not suspicious any more"),
    pytest.param(replace(MILIUM, milia_type="neonatal"), Finding(milia_type="primary"), id="out of neonatal"),
    pytest.param(replace(MILIUM, milia_type="en_plaque"), Finding(milia_type="primary"), id="out of en plaque"),
    pytest.param(replace(MILIUM, certainty="refuted"), replace(CONFIRMED, certainty="provisional"), id="refuted stands again"),
]
TIGHTENING = [
    pytest.param(MILIUM, Finding(region="eyelid"), id="onto the eyelid"),
    pytest.param(MILIUM, Finding(depth="dermal"), id="deeper"),
    pytest.param(MILIUM, Finding(depth="unknown"), id="depth unknown again"),
    pytest.param(MILIUM, Finding(suspicious=True), id="suspicious"),
    pytest.param(MILIUM, Finding(milia_type="neonatal"), id="neonatal"),
    pytest.param(MILIUM, Finding(milia_type="en_plaque"), id="en plaque"),
    pytest.param(ON_THE_FACE, Finding(depth="dermal"), id="unknown depth is dermal"),
]


class TestLooseningARule:
    @pytest.mark.parametrize(("state", "finding"), LOOSENING)
    def test_is_a_dermatologists_to_say(self, state, finding):
        assert loosened_rules(state, state_after(state, finding, DERMATOLOGIST))

    @pytest.mark.parametrize("signer", [PA, ESTHETICIAN], ids=lambda signer: signer.profession)
    @pytest.mark.parametrize(("state", "finding"), LOOSENING)
    def test_is_refused_to_others(self, state, finding, signer):
        with pytest.raises(NotAllowed):
            state_after(state, finding, signer)

    def test_is_an_ophthalmologists_to_say_on_the_lid(self):
        assert state_after(ON_THE_LID, Finding(depth="epidermal"), OPHTHALMOLOGIST).depth == "epidermal"

    @pytest.mark.parametrize("state", [ON_THE_FACE, NEAR_THE_EYE], ids=["face", "unverified beside the eye"])
    def test_is_refused_to_an_ophthalmologist_off_the_lid(self, state):
        with pytest.raises(NotAllowed):
            state_after(state, Finding(depth="epidermal"), OPHTHALMOLOGIST)


class TestTighteningARule:
    @pytest.mark.parametrize(("state", "finding"), TIGHTENING)
    def test_is_anybodys(self, state, finding):
        assert loosened_rules(state, state_after(state, finding, ESTHETICIAN)) == []


class TestConfirming:
    def test_counts_at_once_from_who_diagnoses_there_alone(self):
        assert state_after(ON_THE_FACE, CONFIRMED, DERMATOLOGIST).certainty == "confirmed"

    def test_is_provisional_from_who_needs_a_second_signature(self):
        assert state_after(ON_THE_FACE, CONFIRMED, PA).certainty == "provisional"

    def test_by_a_pa_leaves_a_confirmed_milium_confirmed(self):
        assert state_after(MILIUM, CONFIRMED, PA).certainty == "confirmed"

    @pytest.mark.parametrize(
        ("state", "signer"), [(ON_THE_LID, PA), (ON_THE_FACE, OPHTHALMOLOGIST), (ON_THE_FACE, ESTHETICIAN)]
    )
    def test_is_refused_to_who_may_not_diagnose_there(self, state, signer):
        with pytest.raises(NotAllowed):
            state_after(state, CONFIRMED, signer)

    def test_is_judged_in_the_region_that_the_same_finding_gives(self):
        with pytest.raises(NotAllowed):
            state_after(ON_THE_FACE, replace(CONFIRMED, region="eyelid"), PA)


class TestSuspecting:
    def test_an_alarming_diagnosis_marks_the_lesion_as_suspicious(self):
        assert state_after(ON_THE_FACE, MOLLUSCUM, ESTHETICIAN).suspicious

    def test_an_alarm_about_a_confirmed_milium_is_the_flag_alone(self):
        after = state_after(MILIUM, MOLLUSCUM, ESTHETICIAN)

        assert (after.diagnosis, after.certainty, after.suspicious) == ("milium", "confirmed", True)

    def test_a_refuted_alarm_is_none(self):
        finding = replace(MOLLUSCUM, certainty="refuted")

        assert not state_after(ON_THE_FACE, finding, DERMATOLOGIST).suspicious

    def test_turns_no_milium_into_a_comedone(self):
        finding = Finding(diagnosis="closed_comedone", kind="benign", certainty="provisional")

        with pytest.raises(NotAllowed):
            state_after(replace(MILIUM, certainty="provisional"), finding, ESTHETICIAN)

    def test_names_what_nobody_has_named_yet(self):
        finding = Finding(diagnosis="closed_comedone", kind="benign", certainty="provisional")

        assert state_after(ON_THE_FACE, finding, ESTHETICIAN).diagnosis == "closed_comedone"


class TestReviewOfAPlaque:
    def test_is_a_dermatologists_assessment(self):
        plaque = replace(MILIUM, milia_type="en_plaque")

        assert [state_after(plaque, Finding(), signer).plaque_reviewed for signer in (DERMATOLOGIST, PA)] == [True, False]

    def test_is_needed_again_for_a_new_plaque(self):
        assert not state_after(MILIUM, Finding(milia_type="en_plaque"), PA).plaque_reviewed


class TestAFindingThatContradictsItself:
    def test_is_refused_when_certain_of_nothing(self):
        with pytest.raises(Malformed):
            require_consistent(Finding(certainty="confirmed"))

    def test_is_refused_when_contagious_and_unsuspicious(self):
        with pytest.raises(Malformed):
            require_consistent(replace(MOLLUSCUM, suspicious=False))


class TestARegionThatChanges:
    def test_is_unverified_until_somebody_verifies_it(self):
        verified = replace(ON_THE_FACE, region_verified=True)

        assert not state_after(verified, Finding(region="periocular"), ESTHETICIAN).region_verified
