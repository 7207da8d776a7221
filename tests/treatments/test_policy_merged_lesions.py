"""Whatever a gate refuses of one of two records, it refuses of the lesion that they become: without a database."""

from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from patients.policies.findings import LesionState
from patients.policies.merging import merged_state
from tests.patients.test_policy_merging import STATES
from treatments.policies.facts import ItemFacts, LesionFacts, PatientFacts, TreatmentFacts
from treatments.policies.gates.judgement import judge

PATIENT = PatientFacts(id="ada", birth_date=date(1990, 1, 1))
ON = date(2027, 1, 12)
TREATMENTS = (
    TreatmentFacts(code="lancet-extraction", name="lancet", acts=(("lancet_extraction", "epidermal"),), minutes=30),
    TreatmentFacts(code="comedone-extraction", name="comedone", acts=(("comedone_extraction", "stratum_corneum"),), minutes=30),
    TreatmentFacts(code="medium-peel", name="peel", acts=(("chemical_peel", "medium"),), minutes=30),
    TreatmentFacts(
        code="clean-up",
        name="clean-up",
        acts=(("comedone_extraction", "stratum_corneum"), ("microdermabrasion", "superficial")),
        minutes=30,
    ),
)


def refused(state: LesionState, treatment: TreatmentFacts) -> bool:
    lesion = LesionFacts(
        id="bump",
        patient_id="ada",
        body_site="cheek",
        region=state.region,
        authority_region=state.authority_region,
        region_verified=state.region_verified,
        depth=state.depth,
        milia_type=state.milia_type,
        diagnosis=state.diagnosis,
        certainty=state.certainty,
        suspicious=state.suspicious,
        plaque_reviewed=state.plaque_reviewed,
    )
    item = ItemFacts(treatment=treatment, lesions=(lesion,))
    return bool(judge(patient=PATIENT, items=[item], on=ON, overrides=[]).refusals)


@settings(max_examples=300)
@given(lasting=STATES, other=STATES, treatment=st.sampled_from(TREATMENTS))
def test_no_gate_lets_through_what_it_refused_of_either(lasting, other, treatment):
    assume({lasting.milia_type, other.milia_type} != {"neonatal", "en_plaque"})
    assume(refused(lasting, treatment) or refused(other, treatment))

    assert refused(merged_state(lasting, other), treatment)
