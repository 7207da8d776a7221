"""Signing a log: who may, what keeps it from being signed, and what follows."""

from datetime import timedelta

import pytest

from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import Task
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, codes
from tests.factories_log import CLEAN, HALF_AN_HOUR, a_stay, consented, drafted, extracted
from treatments.models import Procedure
from treatments.services.log.drafting import NewOutcome
from treatments.services.log.signing import add_addendum, cosign_procedure, sign_procedure
from treatments.signals import procedure_signed

pytestmark = pytest.mark.django_db
LATER = NOW + HALF_AN_HOUR


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


@pytest.fixture
def draft(clinic) -> Procedure:
    return drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))


def signed(draft: Procedure) -> Procedure:
    return sign_procedure(actor=draft.performed_by.user, procedure=draft, now=LATER)


def refused(draft: Procedure) -> dict[str, str]:
    """Code -> gate of everything that keeps the log from being signed."""
    with pytest.raises(RuleBroken) as error:
        signed(draft)
    draft.refresh_from_db()
    assert draft.status == "draft"
    return world.gates(error.value.reasons)


def another(clinic: SmallClinic, *items, performer=None, **fields) -> Procedure:
    who = performer or clinic.derm
    return drafted(a_stay(clinic.patient, who), who, *items, **fields)


class TestSigning:
    def test_binds_the_performer(self, draft):
        row = signed(draft)

        assert (row.status, row.signed_by, row.signed_at) == ("signed", row.performed_by, LATER)

    def test_keeps_what_it_rested_on(self, clinic, draft):
        decision = signed(draft).decision

        assert decision["licence"]["number"] == clinic.derm.licences.get().number
        assert [held["scope"] for held in decision["policy"]] == ["lancet_extraction/epidermal@face"]
        assert decision["policy"][0]["policy_version"] == 1
        assert [consent["kind"] for consent in decision["consents"]] == ["lancet_extraction"]
        assert [lesion["diagnosis"] for lesion in decision["lesions"]] == ["milium"]

    def test_resolves_the_lesion_that_came_out(self, clinic, draft):
        signed(draft)

        clinic.lesion.refresh_from_db()
        assert clinic.lesion.status == "resolved"

    def test_leaves_a_lesion_that_came_out_in_part_in_treatment(self, clinic):
        part = NewOutcome(lesion=clinic.lesion.pk, result="partial", attempts=1)

        signed(another(clinic, extracted(clinic.lesion, outcomes=(part,))))

        clinic.lesion.refresh_from_db()
        assert clinic.lesion.status == "in_treatment"

    def test_leaves_a_lesion_that_was_not_touched_as_it_was(self, clinic):
        spared = NewOutcome(lesion=clinic.lesion.pk, result="not_done", reason="The patient changed her mind.")

        signed(another(clinic, extracted(clinic.lesion, outcomes=(spared,))))

        clinic.lesion.refresh_from_db()
        assert clinic.lesion.status == "watching"

    def test_leaves_a_lesion_that_has_recurred_as_it_was(self, clinic):
        for status in ("resolved", "recurred"):
            type(clinic.lesion).objects.filter(pk=clinic.lesion.pk).update(status=status)

        signed(another(clinic, extracted(clinic.lesion)))

        clinic.lesion.refresh_from_db()
        assert clinic.lesion.status == "recurred"

    @pytest.mark.parametrize("merged", ["before the draft", "after the draft"])
    def test_is_about_the_lesion_that_lasts(self, clinic, merged):
        part = world.charted(clinic.patient)
        row = another(clinic, extracted(part)) if merged == "after the draft" else None
        type(part).objects.filter(pk=part.pk).update(merged_into=clinic.lesion)

        row = signed(row or another(clinic, extracted(part)))

        assert [outcome.lesion for outcome in row.outcomes.all()] == [clinic.lesion]

    def test_is_announced_inside_the_transaction(self, draft):
        heard = []
        procedure_signed.connect(lambda procedure, now, **_: heard.append((procedure.pk, now)), weak=False, dispatch_uid="test")
        try:
            signed(draft)
        finally:
            procedure_signed.disconnect(dispatch_uid="test")

        assert heard == [(draft.pk, LATER)]

    def test_happens_once(self, draft):
        signed(draft)

        with pytest.raises(Conflict) as error:
            signed(draft)

        assert error.value.code == "illegal_transition"

    def test_is_the_performers_alone(self, clinic, draft):
        other = world.a_dermatologist(site=clinic.site)

        with pytest.raises(NotAllowed):
            sign_procedure(actor=other.user, procedure=draft, now=LATER)

    def test_refused_says_how_to_report_an_incident(self, clinic):
        draft = another(clinic, extracted(clinic.lesion, checklist={}))

        with pytest.raises(RuleBroken) as error:
            signed(draft)

        body = error.value.extra["incident"]["body"]
        assert (body["procedure"], body["lesions"]) == (str(draft.pk), [str(clinic.lesion.pk)])


