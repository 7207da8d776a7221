"""The treatments that the product ships."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import treatments
from clinic.scopes import ACTS, DEPTHS

CATALOGUE = json.loads((Path(treatments.__file__).parent / "data" / "catalogue.json").read_text())
BY_CODE = {treatment["code"]: treatment for treatment in CATALOGUE}


class TestTheCatalogue:
    @pytest.mark.parametrize(
        ("code", "acts", "lesion"),
        [
            ("free-consultation", [["consult_free", "none"]], "none"),
            ("skin-analysis", [["skin_analysis", "none"]], "none"),
            ("diagnosis", [["diagnose_lesion", "none"]], "optional"),
            (
                "lancet-extraction",
                [["lancet_extraction", depth] for depth in ("stratum_corneum", "epidermal", "dermal")],
                "required",
            ),
            ("comedone-extraction", [["comedone_extraction", "stratum_corneum"]], "or_body_site"),
            ("superficial-peel", [["chemical_peel", "superficial"]], "or_body_site"),
            ("medium-peel", [["chemical_peel", "medium"]], "or_body_site"),
            ("microdermabrasion", [["microdermabrasion", "superficial"]], "or_body_site"),
            ("laser-resurfacing", [["laser_resurfacing", "ablative"]], "or_body_site"),
            ("radiofrequency", [["radiofrequency", "dermal"]], "or_body_site"),
            (
                "clean-up",
                [["comedone_extraction", "stratum_corneum"], ["microdermabrasion", "superficial"]],
                "body_site",
            ),
            ("review", [["post_procedure_review", "none"]], "optional"),
        ],
    )
    def test_says_what_is_judged_and_whether_a_lesion_is_named(self, code, acts, lesion):
        assert (BY_CODE[code]["acts"], BY_CODE[code]["lesion"]) == (acts, lesion)

    def test_names_each_of_the_twelve_treatments_once(self):
        assert (len(CATALOGUE), len(BY_CODE)) == (12, 12)

    def test_speaks_the_words_of_authority(self):
        assert {(act in ACTS, depth in DEPTHS) for each in CATALOGUE for act, depth in each["acts"]} == {(True, True)}

    def test_charges_nothing_for_the_free_consultation_alone(self):
        assert [each["code"] for each in CATALOGUE if Decimal(each["price"]) == 0] == ["free-consultation"]

    def test_takes_time_for_every_treatment(self):
        assert all(each["minutes"] > 0 and each["buffer_before"] >= 0 <= each["buffer_after"] for each in CATALOGUE)

    @pytest.mark.parametrize(
        ("code", "devices"),
        [
            ("laser-resurfacing", ["laser"]),
            ("radiofrequency", ["rf_unit"]),
            ("microdermabrasion", ["microdermabrasion_unit"]),
            ("clean-up", ["microdermabrasion_unit"]),
            ("lancet-extraction", []),
        ],
    )
    def test_names_the_device_that_must_be_free(self, code, devices):
        assert BY_CODE[code]["devices"] == devices
