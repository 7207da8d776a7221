"""What a licence may do where: the shipped matrix under rows of law, one rule each."""

from dataclasses import replace

import pytest

from clinic.scopes import PROFESSIONS, parts
from tests.clinic.authority import (
    ELSEWHERE,
    EVERYWHERE,
    LANCET_DERM,
    LANCET_EPI,
    LANCET_SC,
    LASER,
    LIGHT_PEEL,
    MATRIX,
    MEDIUM_PEEL,
    a_row,
    answer,
    asked,
    resolved,
)


class TestTheMatrixAlone:
    @pytest.mark.parametrize(
        ("profession", "scope", "expected"),
        [
            ("dermatologist", "lancet_extraction/dermal@eyelid", ("allow", "none")),
            ("ophthalmologist", "lancet_extraction/dermal@eyelid", ("allow", "none")),
            ("ophthalmologist", "lancet_extraction/dermal@periocular", ("privilege", "none")),
            ("physician_other", LANCET_DERM, ("privilege", "none")),
            ("physician_assistant", LANCET_DERM, ("supervised", "general")),
            ("nurse_practitioner", "lancet_extraction/epidermal@periocular", ("supervised", "direct")),
            ("medical_aesthetician", LANCET_EPI, ("supervised", "direct")),
            ("esthetician", LANCET_SC, ("refuse", "none")),
            ("esthetician", LIGHT_PEEL, ("allow", "none")),
            ("front_desk", "consult_free/none@face", ("refuse", "none")),
        ],
    )
    def test_answers_as_the_cell_says(self, profession, scope, expected):
        assert answer(asked(profession, scope)) == expected

    def test_keeps_what_the_cell_requires(self):
        permission = asked("physician_assistant", "lancet_extraction/epidermal@periocular")

        assert permission.requires == ("training:lancet", "privilege", "region_verified")

    def test_refuses_a_key_that_it_does_not_name(self):
        assert not asked("dermatologist", "chemical_peel/stratum_corneum@face").permitted

    def test_refuses_every_key_of_a_profession_that_it_does_not_know(self):
        assert not asked("astrologer", LANCET_EPI).permitted

    def test_answers_every_cell_of_the_profession(self):
        assert len(resolved("dermatologist")) == 64


class TestWhichRowsApply:
    @pytest.mark.parametrize(
        ("change", "applies"),
        [
            ({}, True),
            ({"jurisdiction": "*"}, True),
            ({"jurisdiction": ELSEWHERE}, False),
            ({"profession": "*"}, True),
            ({"profession": "esthetician"}, False),
            ({"act": "*"}, True),
            ({"act": "lancet_extraction"}, False),
            ({"tier": "master"}, True),
            ({"tier": "basic"}, False),
        ],
    )
    def test_a_refusing_row_refuses_only_what_it_names(self, change, applies):
        row = a_row(**{"profession": "medical_aesthetician", "act": "chemical_peel", "effect": "refuse"} | change)

        permission = asked("medical_aesthetician", LIGHT_PEEL, row, tier="master")

        assert permission.permitted is not applies

    @pytest.mark.parametrize("effect", ["refuse", "unclear"])
    @pytest.mark.parametrize("in_force", [True, False])
    def test_a_refusing_row_refuses_verified_or_not(self, effect, in_force):
        row = a_row(act="chemical_peel", effect=effect, verified=in_force, approved=in_force)

        assert not asked("esthetician", LIGHT_PEEL, row).permitted

    @pytest.mark.parametrize(
        ("profession", "permitted"),
        [("dermatologist", True), ("physician_other", True), ("physician_assistant", False)],
    )
    def test_physician_only_spares_physicians(self, profession, permitted):
        row = a_row(profession="*", act="radiofrequency", effect="physician_only")

        assert asked(profession, "radiofrequency/dermal@face", row).permitted is permitted

    def test_a_refusing_row_wins_over_one_that_allows(self):
        rows = a_row(), a_row(effect="refuse", verified=False, id="row-2")

        assert not asked("esthetician", LANCET_SC, *rows).permitted


class TestDepthAndRegion:
    @pytest.mark.parametrize(
        ("profession", "scope", "max_depth", "permitted"),
        [
            ("esthetician", LIGHT_PEEL, "stratum_corneum", False),
            ("esthetician", LIGHT_PEEL, "epidermal", True),
            ("dermatologist", MEDIUM_PEEL, "superficial", False),
            ("dermatologist", MEDIUM_PEEL, "dermal", True),
            ("dermatologist", LANCET_DERM, "medium", True),
            ("dermatologist", LASER, "dermal", False),
            ("dermatologist", LASER, "deep", True),
            ("dermatologist", "diagnose_lesion/none@face", "stratum_corneum", True),
        ],
    )
    def test_a_row_refuses_what_is_deeper_than_it_goes(self, profession, scope, max_depth, permitted):
        row = a_row(profession="*", act="*", max_depth=max_depth, verified=False, approved=False)

        assert asked(profession, scope, row).permitted is permitted

    @pytest.mark.parametrize(("region", "permitted"), [("face", False), ("body", True)])
    def test_a_row_refuses_the_regions_that_it_excludes(self, region, permitted):
        row = a_row(act="chemical_peel", region_exclusions=("face",), verified=False)

        assert asked("esthetician", f"chemical_peel/superficial@{region}", row).permitted is permitted


