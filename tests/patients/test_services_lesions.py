"""Noting lesions and correcting them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clinic.errors import Malformed, NotAllowed, NotFound, RuleBroken
from patients.models import Lesion
from patients.services.lesions import NewLesion, correct_lesion, note_lesion
from patients.services.reference import load_catalogues
from patients.signals import lesion_reclassified
from tests.factories import a_lesion, a_patient, a_user
from tests.patients.charting import a_clinician, a_milia_type

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


@pytest.fixture
def heard():
    """The sets of lesions that were announced as reclassified."""
    sets = []

    def listen(sender, *, lesions, **_):
        sets.append(set(lesions))
        return []

    lesion_reclassified.connect(listen)
    yield sets
    lesion_reclassified.disconnect(listen)


def note(actor=None, **fields) -> Lesion:
    lesion = NewLesion(**{"body_site": "cheek", "laterality": "left"} | fields)
    return note_lesion(actor=actor or a_user(), patient=a_patient(), lesion=lesion, now=NOW)


def correct(lesion, actor=None, **changes) -> Lesion:
    return correct_lesion(actor=actor or a_clinician("physician_assistant"), lesion=lesion.pk, changes=changes, now=NOW)[0]


class TestNoteLesion:
    def test_takes_the_region_of_the_body_site_unverified(self):
        lesion = note(body_site="under_eye")
        lesion.refresh_from_db()

        assert (lesion.region, lesion.region_verified, lesion.authority_region) == ("periocular", False, "eyelid")

    @pytest.mark.parametrize("body_site", ["cheek", "eyelid_left_upper", "canthus_medial"])
    def test_refuses_both_sides_at_once(self, body_site):
        with pytest.raises(RuleBroken) as refused:
            note(body_site=body_site, laterality="bilateral")

        assert refused.value.code == "split_by_side"

    @pytest.mark.parametrize(("body_site", "laterality"), [("cheek", ""), ("eyelid_right_upper", "left")])
    def test_refuses_a_side_that_is_missing_or_not_the_lids(self, body_site, laterality):
        with pytest.raises(Malformed) as refused:
            note(body_site=body_site, laterality=laterality)

        assert list(refused.value.fields) == ["laterality"]

    @pytest.mark.parametrize(("body_site", "side"), [("eyelid_right_upper", "right"), ("eyelid_left_lower", "left")])
    def test_gives_a_lid_its_own_side(self, body_site, side):
        assert note(body_site=body_site, laterality="").laterality == side

    def test_leaves_a_shallow_depth_told_by_the_front_desk_unknown(self):
        assert [note(depth=depth).depth for depth in ("epidermal", "dermal")] == ["unknown", "dermal"]

    def test_takes_the_depth_from_a_practitioner(self):
        assert note(a_clinician("esthetician"), depth="epidermal").depth == "epidermal"

    def test_refuses_half_a_place_on_the_chart(self):
        with pytest.raises(Malformed):
            note(chart="face_front", x=0.5)

    def test_knows_no_other_body_sites(self):
        with pytest.raises(NotFound):
            note(body_site="elbow")


class TestCorrectLesion:
    def test_describes(self):
        lesion = correct(a_lesion(), size_mm=Decimal("1.5"), count=3, status="planned")
        lesion.refresh_from_db()

        assert (lesion.size_mm, lesion.count, lesion.status) == (Decimal("1.5"), 3, "planned")

    @pytest.mark.parametrize(
        "change",
        [{"body_site": "eyelid_left_upper"}, {"depth": "dermal"}, {"milia_type": "neonatal"}, {"milia_type": "en_plaque"}],
    )
    def test_tightens_for_any_practitioner(self, change, heard):
        lesion = a_lesion()

        correct(lesion, **change)

        assert heard == [{lesion.pk}]

    @pytest.mark.parametrize(
        ("lesion", "change"),
        [
            ({"region": "eyelid"}, {"body_site": "cheek", "laterality": "left"}),
            ({"depth": "unknown"}, {"depth": "epidermal"}),
            ({"depth": "epidermal"}, {"depth": "stratum_corneum"}),
        ],
    )
    @pytest.mark.parametrize("profession", ["dermatologist", "esthetician"])
    def test_never_loosens_a_rule(self, lesion, change, profession):
        with pytest.raises(NotAllowed):
            correct(a_lesion(**lesion), a_clinician(profession), **change)

    def test_takes_no_lesion_out_of_neonatal(self):
        with pytest.raises(NotAllowed):
            correct(a_lesion(milia_type=a_milia_type("neonatal")), milia_type="primary")

    def test_moves_a_lesion_along_the_face_and_tells_nobody(self, heard):
        assert correct(a_lesion(), body_site="nose").body_site.code == "nose"
        assert heard == []

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            correct(a_lesion(), a_user(), count=2)

    def test_changes_nothing_that_an_assessment_says(self):
        with pytest.raises(NotAllowed):
            correct(a_lesion(suspicious=True), suspicious=False)
