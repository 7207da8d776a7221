"""The rules of home care, without a database."""

from datetime import date, timedelta

import pytest

from tests.factories_plans import TODAY, a_routine, an_item
from treatments.policies.facts import Contraindication
from treatments.policies.plans.care import TreatedLesion
from treatments.policies.plans.home_care import judge_care

FACE, LID = TreatedLesion(region="face"), TreatedLesion(region="eyelid")


def codes(*items, **fields) -> list[str]:
    """The codes that refuse the routine."""
    return [refusal.code for refusal in judge_care(a_routine(*items, **fields)).refusals]


def warned(*items, **fields) -> list[str]:
    """The codes that are told beside a routine that is allowed."""
    answer = judge_care(a_routine(*items, **fields))
    assert not answer.refusals
    return [refusal.code for refusal in answer.warnings]


class TestG22StrongRetinoids:
    @pytest.mark.parametrize("ingredient", ["retinol", "adapalene", "prescription_retinoid"])
    @pytest.mark.parametrize(
        ("region", "extent"),
        [("face", "whole"), ("body", "whole"), ("periocular", "spot"), ("periocular", "whole"), ("eyelid", "spot")],
    )
    def test_are_refused_on_a_whole_area_and_near_the_eye(self, ingredient, region, extent):
        item = an_item(ingredient, region=region, strength="high", extent=extent)

        refusals = judge_care(a_routine(item, lesions=[FACE, TreatedLesion(region=region)])).refusals

        assert (refusals[0].code, refusals[0].gate) == ("retinoid_too_strong", "G22")
        assert refusals[0].source
        assert refusals[0].mend

    def test_are_allowed_on_the_spot_of_the_face(self):
        item = an_item("retinol", strength="high", extent="spot")

        assert codes(item, lesions=[FACE]) == []

    def test_a_weak_one_is_allowed_on_the_whole_face(self):
        assert codes(an_item("retinol")) == []


class TestTheAreaOfTheEye:
    @pytest.mark.parametrize(
        ("ingredient", "region"),
        [
            ("retinol", "eyelid"),
            ("retinol", "periocular"),
            ("prescription_retinoid", "eyelid"),
            ("aha_leave_on", "periocular"),
            ("salicylic_leave_on", "eyelid"),
            ("salicylic_cleanser", "periocular"),
            ("gentle_scrub", "periocular"),
            ("clay_mask", "periocular"),
        ],
    )
    def test_takes_nothing_strong(self, ingredient, region):
        assert "eye_area_protected" in codes(an_item(ingredient, region=region))

    def test_takes_a_weak_prescription_retinoid_beside_the_lid(self):
        assert codes(an_item("prescription_retinoid", region="periocular")) == []

    @pytest.mark.parametrize("ingredient", ["gentle_cleanser", "light_moisturiser"])
    def test_takes_what_is_gentle(self, ingredient):
        assert codes(an_item(ingredient, region="eyelid")) == []


class TestG19Pregnancy:
    @pytest.mark.parametrize("answer", ["pregnant", "trying"])
    def test_refuses_a_retinoid_to_who_says_so(self, answer):
        refusals = judge_care(a_routine(an_item("retinol"), pregnancy_answer=answer)).refusals

        assert [(refusal.code, refusal.gate, refusal.resource) for refusal in refusals] == [
            ("contraindicated", "G19", "pregnant")
        ]

    @pytest.mark.parametrize(
        ("since", "until", "refused"),
        [
            (date(2026, 12, 1), None, True),
            (date(2027, 3, 1), None, True),
            (date(2026, 1, 1), TODAY, True),
            (date(2026, 1, 1), TODAY - timedelta(days=1), False),
        ],
    )
    def test_refuses_a_retinoid_while_it_is_on_file(self, since, until, refused):
        held = [Contraindication(code="pregnant", since=since, until=until)]

        assert (codes(an_item("adapalene"), contraindications=held) == ["contraindicated"]) is refused

    def test_refuses_a_retinoid_while_nobody_has_asked(self):
        assert codes(an_item("retinol"), pregnancy_answer="") == ["pregnancy_not_asked"]

    def test_does_not_forbid_the_rest(self):
        assert codes(an_item("gentle_cleanser"), an_item("aha_leave_on"), pregnancy_answer="pregnant") == []

    def test_breastfeeding_warns(self):
        assert "contraindicated" in warned(an_item("retinol"), pregnancy_answer="breastfeeding")

    def test_warns_of_salicylic_acid(self):
        assert warned(an_item("salicylic_leave_on"), pregnancy_answer="pregnant") == ["contraindicated"]