class TestRelaxing:
    @pytest.mark.parametrize(
        ("profession", "scope", "expected", "training"),
        [
            ("esthetician", LANCET_EPI, ("allow", "none"), "training:lancet"),
            ("advanced_esthetician", MEDIUM_PEEL, ("allow", "none"), "training:peel"),
            ("medical_aesthetician", LANCET_DERM, ("supervised", "direct"), "training:lancet"),
            ("medical_aesthetician", "radiofrequency/dermal@body", ("supervised", "direct"), "training:rf"),
            ("registered_nurse", LANCET_SC, ("supervised", "direct"), "training:lancet"),
            ("physician_assistant", LASER, ("supervised", "direct"), "training:laser"),
        ],
    )
    def test_a_row_in_force_opens_a_relaxable_cell_with_training(self, profession, scope, expected, training):
        permission = asked(profession, scope, a_row(profession=profession, act=parts(scope)[0]))

        assert (answer(permission), training in permission.requires) == (expected, True)

    @pytest.mark.parametrize("missing", ["verified", "approved"])
    def test_a_row_that_is_not_both_verified_and_approved_opens_nothing(self, missing):
        assert not asked("esthetician", LANCET_SC, a_row(**{missing: False})).permitted

    def test_a_row_for_every_jurisdiction_opens_nothing(self):
        assert not asked("esthetician", LANCET_SC, a_row(jurisdiction="*")).permitted

    def test_a_row_opens_no_deeper_than_it_goes(self):
        row = a_row(max_depth="stratum_corneum")

        assert [asked("esthetician", scope, row).permitted for scope in (LANCET_SC, LANCET_EPI)] == [True, False]

    def test_a_cell_that_is_not_relaxable_stays_refused(self):
        assert not asked("esthetician", LANCET_DERM, a_row()).permitted

    @pytest.mark.parametrize("profession", [p for p in PROFESSIONS if p not in ("dermatologist", "ophthalmologist")])
    def test_nothing_opens_the_eyelid(self, profession):
        row = a_row(profession="*", act="*", supervision="none")

        scopes = [f"lancet_extraction/{depth}@eyelid" for depth in ("stratum_corneum", "epidermal", "dermal")]

        assert not any(asked(profession, scope, row).permitted for scope in scopes)

    @pytest.mark.parametrize("region", ["eyelid", "periocular"])
    def test_a_cell_at_the_eye_stays_refused_even_where_it_is_marked_relaxable(self, region):
        cells = [replace(cell, relaxable=True) for cell in MATRIX]

        assert not asked("esthetician", f"lancet_extraction/stratum_corneum@{region}", a_row(), cells=cells).permitted

    def test_an_optometrist_stays_refused_even_where_the_cells_are_marked_relaxable(self):
        cells = [replace(cell, relaxable=True) for cell in MATRIX]

        permissions = resolved("optometrist", a_row(profession="optometrist", act="*"), cells=cells)

        assert not any(permission.permitted for permission in permissions.values())

    def test_a_row_for_physicians_only_opens_nothing_to_a_physician(self):
        cells = [replace(cell, relaxable=True) for cell in MATRIX]
        row = a_row(profession="physician_other", act="chemical_peel", effect="physician_only")

        assert not asked("physician_other", "chemical_peel/deep@face", row, cells=cells).permitted


class TestTheRowForEveryJurisdiction:
    def test_refuses_where_the_jurisdiction_has_no_row(self):
        assert not asked("esthetician", LANCET_SC, EVERYWHERE).permitted

    def test_falls_away_before_a_verified_and_approved_row_of_the_jurisdiction(self):
        assert asked("esthetician", LANCET_SC, EVERYWHERE, a_row()).permitted

    @pytest.mark.parametrize(
        "change",
        [
            {"verified": False},
            {"approved": False},
            {"profession": "*"},
            {"act": "*"},
            {"jurisdiction": ELSEWHERE},
            {"tier": "master"},
        ],
    )
    def test_stays_before_any_other_row(self, change):
        rows = EVERYWHERE, a_row(id="row-2", act="chemical_peel"), a_row(**change)

        assert not asked("esthetician", LANCET_SC, *rows).permitted

    def test_stays_where_it_names_every_profession_itself(self):
        rows = replace(EVERYWHERE, profession="*"), a_row(profession="*")

        assert not asked("esthetician", LANCET_SC, *rows).permitted
