"""Every gate that is asked at the log, once refusing and once allowing; and those that were weighed before, remarked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, gates
from tests.factories_log import LASER, PEEL, a_stay, consented, drafted, extracted
from treatments.models import Procedure
from treatments.selectors.log.judgement import LogJudgement, judge_log
from treatments.services.log.drafting import NewItem, NewOutcome
from treatments.services.log.signing import sign_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    small = world.a_small_clinic(rooms=1)
    consented(small.patient)
    return small


def draft_of(performer, *items: NewItem, patient, at=NOW) -> Procedure:
    places = [[item.treatment, str(lesion)] for item in items for lesion in item.lesions]
    return drafted(a_stay(patient, performer, at=at, places=places), performer, *items)


def judged(clinic: SmallClinic, *items: NewItem, by=None, patient=None) -> LogJudgement:
    draft = draft_of(by or clinic.derm, *items, patient=patient or clinic.patient)
    return judge_log(procedure=draft, now=draft.ended_at)


def refused(clinic: SmallClinic, *items: NewItem, **more) -> dict[str, str]:
    """Code -> gate of every reason."""
    return gates(judged(clinic, *items, **more).reasons)


def remarked(clinic: SmallClinic, *items: NewItem, **more) -> set[str]:
    """The gates of the warnings, where nothing refuses."""
    found = judged(clinic, *items, **more)
    assert found.reasons == ()
    return {warning.gate for warning in found.warnings}


def peeled(percent: str = "30", ph: str = "3.0", agent: str = "glycolic_acid", **form) -> NewItem:
    """A superficial peel of the cheek."""
    return NewItem(
        treatment="superficial-peel",
        body_site="cheek",
        checklist={"cleansed": True},
        settings={"peel": PEEL | {"agent": agent, "percent": percent, "ph": ph} | form},
    )


def hired(clinic: SmallClinic, profession: str, *, agreed: bool = True, **fields):
    person = world.hire(profession, site=clinic.site, **({"trainings": world.ALL_TRAININGS} | fields))
    if agreed:
        world.agree(clinic.derm, person, ["lancet_extraction", "chemical_peel", "radiofrequency"])
    return person


class TestLicences:
    """G01: a licence of the profession for the place, through the whole work."""

    def test_suspended_before_the_end_refuses(self, clinic):
        clinic.derm.licences.update(status="suspended", suspended_from=NOW + timedelta(minutes=10))
        world.derive(clinic.derm)

        assert refused(clinic, extracted(clinic.lesion)) == {"licence_suspended": "G01"}

    def test_suspended_since_allows(self, clinic):
        clinic.derm.licences.update(status="suspended", suspended_from=NOW + timedelta(minutes=31))
        world.derive(clinic.derm)

        assert refused(clinic, extracted(clinic.lesion)) == {}


class TestTheEyelid:
    """G02 and G03."""

    def test_refuses_a_physician_assistant(self, clinic):
        lesion = world.charted(clinic.patient, "eyelid")

        assert refused(clinic, extracted(lesion), by=hired(clinic, "physician_assistant")) == {"eyelid_restricted": "G02"}

    def test_refuses_an_optometrist(self, clinic):
        lesion = world.charted(clinic.patient, "eyelid")

        refusal = refused(clinic, extracted(lesion), by=hired(clinic, "optometrist"))

        assert refusal["optometrist_excluded"] == "G03"

    @pytest.mark.parametrize("profession", ["dermatologist", "ophthalmologist"])
    def test_allows_who_may(self, clinic, profession):
        lesion = world.charted(clinic.patient, "eyelid")

        assert refused(clinic, extracted(lesion), by=hired(clinic, profession, agreed=False)) == {}

    def test_counts_where_nobody_has_verified_the_region(self, clinic):
        """G14."""
        lesion = world.charted(clinic.patient, "periocular", region_verified=False)

        assert refused(clinic, extracted(lesion), by=hired(clinic, "physician_assistant"))["region_unverified"] == "G14"
        assert refused(clinic, extracted(lesion)) == {}


class TestPrivileges:
    """G04, G05, G06, G07, G08, G15."""

    def test_what_the_matrix_does_not_give_is_refused(self, clinic):
        assert refused(clinic, peeled(), by=hired(clinic, "registered_nurse")) == {"privilege_missing": "G04"}

    def test_what_it_gives_is_allowed(self, clinic):
        assert refused(clinic, peeled(), by=hired(clinic, "medical_aesthetician")) == {}

    def test_piercing_is_refused_to_who_may_not_pierce(self, clinic):
        assert refused(clinic, extracted(clinic.lesion), by=hired(clinic, "esthetician"))["piercing_not_permitted"] == "G05"

    def test_piercing_is_allowed_to_who_may(self, clinic):
        assert refused(clinic, extracted(clinic.lesion)) == {}

    def test_a_grant_is_asked_for_where_the_cell_asks(self, clinic):
        lesion = world.charted(clinic.patient, "periocular")
        ophth = hired(clinic, "ophthalmologist", agreed=False)

        assert refused(clinic, extracted(lesion), by=ophth) == {"grant_missing": "G06"}
        world.grant(ophth, "lancet_extraction/epidermal@periocular")
        assert refused(clinic, extracted(lesion), by=ophth) == {}

    def test_training_is_asked_for(self, clinic):
        untrained, trained = (hired(clinic, "physician_assistant", trainings=kinds) for kinds in ((), ("lancet",)))

        assert refused(clinic, extracted(clinic.lesion), by=untrained) == {"training_missing": "G07"}
        assert refused(clinic, extracted(clinic.lesion), by=trained) == {}

    def test_supervision_is_asked_for(self, clinic):
        alone, supervised = (hired(clinic, "nurse_practitioner", agreed=agreed) for agreed in (False, True))

        assert refused(clinic, extracted(clinic.lesion), by=alone) == {"supervision_agreement_missing": "G08"}
        assert refused(clinic, extracted(clinic.lesion), by=supervised) == {}

    def test_depth_is_judged_as_it_was_reached(self, clinic):
        medesth = hired(clinic, "medical_aesthetician")

        assert refused(clinic, extracted(clinic.lesion, depth="dermal"), by=medesth) == {"depth_not_permitted": "G15"}
        assert refused(clinic, extracted(clinic.lesion, depth="epidermal"), by=medesth) == {}


class TestTheLesion:
    """G09, G10, G11, G13, G30."""

    @pytest.mark.parametrize(
        ("gate", "code", "chart"),
        [
            ("G09", "diagnosis_unconfirmed", {"certainty": "provisional"}),
            ("G10", "lesion_suspicious", {"suspicious": True}),
            ("G11", "neonatal_no_procedure", {"milia_type": "neonatal"}),
            ("G13", "en_plaque_review", {"milia_type": "en_plaque"}),
            ("G30", "treatment_mismatch", {"diagnosis": "closed_comedone"}),
        ],
    )
    def test_refuses(self, clinic, gate, code, chart):
        assert refused(clinic, extracted(world.charted(clinic.patient, **chart))) == {code: gate}

    @pytest.mark.parametrize(
        "chart",
        [
            {"certainty": "confirmed"},
            {"suspicious": False},
            {"milia_type": "primary"},
            {"milia_type": "en_plaque", "plaque_reviewed": True},
        ],
    )
    def test_allows(self, clinic, chart):
        assert refused(clinic, extracted(world.charted(clinic.patient, **chart))) == {}

    def test_a_comedone_is_extracted_as_one(self, clinic):
        comedone = world.charted(clinic.patient, diagnosis="closed_comedone")
        item = extracted(comedone, treatment="comedone-extraction")

        assert refused(clinic, item, by=hired(clinic, "esthetician")) == {}

    def test_lesions_of_one_item_share_region_and_depth(self, clinic):
        deeper = world.charted(clinic.patient, depth="dermal")

        assert refused(clinic, extracted(clinic.lesion, deeper))["split_items"] == ""


class TestConsent:
    """G16: to the very kind of work, in force when it was done."""

    def test_to_another_kind_refuses(self, clinic):
        patient = world.a_patient(clinic.site)
        world.agreed(patient, "chemical_peel")

        assert refused(clinic, extracted(world.charted(patient)), patient=patient) == {"consent_missing": "G16"}

    def test_that_was_signed_after_the_work_refuses(self, clinic):
        patient = world.agreed(world.a_patient(clinic.site), signed_at=NOW + timedelta(minutes=1))

        assert refused(clinic, extracted(world.charted(patient)), patient=patient) == {"consent_missing": "G16"}

    def test_of_the_guardian_allows(self, clinic):
        child = consented(world.a_patient(clinic.site, birth_date=date(2015, 1, 1), guardian_name="Grace"))

        assert refused(clinic, extracted(world.charted(child)), patient=child) == {}


class TestWhatWasWeighedBefore:
    """G12 and G17 to G21 are asked at booking, overridden there or not: the log remarks them."""

    def test_a_child_is_remarked(self, clinic):
        child = consented(world.a_patient(clinic.site, birth_date=date(2015, 1, 1), guardian_name="Grace"))

        assert remarked(clinic, extracted(world.charted(child)), patient=child) == {"G12"}

    @pytest.mark.parametrize(
        ("gate", "skin"), [("G17", ["infection"]), ("G18", ["isotretinoin"]), ("G19", ["pregnant"]), ("G20", ["keloid"])]
    )
    def test_a_contraindication_is_remarked(self, clinic, gate, skin):
        world.noted_skin(clinic.patient, *skin)

        assert remarked(clinic, peeled()) == {gate}

    def test_darker_skin_is_remarked(self, clinic):
        world.noted_skin(clinic.patient, fitzpatrick=5)
        item = NewItem(
            treatment="laser-resurfacing", body_site="cheek", checklist={"cleansed": True}, settings={"laser": LASER}
        )

        assert remarked(clinic, item) == {"G21"}

    def test_nothing_is_remarked_of_anybody_else(self, clinic):
        assert remarked(clinic, peeled()) == set()


class TestAttempts:
    """G23 warns."""

    @pytest.mark.parametrize(("attempts", "seconds"), [(3, 10), (1, 31)])
    def test_beyond_the_ceiling_is_remarked(self, clinic, attempts, seconds):
        outcome = NewOutcome(lesion=clinic.lesion.pk, result="partial", attempts=attempts, seconds=seconds)

        assert remarked(clinic, extracted(clinic.lesion, outcomes=(outcome,))) == {"G23"}

    def test_up_to_the_ceiling_is_not(self, clinic):
        outcome = NewOutcome(lesion=clinic.lesion.pk, result="partial", attempts=2, seconds=30)

        assert remarked(clinic, extracted(clinic.lesion, outcomes=(outcome,))) == set()

    @pytest.mark.parametrize(("hours", "expected"), [(23, {"G23"}), (25, set())])
    def test_again_within_a_day_is_remarked(self, clinic, hours, expected):
        part = NewOutcome(lesion=clinic.lesion.pk, result="partial", attempts=1)
        before = NOW - timedelta(hours=hours)
        first = draft_of(clinic.derm, extracted(clinic.lesion, outcomes=(part,)), patient=clinic.patient, at=before)
        sign_procedure(actor=clinic.derm.user, procedure=first, now=first.ended_at)

        assert remarked(clinic, extracted(clinic.lesion)) == expected


class TestPeels:
    """G25: the limits of who is no physician."""

    @pytest.mark.parametrize(
        "form",
        [
            {"percent": "30.1"},
            {"ph": "2.9"},
            {"agent": "salicylic acid", "percent": "21"},
            {"agent": "TCA", "percent": "10"},
            {"sunscreen_advice": False},
        ],
    )
    def test_refuse_what_goes_beyond(self, clinic, form):
        assert refused(clinic, peeled(**form), by=hired(clinic, "medical_aesthetician")) == {"peel_limit": "G25"}

    @pytest.mark.parametrize("form", [{}, {"agent": "Lactic Acid"}, {"agent": "salicylic_acid", "percent": "20", "ph": "2.5"}])
    def test_allow_what_stays_within(self, clinic, form):
        assert refused(clinic, peeled(**form), by=hired(clinic, "medical_aesthetician")) == {}

    def test_do_not_bind_a_dermatologist(self, clinic):
        assert refused(clinic, peeled(percent="70", ph="1.0")) == {}

    def test_are_logged_with_what_was_used(self, clinic):
        item = NewItem(treatment="superficial-peel", body_site="cheek", checklist={"cleansed": True})

        assert refused(clinic, item) == {"settings_missing": ""}


class TestLasers:
    def test_are_used_with_the_eyes_protected(self, clinic):
        form = LASER | {"eye_protection": False}
        item = NewItem(treatment="laser-resurfacing", body_site="cheek", checklist={"cleansed": True}, settings={"laser": form})

        assert refused(clinic, item) == {"protection_not_recorded": ""}


class TestReviews:
    def test_of_what_was_pierced_are_not_an_estheticians(self, clinic):
        first = draft_of(clinic.derm, extracted(clinic.lesion), patient=clinic.patient, at=NOW - timedelta(days=7))
        sign_procedure(actor=clinic.derm.user, procedure=first, now=first.ended_at)
        review = extracted(clinic.lesion, treatment="review", checklist={}, instruments=())
        esthetician = hired(clinic, "esthetician")
        fresh = extracted(world.charted(clinic.patient), treatment="review", checklist={}, instruments=())

        assert refused(clinic, review, by=esthetician) == {"privilege_missing": "G04"}
        assert refused(clinic, fresh, by=esthetician) == {}


def test_amounts_keep_their_digits(clinic):
    draft = draft_of(clinic.derm, peeled(percent="12.50"), patient=clinic.patient)

    assert Decimal(draft.items.get().settings["peel"]["percent"]) == Decimal("12.50")
