"""Look-alikes that a finding excludes or suspects, and lesions that it names together: without a database."""

from dataclasses import replace

import pytest

from clinic.errors import Malformed, NotAllowed, RuleBroken
from patients.policies.findings import Finding, LesionState, Signer, require_alike, require_consistent, state_after

BUMP = LesionState(
    region="face",
    region_verified=False,
    depth="epidermal",
    milia_type=None,
    diagnosis="milium",
    certainty="confirmed",
    suspicious=False,
    plaque_reviewed=False,
)
DERMATOLOGIST = Signer(profession="dermatologist", diagnoses=dict.fromkeys(("eyelid", "face"), "none"))
ESTHETICIAN = Signer(profession="esthetician", diagnoses={})
MILIUM = Finding(diagnosis="milium", kind="benign", certainty="provisional")


class TestLookAlikes:
    @pytest.mark.parametrize("signer", [DERMATOLOGIST, ESTHETICIAN], ids=lambda signer: signer.profession)
    def test_that_are_suspected_block_the_lesion_whoever_says_so(self, signer):
        assert state_after(BUMP, Finding(suspected=["syringoma"]), signer).suspicious

    def test_that_are_excluded_do_not(self):
        confirmed = replace(MILIUM, certainty="confirmed", excluded=["syringoma", "wart"])

        assert not state_after(BUMP, confirmed, DERMATOLOGIST).suspicious

    def test_that_are_excluded_lift_no_flag(self):
        assert state_after(replace(BUMP, suspicious=True), Finding(excluded=["wart"]), ESTHETICIAN).suspicious

    def test_that_were_suspected_are_cleared_by_a_dermatologist_alone(self):
        flagged, cleared = replace(BUMP, suspicious=True), Finding(suspicious=False)

        assert not state_after(flagged, cleared, DERMATOLOGIST).suspicious
        with pytest.raises(NotAllowed):
            state_after(flagged, cleared, ESTHETICIAN)

    @pytest.mark.parametrize(
        ("finding", "field"),
        [
            (replace(MILIUM, excluded=["wart"], suspected=["wart"]), "suspected"),
            (replace(MILIUM, excluded=["milium"]), "excluded"),
            (replace(MILIUM, certainty="confirmed", suspected=["wart"]), "suspected"),
            (replace(MILIUM, suspicious=False, suspected=["wart"]), "suspected"),
        ],
    )
    def test_never_contradict_the_finding(self, finding, field):
        with pytest.raises(Malformed) as refused:
            require_consistent(finding)

        assert list(refused.value.fields) == [field]

    def test_may_exclude_what_was_refuted(self):
        require_consistent(replace(MILIUM, certainty="refuted", excluded=["milium"]))


class TestLesionsOfOneFinding:
    OTHERS = (BUMP, replace(BUMP, region="eyelid"), replace(BUMP, depth="dermal"))

    @pytest.mark.parametrize(
        ("finding", "word"),
        [
            (Finding(depth="epidermal"), "depth"),
            (Finding(region="eyelid"), "region"),
            (Finding(region_verified=True), "region"),
        ],
    )
    def test_are_alike_in_what_it_corrects(self, finding, word):
        with pytest.raises(RuleBroken) as refused:
            require_alike(self.OTHERS, finding)

        assert refused.value.code == "split_items"
        assert word in refused.value.detail

    def test_may_differ_in_what_it_leaves_alone(self):
        require_alike(self.OTHERS, MILIUM)

    def test_may_be_many(self):
        require_alike([BUMP] * 20, Finding(depth="dermal", region="eyelid"))
