"""The classes of ingredients that the product ships."""

import pytest

from clinic.scopes import REGIONS
from tests.factories_plans import shipped_ingredients
from treatments.models import IngredientClass
from treatments.policies.plans.words import AVOID, EXFOLIANTS, EXTENTS, FAMILIES, MASK, STRENGTHS, STRONG, TIMES
from treatments.services.reference import load_catalogues

CLASSES = shipped_ingredients()
USED = {code: entry for code, entry in CLASSES.items() if entry["family"] != AVOID}


@pytest.mark.parametrize("code", CLASSES)
def test_has_words_in_both_languages_and_a_source(code):
    entry = CLASSES[code]

    assert entry["family"] in FAMILIES
    assert all(entry["names"][language] for language in ("en", "es"))
    assert entry["source"]


@pytest.mark.parametrize("code", USED)
def test_says_where_when_and_how_strong_it_is_used(code):
    entry = USED[code]

    assert set(entry["strengths"]) <= set(REGIONS)
    assert all(set(uses) <= set(EXTENTS) for uses in entry["strengths"].values())
    assert {strength for uses in entry["strengths"].values() for words in uses.values() for strength in words} <= set(STRENGTHS)
    assert set(entry["times"]) <= set(TIMES)
    assert all(entry["directions"][language] for language in ("en", "es"))


@pytest.mark.parametrize("code", [code for code, entry in USED.items() if entry["family"] in (*EXFOLIANTS, MASK)])
def test_an_exfoliant_or_mask_is_used_three_times_a_week_at_most(code):
    assert USED[code]["most_per_week"] == 3


@pytest.mark.parametrize("code", [code for code, entry in USED.items() if entry["family"] in STRONG])
def test_nothing_strong_is_shipped_for_the_eye_but_a_weak_prescription_retinoid(code):
    uses = USED[code]["strengths"]

    assert "eyelid" not in uses
    assert "periocular" not in uses or (USED[code]["prescription"] and uses["periocular"]["whole"] == ["low"])


def test_no_whole_area_takes_a_high_strength():
    assert not [
        code for code, entry in USED.items() if any("high" in uses.get("whole", ()) for uses in entry["strengths"].values())
    ]


@pytest.mark.django_db
def test_loading_again_brings_them_back_to_what_is_shipped():
    load_catalogues()
    IngredientClass.objects.filter(code="retinol").update(most_per_week=7)

    load_catalogues()

    assert IngredientClass.objects.count() == len(CLASSES)
    assert IngredientClass.objects.get(code="retinol").most_per_week == 2
