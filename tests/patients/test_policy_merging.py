"""Two records that become one are judged as strictly as either was: without a database."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scopes import BODY, FACE, LESION_DEPTHS, REGIONS
from patients.policies.findings import CONFIRMED, NONE, PROVISIONAL, REFUTED, LesionState, loosened_rules
from patients.policies.merging import Record, merge_refusals, merged_state

BUMP = LesionState(
    region="face",
    region_verified=False,
    depth="epidermal",
    milia_type="primary",
    diagnosis="milium",
    certainty="confirmed",
    suspicious=False,
    plaque_reviewed=False,
)


def of(state: LesionState = BUMP, **fields) -> Record:
    return Record(**{"patient": "ada", "side": "left", "status": "watching", "state": state} | fields)


STATES = st.builds(
    lambda named, **fields: LesionState(diagnosis=named[0], certainty=named[1], **fields),
    named=st.one_of(
        st.just((None, NONE)),
        st.tuples(
            st.sampled_from(["milium", "closed_comedone", "syringoma"]), st.sampled_from([PROVISIONAL, CONFIRMED, REFUTED])
        ),
    ),
    region=st.sampled_from(REGIONS),
    region_verified=st.booleans(),
    depth=st.sampled_from(LESION_DEPTHS),
    milia_type=st.sampled_from([None, "primary", "neonatal", "en_plaque"]),
    suspicious=st.booleans(),
    plaque_reviewed=st.booleans(),
)


class TestMerging:
    @given(lasting=STATES, other=STATES)
    def test_never_loosens_a_rule(self, lasting, other):
        if merge_refusals(lasting=of(lasting), other=of(other)):
            return

        after = merged_state(lasting, other)

        assert loosened_rules(lasting, after) == []
        assert loosened_rules(other, after) == []
        assert not after.plaque_reviewed or (lasting.plaque_reviewed or other.plaque_reviewed)

    @given(state=STATES)
    def test_of_a_record_with_its_like_changes_nothing(self, state):
        plain = replace(state, plaque_reviewed=state.plaque_reviewed and state.milia_type == "en_plaque")

        assert merged_state(plain, plain) == plain

    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            ({"region": "eyelid"}, {"region": "eyelid"}),
            ({"region": "periocular"}, {"region": "periocular"}),
            ({"depth": "unknown"}, {"depth": "unknown"}),
            ({"depth": "stratum_corneum"}, {"depth": "epidermal"}),
            ({"suspicious": True}, {"suspicious": True}),
            ({"milia_type": "neonatal"}, {"milia_type": "neonatal"}),
            ({"certainty": "provisional"}, {"certainty": "provisional"}),
            ({"certainty": "refuted"}, {"certainty": "refuted"}),
            ({"diagnosis": None, "certainty": "none"}, {"diagnosis": None, "certainty": "none"}),
            ({"diagnosis": "closed_comedone"}, {"diagnosis": None, "certainty": "none"}),
            (
                {"diagnosis": "closed_comedone", "certainty": "refuted"},
                {"diagnosis": "closed_comedone", "certainty": "refuted"},
            ),
        ],
    )
    def test_takes_the_stricter_of_each(self, other, expected):
        assert merged_state(BUMP, replace(BUMP, **other)) == replace(BUMP, **expected)

    def test_of_plaques_is_reviewed_when_both_were(self):
        plaque = replace(BUMP, milia_type="en_plaque", plaque_reviewed=True)

        assert merged_state(plaque, plaque).plaque_reviewed
        assert not merged_state(plaque, replace(plaque, plaque_reviewed=False)).plaque_reviewed


class TestRefusals:
    @pytest.mark.parametrize(
        ("lasting", "other", "code"),
        [
            (of(), of(patient="bea"), "lesion_of_another_patient"),
            (of(), of(side="right"), "lesions_differ"),
            (of(status="resolved"), of(), "lesions_differ"),
            (of(), of(status="recurred"), "lesions_differ"),
            (of(is_merged=True), of(), "lesions_differ"),
            (of(), of(absorbs=True), "lesions_differ"),
            (of(replace(BUMP, region=FACE)), of(replace(BUMP, region=BODY)), "lesions_differ"),
            (of(replace(BUMP, milia_type="neonatal")), of(replace(BUMP, milia_type="en_plaque")), "lesions_differ"),
        ],
    )
    def test_name_what_speaks_against_it(self, lasting, other, code):
        assert [refusal.code for refusal in merge_refusals(lasting=lasting, other=other)] == [code]

    def test_are_all_told_at_once(self):
        assert len(merge_refusals(lasting=of(side="right"), other=of(status="resolved", absorbs=True))) == 3

    @pytest.mark.parametrize("other", [of(), of(side=""), of(replace(BUMP, region="eyelid")), of(status="planned")])
    def test_let_two_records_of_one_lesion_pass(self, other):
        assert merge_refusals(lasting=of(), other=other) == []
