"""How lesions look, lie on charts, go on and are referred: rules without a database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from clinic.errors import Conflict, Malformed
from clinic.policies.protocol import days_later
from patients.policies.appearance import Appearance, contradictions
from patients.policies.charts import charts_of, require_place
from patients.policies.courses import (
    LESION_STATUSES,
    LESION_TRANSITIONS,
    REFERRAL_STATUSES,
    REFERRAL_TRANSITIONS,
    require_lesion_step,
    require_referral_step,
)
from patients.policies.referring import destination_of, urgency_of

PLACE = {"x": 0.5, "y": 0.5, "body_site": "cheek", "region": "face", "side": "left"}


class TestAppearance:
    @pytest.mark.parametrize(
        "seen",
        [
            Appearance(painful=True),
            Appearance(red=True),
            Appearance(hard=False),
            Appearance(dome_shaped=False),
            Appearance(colour="other"),
        ],
    )
    def test_is_warned_of_where_it_contradicts_a_milium(self, seen):
        [warning] = contradictions(seen, diagnosis=None, certainty="none")

        assert (warning.code, warning.severity) == ("contradicts_milium", "warn")
        assert warning.source
        assert warning.mend

    @pytest.mark.parametrize(
        "seen", [Appearance(), Appearance(colour="white", hard=True, dome_shaped=True, painful=False, red=False)]
    )
    def test_of_a_milium_is_not_warned_of(self, seen):
        assert contradictions(seen, diagnosis="milium", certainty="confirmed") == []

    @pytest.mark.parametrize(("diagnosis", "certainty"), [("pustule", "provisional"), ("milium", "refuted")])
    def test_of_something_else_is_not_warned_of(self, diagnosis, certainty):
        assert contradictions(Appearance(red=True), diagnosis=diagnosis, certainty=certainty) == []


class TestCharts:
    @pytest.mark.parametrize(
        ("site", "region", "side", "charts"),
        [
            ("cheek", "face", "left", {"face_front", "face_left"}),
            ("cheek", "face", "right", {"face_front", "face_right"}),
            ("nose", "face", "midline", {"face_front", "face_left", "face_right"}),
            ("eyelid_left_upper", "eyelid", "left", {"face_front", "face_left", "eyelids_closed"}),
            ("under_eye", "periocular", "right", {"face_front", "face_right", "eyelids_closed"}),
            ("chest", "body", "midline", {"torso_front"}),
            ("back", "body", "left", {"torso_back"}),
            ("arm", "body", "left", {"torso_front", "torso_back"}),
        ],
    )
    def test_show_the_body_sites_that_are_drawn_on_them(self, site, region, side, charts):
        assert charts_of(body_site=site, region=region, side=side) == charts

    @pytest.mark.parametrize("chart", ["", "face_front"])
    def test_take_a_place_that_is_whole(self, chart):
        require_place(**PLACE | {"chart": chart} | ({} if chart else {"x": None, "y": None}))

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"chart": "torso_back"}, "chart"),
            ({"chart": "face_right"}, "chart"),
            ({"chart": ""}, "chart"),
            ({"y": None}, "chart"),
            ({"x": -0.01}, "x"),
            ({"y": 1.01}, "y"),
            ({"x": float("nan")}, "x"),
        ],
    )
    def test_refuse_what_lies_outside_them(self, change, field):
        with pytest.raises(Malformed) as refused:
            require_place(**PLACE | {"chart": "face_front"} | change)

        assert list(refused.value.fields) == [field]


class TestTheCourseOfALesion:
    @pytest.mark.parametrize("was", LESION_STATUSES)
    def test_takes_only_the_steps_of_the_table(self, was):
        for wanted in set(LESION_STATUSES) - LESION_TRANSITIONS[was] - {was}:
            with pytest.raises(Conflict) as refused:
                require_lesion_step(was, wanted)
            assert refused.value.code == "illegal_transition"
        for wanted in LESION_TRANSITIONS[was] | {was}:
            require_lesion_step(was, wanted)

    def test_stays_referred_while_the_referral_is_followed(self):
        with pytest.raises(Conflict):
            require_lesion_step("referred", "planned", is_followed=True)


class TestTheCourseOfAReferral:
    @pytest.mark.parametrize("was", REFERRAL_STATUSES)
    def test_takes_only_the_steps_of_the_table(self, was):
        for wanted in set(REFERRAL_STATUSES) - REFERRAL_TRANSITIONS[was]:
            with pytest.raises(Conflict):
                require_referral_step(was, wanted)
        for wanted in REFERRAL_TRANSITIONS[was]:
            require_referral_step(was, wanted)


class TestReferring:
    @pytest.mark.parametrize(
        ("region", "is_minor", "kinds", "to", "urgency"),
        [
            ("face", False, {"contagious"}, "dermatology", "soon"),
            ("body", False, set(), "dermatology", "soon"),
            ("eyelid", False, {"benign"}, "ophthalmology", "soon"),
            ("face", True, {"contagious"}, "pediatrics", "soon"),
            ("face", True, {"suspicious"}, "dermatology", "urgent"),
            ("eyelid", True, {"suspicious"}, "ophthalmology", "urgent"),
            ("face", False, {"suspicious", "benign"}, "dermatology", "urgent"),
        ],
    )
    def test_goes_to_who_sees_such_lesions(self, region, is_minor, kinds, to, urgency):
        assert destination_of(authority_region=region, is_minor=is_minor, kinds=kinds) == to
        assert urgency_of(kinds) == urgency

    def test_is_asked_about_at_the_same_hour_across_a_change_of_clocks(self):
        opened = datetime(2027, 3, 12, 15, tzinfo=UTC)  # 10:00, two days before the clocks go forward

        assert days_later(opened, 3, ZoneInfo("America/New_York")) == datetime(2027, 3, 15, 14, tzinfo=UTC)