class TestCaps:
    @pytest.mark.parametrize(
        "ingredient", ["aha_leave_on", "salicylic_leave_on", "gentle_scrub", "clay_mask", "enzyme_exfoliant"]
    )
    @pytest.mark.parametrize(("per_week", "refused"), [(3, False), (4, True)])
    def test_let_exfoliants_and_masks_be_used_three_times_a_week(self, ingredient, per_week, refused):
        assert ("too_often" in codes(an_item(ingredient, per_week=per_week))) is refused

    @pytest.mark.parametrize(("uses", "refused"), [((1, 2), False), ((2, 2), True)])
    def test_count_exfoliants_of_one_region_together(self, uses, refused):
        scrub, acid = an_item("gentle_scrub", per_week=uses[0]), an_item("aha_leave_on", per_week=uses[1])

        assert ("too_often" in codes(scrub, acid)) is refused

    def test_count_each_region_apart(self):
        items = [an_item("gentle_scrub", per_week=3), an_item("gentle_scrub", region="body", per_week=3)]

        assert "too_often" not in codes(*items, an_item("sunscreen", region="body"))

    def test_let_a_retinoid_begin_twice_a_week(self):
        assert codes(an_item("retinol", per_week=3)) == ["too_often"]

    @pytest.mark.parametrize(("minutes", "refused"), [(4, True), (5, False), (10, False), (11, True), (None, True)])
    def test_leave_a_mask_on_for_five_to_ten_minutes(self, minutes, refused):
        assert ("minutes_not_allowed" in codes(an_item("clay_mask", minutes=minutes))) is refused

    def test_time_nothing_that_stays_on(self):
        assert codes(an_item("niacinamide", minutes=5)) == ["minutes_not_allowed"]


class TestTheLadder:
    def test_begins_with_the_lowest_strength_for_a_whole_area(self):
        assert codes(an_item("retinol", strength="medium")) == ["retinoid_ladder"]

    def test_lets_a_middle_strength_follow_where_it_was_climbed(self):
        assert codes(an_item("retinol", strength="medium"), climbed=frozenset({"face"})) == []

    def test_leaves_the_middle_strength_to_clinicians(self):
        item = an_item("retinol", strength="medium")

        assert codes(item, climbed=frozenset({"face"}), prescriber=False) == ["retinoid_ladder"]

    def test_warns_of_a_strong_beginning_on_the_spot(self):
        item = an_item("retinol", strength="high", extent="spot")

        assert warned(item, lesions=[FACE]) == ["retinoid_ladder"]
        assert warned(item, lesions=[FACE], climbed=frozenset({"face"})) == []

    def test_takes_one_retinoid_for_one_place(self):
        assert codes(an_item("retinol"), an_item("adapalene")) == ["one_retinoid"]
        assert codes(an_item("retinol"), an_item("adapalene", extent="spot"), lesions=[FACE]) == []


class TestSunscreen:
    @pytest.mark.parametrize("ingredient", ["retinol", "aha_leave_on", "salicylic_leave_on", "gentle_scrub"])
    def test_is_part_of_what_makes_the_skin_burn(self, ingredient):
        assert codes(an_item(ingredient), sunscreen=False) == ["sunscreen_missing"]

    def test_is_daily(self):
        assert codes(an_item("retinol"), an_item("sunscreen", per_week=6), sunscreen=False) == ["sunscreen_missing"]

    def test_protects_the_region_that_needs_it(self):
        assert codes(an_item("retinol", region="body")) == ["sunscreen_missing"]

    def test_is_missed_in_any_other_plan(self):
        assert warned(an_item("gentle_cleanser"), sunscreen=False) == ["sunscreen_missing"]


class TestSkinType:
    @pytest.mark.parametrize(
        ("ingredient", "oily", "warns"),
        [
            ("salicylic_cleanser", True, False),
            ("salicylic_cleanser", False, True),
            ("aha_cleanser", False, False),
            ("aha_cleanser", True, True),
            ("aha_cleanser", None, False),
            ("gentle_cleanser", True, False),
        ],
    )
    def test_oily_skin_takes_salicylic_acid_and_dry_skin_the_others(self, ingredient, oily, warns):
        assert (warned(an_item(ingredient), oily=oily) == ["skin_type_mismatch"]) is warns


class TestLesions:
    def test_a_spot_has_a_lesion_in_its_region(self):
        spot = an_item("aha_leave_on", extent="spot")

        assert codes(spot) == ["spot_without_lesion"]
        assert codes(spot, lesions=[LID]) == ["spot_without_lesion"]
        assert codes(spot, lesions=[FACE]) == []

    def test_a_doubtful_one_is_not_treated_on_the_spot(self):
        doubtful = TreatedLesion(region="face", suspicious=True)

        assert codes(an_item("retinol", extent="spot"), lesions=[doubtful]) == ["lesion_suspicious"]

    def test_of_a_newborn_are_left_alone(self):
        assert codes(an_item("aha_leave_on"), lesions=[TreatedLesion(region="face", neonatal=True)]) == [
            "neonatal_no_procedure"
        ]


class TestTheCatalogue:
    def test_says_what_is_left_out(self):
        assert "ingredient_to_avoid" in codes(an_item("petroleum_jelly"))

    @pytest.mark.parametrize(
        ("item", "code"),
        [
            (an_item("niacinamide", region="eyelid"), "strength_not_allowed"),
            (an_item("sunscreen", region="body", strength="low"), "strength_not_allowed"),
            (an_item("clay_mask", region="body"), "strength_not_allowed"),
            (an_item("retinol", time_of_day="morning"), "time_not_allowed"),
        ],
    )
    def test_says_where_and_when_a_class_is_used(self, item, code):
        assert codes(item) == [code]

    def test_asks_for_something_to_do(self):
        assert codes(sunscreen=False) == ["nothing_planned"]


def test_all_reasons_are_told_at_once_by_gate():
    items = [an_item("retinol", strength="high"), an_item("gentle_scrub", per_week=5), an_item("silicone")]

    found = codes(*items, pregnancy_answer="trying", sunscreen=False)

    assert found[:2] == ["contraindicated", "retinoid_too_strong"]
    assert {"too_often", "ingredient_to_avoid", "sunscreen_missing"} <= set(found)
