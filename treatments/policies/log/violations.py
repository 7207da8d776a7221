"""What PostgreSQL refused of a log, in the words of the contract."""

from typing import Final

CODES: Final = {
    "logged_performer_is_privileged": "privilege_missing",
    "logged_work_is_supervised": "supervisor_absent",
    "logged_supervisor_has_agreed": "supervision_agreement_missing",
    "logged_supervisor_is_privileged": "supervisor_not_qualified",
    "logged_supervisor_is_on_site": "supervisor_absent",
    "logged_lancet_was_sterile_and_disposed_of": "sterility_not_recorded",
    "logged_lesion_has_its_result": "outcome_missing",
    "logged_scope_is_what_was_done": "treatment_mismatch",
    "logged_lesion_is_of_the_patient": "lesion_of_another_patient",
    "complicated_lesion_is_of_the_patient": "lesion_of_another_patient",
    "concerned_lesion_is_of_the_patient": "lesion_of_another_patient",
    "outcome_is_told_once": "lesion_merged",
    "causing_procedure_is_of_the_patient": "procedure_of_another_patient",
    "causing_procedure_is_signed": "procedure_unsigned",
    "causing_procedure_goes_with_the_cause": "cause_mismatch",
    "causing_procedure_came_first": "procedure_after_lesion",
    "lesion_has_one_causing_procedure": "illegal_transition",
    "signed_procedure_is_not_changed": "illegal_transition",
    "incident_follows_its_course": "illegal_transition",
}
CONFLICTS: Final = frozenset({"illegal_transition"})