class TestSupervisedWork:
    @pytest.fixture
    def pa(self, clinic):
        person = world.hire("physician_assistant", site=clinic.site, trainings=["lancet", "peel"])
        world.agree(clinic.derm, person, level="general")
        return person

    @pytest.fixture
    def supervised(self, clinic, pa) -> Procedure:
        places = [["lancet-extraction", str(clinic.lesion.pk)]]
        return drafted(a_stay(clinic.patient, pa, places=places), pa, extracted(clinic.lesion))

    def test_waits_for_the_supervisor(self, clinic, supervised):
        row = signed(supervised)

        assert (row.supervisor, row.supervision) == (clinic.derm, "general")
        assert row.cosign_due_at == LATER + timedelta(hours=72)
        assert Task.objects.get(kind="cosign_procedure", subject=row.pk).assignee == clinic.derm.user

    def test_is_cosigned_by_the_supervisor(self, clinic, supervised):
        row = cosign_procedure(actor=clinic.derm.user, procedure=signed(supervised), now=LATER)

        assert (row.cosigned_by, row.cosigned_at) == (clinic.derm, LATER)
        assert Task.objects.get(kind="cosign_procedure").state == "done"

    def test_is_cosigned_by_nobody_else(self, clinic, supervised):
        other = world.a_dermatologist(site=clinic.site)

        with pytest.raises(NotAllowed):
            cosign_procedure(actor=other.user, procedure=signed(supervised), now=LATER)

    def test_is_not_cosigned_before_it_is_signed(self, clinic, supervised):
        with pytest.raises(Conflict):
            cosign_procedure(actor=clinic.derm.user, procedure=supervised, now=LATER)

    def test_that_nobody_planned_or_ordered_needs_an_order(self, clinic, pa):
        draft = drafted(a_stay(clinic.patient, pa), pa, extracted(clinic.lesion))

        assert refused(draft) == {"order_required": "G29"}

    def test_on_an_order_needs_no_plan(self, clinic, pa):
        world.order(clinic.derm, clinic.patient, [clinic.lesion], now=NOW - timedelta(days=1))

        assert signed(drafted(a_stay(clinic.patient, pa), pa, extracted(clinic.lesion))).is_signed

    def test_without_an_agreement_is_refused(self, clinic):
        alone = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])

        assert refused(another(clinic, extracted(clinic.lesion), performer=alone)) == {"supervision_agreement_missing": "G08"}

    def test_with_the_supervisor_gone_before_the_end_is_refused(self, clinic):
        boss = world.a_dermatologist(site=clinic.site, shift=(NOW - timedelta(hours=4), NOW + timedelta(minutes=20)))
        medesth = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(boss, medesth)

        assert refused(another(clinic, extracted(clinic.lesion), performer=medesth)) == {"supervisor_absent": "G08"}

    def test_alone_needs_no_second_signature(self, clinic, draft):
        with pytest.raises(RuleBroken) as error:
            cosign_procedure(actor=clinic.derm.user, procedure=signed(draft), now=LATER)

        assert error.value.code == "not_to_be_cosigned"


class TestAddenda:
    def test_amend_what_is_signed(self, clinic, draft):
        addendum = add_addendum(actor=clinic.derm.user, procedure=signed(draft), text="Right, not left.", now=LATER)

        assert (addendum.signed_by, addendum.text) == (clinic.derm, "Right, not left.")

    def test_are_not_made_to_a_draft(self, clinic, draft):
        with pytest.raises(Conflict):
            add_addendum(actor=clinic.derm.user, procedure=draft, text="More.", now=LATER)


class TestLawAtTheTimeOfTheWork:
    def test_a_licence_that_expired_since_does_not_count_against_it(self, clinic):
        clinic.derm.licences.update(valid_through=NOW.date())
        world.derive(clinic.derm)
        draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))

        row = sign_procedure(actor=clinic.derm.user, procedure=draft, now=NOW + timedelta(days=3))

        assert row.is_signed

    def test_a_licence_that_ended_before_does(self, clinic):
        clinic.derm.licences.update(valid_through=NOW.date() - timedelta(days=1))
        world.derive(clinic.derm)

        assert refused(another(clinic, extracted(clinic.lesion)))["licence_expired"] == "G01"


class TestTheRecord:
    def test_of_a_lancet_says_that_it_was_clean(self, clinic):
        for missing in CLEAN:
            checklist = {name: value for name, value in CLEAN.items() if name != missing}

            assert refused(another(clinic, extracted(clinic.lesion, checklist=checklist))) == {"sterility_not_recorded": "G24"}

    def test_names_the_lot_of_the_sharp(self, clinic):
        assert codes_of(another(clinic, extracted(clinic.lesion, instruments=()))) == {"sterility_not_recorded"}

    def test_says_how_each_lesion_came_out(self, clinic):
        assert codes_of(another(clinic, extracted(clinic.lesion, outcomes=()))) == {"outcome_missing"}

    def test_stands_on_consent(self, clinic):
        stranger = world.a_patient(clinic.site)
        lesion = world.charted(stranger)
        draft = drafted(a_stay(stranger, clinic.derm), clinic.derm, extracted(lesion))

        assert refused(draft) == {"consent_missing": "G16"}

    def test_lies_within_the_stay(self, clinic):
        assert codes_of(another(clinic, extracted(clinic.lesion), at=NOW - timedelta(days=2))) == {"outside_the_visit"}

    def test_warns_of_too_many_attempts(self, clinic):
        often = NewOutcome(lesion=clinic.lesion.pk, result="complete", attempts=3, seconds=40)

        row = signed(another(clinic, extracted(clinic.lesion, outcomes=(often,))))

        assert [warning["gate"] for warning in row.decision["warnings"]] == ["G23", "G23"]


def codes_of(draft: Procedure) -> set[str]:
    with pytest.raises(RuleBroken) as error:
        signed(draft)
    return codes(error.value.reasons)
