"""Why a licence may not, what the answer cites, and what holds under any rows of law."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.scopes import ACTS, DEPTH_RANK, LEVELS, PROFESSIONS, REGIONS
from tests.clinic.authority import (
    ELSEWHERE,
    EVERYWHERE,
    HERE,
    LANCET_DERM,
    LANCET_EPI,
    LANCET_SC,
    LASER,
    LIGHT_PEEL,
    MATRIX,
    MEDIUM_PEEL,
    a_row,
    asked,
    codes,
    resolved,
)


class TestRefusalCodes:
    @pytest.mark.parametrize(
        ("profession", "scope", "expected"),
        [
            ("physician_assistant", "lancet_extraction/epidermal@eyelid", ["eyelid_restricted"]),
            ("physician_assistant", "consult_free/none@eyelid", ["privilege_missing"]),
            ("esthetician", "chemical_peel/superficial@eyelid", ["eyelid_restricted"]),
            ("esthetician", "lancet_extraction/epidermal@eyelid", ["eyelid_restricted", "piercing_not_permitted"]),
            ("optometrist", "diagnose_lesion/none@eyelid", ["optometrist_excluded"]),
            (
                "optometrist",
                "lancet_extraction/dermal@eyelid",
                ["eyelid_restricted", "optometrist_excluded", "piercing_not_permitted"],
            ),
            ("esthetician", LANCET_EPI, ["piercing_not_permitted"]),
            ("pediatrician", LASER, ["piercing_not_permitted"]),
            ("medical_aesthetician", LASER, ["privilege_missing"]),
            ("physician_other", "lancet_extraction/epidermal@periocular", ["privilege_missing"]),
            ("ophthalmologist", "lancet_extraction/dermal@face", ["privilege_missing"]),
            ("medical_aesthetician", LANCET_DERM, ["depth_not_permitted"]),
            ("esthetician", MEDIUM_PEEL, ["depth_not_permitted"]),
            ("dermatologist", "chemical_peel/deep@body", ["depth_not_permitted"]),
            ("dermatologist", "chemical_peel/medium@eyelid", ["depth_not_permitted"]),
            ("dermatologist", "microdermabrasion/superficial@eyelid", ["privilege_missing"]),
            ("dermatologist", LANCET_EPI, []),
            ("esthetician", "chemical_peel/stratum_corneum@face", ["privilege_missing"]),
            ("esthetician", "radiofrequency/epidermal@face", ["piercing_not_permitted"]),
        ],
    )
    def test_names_every_reason_of_the_matrix(self, profession, scope, expected):
        assert codes(profession, scope) == expected

    @pytest.mark.parametrize(
        ("profession", "scope", "change", "expected"),
        [
            (
                "esthetician",
                LIGHT_PEEL,
                {"act": "chemical_peel", "max_depth": "stratum_corneum"},
                "depth_not_permitted",
            ),
            (
                "esthetician",
                MEDIUM_PEEL,
                {"act": "chemical_peel", "max_depth": "stratum_corneum"},
                "depth_not_permitted",
            ),
            ("esthetician", LANCET_EPI, {"max_depth": "stratum_corneum"}, "depth_not_permitted"),
            ("esthetician", LIGHT_PEEL, {"act": "chemical_peel", "effect": "refuse"}, "privilege_missing"),
            ("esthetician", MEDIUM_PEEL, {"act": "chemical_peel", "effect": "refuse"}, "privilege_missing"),
            ("esthetician", LIGHT_PEEL, {"act": "chemical_peel", "region_exclusions": ("face",)}, "privilege_missing"),
            ("esthetician", MEDIUM_PEEL, {"act": "chemical_peel", "region_exclusions": ("face",)}, "privilege_missing"),
            ("physician_assistant", LANCET_EPI, {"effect": "refuse"}, "piercing_not_permitted"),
            ("physician_assistant", LANCET_EPI, {"effect": "unclear"}, "piercing_not_permitted"),
            ("physician_assistant", LANCET_EPI, {"effect": "physician_only"}, "piercing_not_permitted"),
            ("physician_assistant", LANCET_DERM, {"max_depth": "epidermal"}, "depth_not_permitted"),
        ],
    )
    def test_names_the_reason_of_a_row(self, profession, scope, change, expected):
        assert codes(profession, scope, a_row(profession=profession, **change)) == [expected]

    def test_an_unverified_row_that_stops_at_a_depth_permits_nothing_shallower(self):
        row = a_row(profession="advanced_esthetician", max_depth="epidermal", verified=False)

        assert codes("advanced_esthetician", LANCET_DERM, row) == ["piercing_not_permitted"]

    def test_a_shallower_depth_that_a_row_cannot_open_is_not_permitted(self):
        cells = [replace(cell, relaxable=cell.depth == "epidermal") for cell in MATRIX]
        row = a_row(max_depth="stratum_corneum")

        assert asked("esthetician", LANCET_EPI, row, cells=cells).refusals == (("G05", "piercing_not_permitted"),)

    def test_a_key_without_a_cell_shares_the_row_that_refuses_the_act(self):
        row = a_row(profession="dermatologist", act="radiofrequency", effect="refuse")

        assert codes("dermatologist", "radiofrequency/epidermal@face", row) == ["piercing_not_permitted"]

    def test_the_first_reason_stands_on_the_permission(self):
        permission = asked("esthetician", "lancet_extraction/epidermal@eyelid")

        assert (permission.gate, permission.code) == ("G02", "eyelid_restricted")


class TestSources:
    def test_a_permission_cites_its_cell_and_the_rows_that_let_it_pass(self):
        permission = asked("esthetician", LANCET_SC, EVERYWHERE, a_row(conditions=("sharps container at hand",)))

        assert (permission.sources[1:], permission.row_ids, permission.conditions) == (
            ("Rule 1",),
            ("row-1",),
            ("sharps container at hand",),
        )

    def test_a_refusal_cites_its_cell_and_the_rows_that_refuse(self):
        permission = asked("esthetician", LANCET_SC, EVERYWHERE, a_row(max_depth="epidermal", verified=False))

        assert (len(permission.sources), permission.sources[1], permission.row_ids) == (2, "Default", ("row-*",))

    def test_a_key_without_a_cell_says_so(self):
        assert asked("esthetician", "chemical_peel/stratum_corneum@face").sources == (
            "Clinic policy: what the authority matrix does not name is refused",
        )


any_row = st.builds(
    a_row,
    jurisdiction=st.sampled_from([HERE, ELSEWHERE, "*"]),
    profession=st.sampled_from([*PROFESSIONS, "*"]),
    act=st.sampled_from([*ACTS, "*"]),
    max_depth=st.sampled_from([None, *(depth for depth in DEPTH_RANK if depth != "none")]),
    effect=st.sampled_from(["allow_if", "allow_if", "allow_if", "refuse", "physician_only", "unclear"]),
    supervision=st.sampled_from([None, *LEVELS]),
    region_exclusions=st.sampled_from([(), ("face",), ("body", "periocular")]),
    verified=st.booleans(),
    approved=st.booleans(),
)


def looseness(permission):
    """Refused, by grant, under supervision, or free: a supervised key is looser the lower its level."""
    if not permission.permitted:
        return -1
    return len(LEVELS) - LEVELS.index(permission.supervision)


class TestUnderAnyRows:
    @settings(deadline=None)
    @given(profession=st.sampled_from(PROFESSIONS), rows=st.lists(any_row, max_size=5))
    def test_deeper_is_never_looser(self, profession, rows):
        permissions = resolved(profession, *rows).values()

        looser = [
            (shallow, deep)
            for shallow in permissions
            for deep in permissions
            if (shallow.act, shallow.region) == (deep.act, deep.region)
            and DEPTH_RANK[shallow.depth] < DEPTH_RANK[deep.depth]
            and looseness(deep) > looseness(shallow)
        ]

        assert looser == []

    @settings(deadline=None)
    @given(profession=st.sampled_from(PROFESSIONS), rows=st.lists(any_row, max_size=5))
    def test_rows_that_are_not_in_force_never_loosen(self, profession, rows):
        before = resolved(profession)

        after = resolved(profession, *(replace(row, approved=False) for row in rows))

        assert all(looseness(after[key]) <= looseness(before[key]) for key in before)

    @settings(deadline=None)
    @given(profession=st.sampled_from(PROFESSIONS), rows=st.lists(any_row, max_size=5))
    def test_nothing_around_the_eye_is_ever_loosened(self, profession, rows):
        before = resolved(profession)

        after = resolved(profession, *rows)

        assert all(looseness(after[key]) <= looseness(before[key]) for key in before if key[2] in REGIONS[:2])

    @settings(deadline=None)
    @given(profession=st.sampled_from(PROFESSIONS), rows=st.lists(any_row, max_size=5))
    def test_a_key_is_refused_exactly_when_it_has_a_reason(self, profession, rows):
        permissions = resolved(profession, *rows).values()

        assert all(permission.permitted is not bool(permission.refusals) for permission in permissions)
