"""Two records that turn out to be one lesion, and the way back."""

import pytest

from clinic.errors import Conflict, Malformed, NotAllowed, RuleBroken
from patients.models import Lesion, LesionMerge
from patients.services.assessments import cosign_assessment
from patients.services.lesions import correct_lesion, reclassified, state_of
from patients.services.merging import merge_lesions, preview_merge, undo_merge
from patients.services.reference import load_catalogues
from patients.signals import lesion_reclassified
from tests.factories import a_lesion, a_patient, a_user
from tests.factories_lesions import NOW, a_referral, now_is, signed
from tests.patients.charting import a_clinician, confirmed
from tests.refusing import refused_as

pytestmark = pytest.mark.django_db
MILIUM = {"diagnosis": "milium", "certainty": "confirmed"}


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


@pytest.fixture
def pair() -> tuple[Lesion, Lesion]:
    """The record that lasts, confirmed; and the other, deeper and not assessed."""
    patient = a_patient()
    return a_lesion(patient, **confirmed()), a_lesion(patient, depth="dermal")


def merge(lasting, other, actor=None, reason="The same bump, noted twice.") -> LesionMerge:
    return merge_lesions(actor=actor or a_clinician(), other=other, lasting=lasting, reason=reason, now=NOW)[0]


def undo(other, actor=None, reason="Two bumps after all.") -> LesionMerge:
    return undo_merge(actor=actor or a_clinician(), other=other, reason=reason, now=NOW)[0]


class TestMerging:
    def test_leaves_one_lasting_record_with_the_stricter_of_each(self, pair):
        lasting, other = pair

        merge(lasting, other)

        lasting, other = now_is(lasting), now_is(other)
        assert (lasting.depth, lasting.diagnosis_certainty, lasting.merged_into) == ("dermal", "none", None)
        assert (other.merged_into, state_of(other)) == (lasting, state_of(lasting))

    def test_keeps_who_why_and_how_it_was(self, pair):
        lasting, other = pair
        actor = a_clinician()

        record = merge(lasting, other, actor)

        assert (record.merged_by, record.reason) == (actor.practitioner, "The same bump, noted twice.")
        assert (record.lasting_before["depth"], record.other_before["depth"]) == ("epidermal", "dermal")

    def test_tells_whoever_leans_on_either(self, pair):
        heard = []

        def listen(sender, *, lesions, **_):
            heard.append(set(lesions))
            return []

        lesion_reclassified.connect(listen)
        try:
            merge(*pair)
        finally:
            lesion_reclassified.disconnect(listen)

        assert heard == [{row.pk for row in pair}]

    def test_is_refused_for_lesions_of_two_patients(self):
        with pytest.raises(RuleBroken) as refused:
            merge(a_lesion(), a_lesion())

        assert refused.value.code == "lesion_of_another_patient"

    def test_is_refused_with_every_reason(self, pair):
        lasting, other = pair
        Lesion.objects.filter(pk=other.pk).update(laterality="right", status="resolved")

        with pytest.raises(RuleBroken) as refused:
            merge(lasting, other)

        assert len(refused.value.reasons) == 2
        assert now_is(other).merged_into is None

    def test_is_refused_for_a_record_and_itself(self, pair):
        with pytest.raises(Malformed):
            merge(pair[0], pair[0])

    def test_gives_its_reason(self, pair):
        with pytest.raises(Malformed):
            merge(*pair, reason=" ")

    def test_is_for_practitioners(self, pair):
        with pytest.raises(NotAllowed):
            merge(*pair, actor=a_user())


class TestAPreview:
    def test_says_what_would_be_and_writes_nothing(self, pair):
        lasting, other = pair

        state, moved = preview_merge(actor=a_clinician(), other=other, lasting=lasting, now=NOW)

        assert (state.depth, state.certainty, moved) == ("dermal", "none", [])
        assert (now_is(lasting).depth, now_is(other).merged_into, LesionMerge.objects.count()) == ("epidermal", None, 0)


