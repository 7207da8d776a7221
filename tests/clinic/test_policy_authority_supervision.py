"""How rows of law lower and raise the supervision that the matrix asks for."""

from dataclasses import replace

import pytest

from tests.clinic.authority import LANCET_EPI, LANCET_SC, MATRIX, MEDIUM_PEEL, a_row, answer, asked


class TestSupervision:
    @pytest.mark.parametrize(
        ("profession", "scope", "asked_level", "expected"),
        [
            ("physician_assistant", LANCET_EPI, "none", ("allow", "none")),
            ("nurse_practitioner", LANCET_EPI, "none", ("allow", "none")),
            ("physician_assistant", LANCET_EPI, "general", ("supervised", "general")),
            ("physician_assistant", LANCET_EPI, None, ("supervised", "general")),
            ("physician_assistant", MEDIUM_PEEL, "general", ("supervised", "general")),
            ("physician_assistant", MEDIUM_PEEL, "none", ("supervised", "general")),
            ("physician_assistant", "lancet_extraction/epidermal@periocular", "none", ("supervised", "direct")),
            ("medical_aesthetician", LANCET_EPI, "none", ("supervised", "direct")),
        ],
    )
    def test_a_row_in_force_lowers_that_of_pa_and_np_by_one_level(self, profession, scope, asked_level, expected):
        row = a_row(profession="*", act="*", supervision=asked_level)

        assert answer(asked(profession, scope, row)) == expected

    def test_a_row_lowers_nobody_elses_even_where_the_cell_is_marked_relaxable(self):
        cells = [replace(cell, relaxable=True) for cell in MATRIX]
        row = a_row(profession="medical_aesthetician", supervision="none")

        assert answer(asked("medical_aesthetician", LANCET_EPI, row, cells=cells)) == ("supervised", "direct")

    @pytest.mark.parametrize("missing", ["verified", "approved"])
    def test_a_row_that_is_not_in_force_lowers_nothing(self, missing):
        row = a_row(profession="physician_assistant", supervision="none", **{missing: False})

        assert answer(asked("physician_assistant", LANCET_EPI, row)) == ("supervised", "general")

    def test_the_stricter_of_two_rows_holds(self):
        rows = [
            a_row(profession="physician_assistant", supervision="none"),
            a_row(profession="physician_assistant", supervision="general", verified=False, id="row-2"),
        ]

        assert answer(asked("physician_assistant", LANCET_EPI, *rows)) == ("supervised", "general")

    @pytest.mark.parametrize(
        ("profession", "scope", "level", "expected"),
        [
            ("dermatologist", LANCET_EPI, "direct", ("supervised", "direct")),
            ("physician_assistant", LANCET_EPI, "personal", ("supervised", "personal")),
            ("medical_aesthetician", LANCET_EPI, "general", ("supervised", "direct")),
            ("esthetician", LANCET_SC, "direct", ("refuse", "none")),
        ],
    )
    def test_a_row_tightens_it_without_being_verified(self, profession, scope, level, expected):
        row = a_row(profession="*", supervision=level, verified=False, approved=False)

        assert answer(asked(profession, scope, row)) == expected

    def test_a_row_that_opens_a_cell_may_ask_for_supervision(self):
        assert answer(asked("esthetician", LANCET_SC, a_row(supervision="direct"))) == ("supervised", "direct")

    def test_a_tightened_cell_by_grant_still_needs_the_grant(self):
        permission = asked("physician_other", LANCET_EPI, a_row(profession="physician_other", supervision="general"))

        assert (permission.effect, permission.requires) == ("supervised", ("privilege",))