class TestAMergedRecord:
    def test_follows_the_lasting_one(self, pair):
        lasting, other = pair
        merge(lasting, other)

        signed(lasting, **MILIUM, depth="epidermal")

        assert state_of(now_is(other)) == state_of(now_is(lasting))
        assert now_is(other).diagnosis_certainty == "confirmed"

    def test_is_charted_no_more(self, pair):
        lasting, other = pair
        awaiting = signed(other, actor=a_clinician("physician_assistant"), **MILIUM)
        merge(lasting, other)

        acts = (
            lambda: signed(other, **MILIUM),
            lambda: cosign_assessment(actor=a_clinician(), assessment=awaiting, now=NOW),
            lambda: correct_lesion(actor=a_clinician(), lesion=other.pk, changes={"count": 2}, now=NOW),
            lambda: a_referral(other),
        )

        for act in acts:
            with pytest.raises(RuleBroken) as refused:
                act()
            assert refused.value.code == "lesion_merged"

    def test_takes_no_other_in(self, pair):
        lasting, other = pair
        merge(lasting, other)
        third = a_lesion(lasting.patient)

        for into, gone in ((other, third), (third, lasting)):
            with pytest.raises(RuleBroken):
                merge(into, gone)

    def test_is_held_by_the_database(self, pair):
        lasting, other = pair
        merge(lasting, other)
        gone, stays = Lesion.objects.filter(pk=other.pk), Lesion.objects.filter(pk=lasting.pk)
        third, stranger = a_lesion(lasting.patient, depth="dermal"), a_lesion(depth="dermal")

        assert refused_as(lambda: gone.update(depth="epidermal")) == "merged_lesion_is_judged_as_the_lasting_one"
        assert refused_as(lambda: stays.update(region="eyelid")) == "merged_lesion_is_judged_as_the_lasting_one"
        assert refused_as(lambda: gone.update(merged_into=stranger)) == "lesions_of_one_patient_are_merged"
        assert refused_as(lambda: stays.update(merged_into=third)) == "merge_ends_at_the_lasting_lesion"
        assert refused_as(lambda: stays.update(merged_into=lasting)) == "merge_ends_at_the_lasting_lesion"


class TestTheWayBack:
    def test_gives_each_what_it_was(self, pair):
        lasting, other = pair
        before = [state_of(now_is(row)) for row in pair]
        merge(lasting, other)

        record = undo(other)

        assert [state_of(now_is(row)) for row in pair] == before
        assert now_is(other).merged_into is None
        assert (record.undo_reason, record.undone_at) == ("Two bumps after all.", NOW)

    def test_leaves_both_as_they_are_once_the_lesion_was_assessed_again(self, pair):
        lasting, other = pair
        merge(lasting, other)
        signed(lasting, suspicious=True)

        undo(other)

        assert [now_is(row).suspicious for row in pair] == [True, True]
        assert state_of(now_is(other)) == state_of(now_is(lasting))

    def test_may_be_gone_once(self, pair):
        lasting, other = pair
        merge(lasting, other)
        undo(other)

        with pytest.raises(Conflict) as refused:
            undo(other)

        assert refused.value.code == "not_merged"

    def test_lets_them_be_merged_again(self, pair):
        lasting, other = pair
        merge(lasting, other)
        undo(other)

        merge(other, lasting)

        assert now_is(lasting).merged_into == other

    def test_parts_one_of_several_and_leaves_the_strictness_of_the_rest(self, pair):
        lasting, other = pair
        third = a_lesion(lasting.patient, suspicious=True, **confirmed())
        merge(lasting, other)
        merge(lasting, third)

        undo(other)

        assert now_is(lasting).suspicious
        assert now_is(other).merged_into is None

    def test_is_for_practitioners(self, pair):
        lasting, other = pair
        merge(lasting, other)

        with pytest.raises(NotAllowed):
            undo(other, a_user())


def test_nothing_is_told_when_nothing_changed():
    assert reclassified([], actor=a_user(), reason="x", now=NOW) == []
