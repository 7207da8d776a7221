"""How alike two patients are, and what has to be looked at before they become one."""

from datetime import date

import pytest

from patients.policies.duplicates import Identity, differences, likeness, transposed
from patients.policies.skins import stricter

BORN = date(1990, 5, 7)


def somebody(given="Ada", family="Lovelace", born=BORN, **fields) -> Identity:
    return Identity(given_name=given, family_name=family, born=born, **fields)


class TestLikeness:
    @pytest.mark.parametrize(
        ("other", "score", "because"),
        [
            (somebody(), 80, ("same birth date", "same names")),
            (somebody("ADA", "Love-lace"), 80, ("same birth date", "same names")),
            (somebody("Adá"), 80, ("same birth date", "same names")),
            (somebody("Lovelace", "Ada"), 75, ("same birth date", "given and family name swapped")),
            (somebody("Adah", "Lovelase"), 65, ("same birth date", "similar names")),
            (somebody(born=date(1990, 7, 5)), 70, ("day and month of the birth date transposed", "same names")),
            (
                somebody(born=date(1991, 5, 7)),
                55,
                ("birth dates differ in the day, the month or the year alone", "same names"),
            ),
            (
                somebody(phone="+16145550100", email="A@b.example"),
                100,
                ("same birth date", "same names", "same phone", "same e-mail"),
            ),
        ],
    )
    def test_gives_points_and_says_what_for(self, other, score, because):
        found = likeness(somebody(phone="+16145550100", email="a@B.example"), other)

        assert (found.score, found.because, found.likely) == (score, because, True)

    @pytest.mark.parametrize(
        "other",
        [
            somebody("Grace", "Hopper"),
            somebody(born=date(1985, 1, 20)),
            somebody("Grace", "Hopper", date(1985, 1, 20)),
        ],
    )
    def test_is_not_seen_in_a_birth_date_or_a_name_alone(self, other):
        assert not likeness(somebody(), other).likely

    def test_is_seen_in_a_shared_phone(self):
        one, other = somebody(phone="+16145550100"), somebody("Grace", "Hopper", date(1985, 1, 20), phone="+16145550100")

        assert likeness(one, other).because == ("same phone",)

    def test_is_not_seen_in_contacts_that_neither_has(self):
        assert likeness(somebody(), somebody("Grace", "Hopper", date(1985, 1, 20))).score == 0


class TestTransposed:
    @pytest.mark.parametrize(
        ("born", "other"),
        [(date(1990, 5, 7), date(1990, 7, 5)), (date(1990, 5, 13), None), (date(1990, 5, 5), None)],
    )
    def test_swaps_day_and_month_where_that_is_another_date(self, born, other):
        assert transposed(born) == other


class TestDifferences:
    @pytest.mark.parametrize(
        ("duplicate", "codes"),
        [
            (somebody(), {}),
            (somebody("Adah"), {}),
            (somebody(born=date(1990, 7, 5)), {"birth_dates_differ": "warn"}),
            (somebody("Grace", "Hopper"), {"names_differ": "warn"}),
            (somebody(guardian="Mo"), {"guardians_differ": "warn"}),
            (somebody(phone="+16145550100"), {"contacts_differ": "info"}),
        ],
    )
    def test_name_what_is_acknowledged_or_known(self, duplicate, codes):
        assert {one.code: one.severity for one in differences(duplicate, somebody())} == codes

    def test_say_what_mends_them(self):
        assert all(one.mend for one in differences(somebody("Grace", "Hopper", date(1980, 1, 1)), somebody()))


class TestStricter:
    @pytest.mark.parametrize(
        ("kept", "other", "joined"),
        [
            ({"oily": None}, {"oily": True}, {"oily": True}),
            ({"oily": False}, {"oily": True}, {"oily": False}),
            ({"sensitive": False}, {"sensitive": True}, {"sensitive": True}),
            ({"fitzpatrick": 2}, {"fitzpatrick": 5}, {"fitzpatrick": 5}),
            ({"fitzpatrick": 5}, {"fitzpatrick": 2}, {"fitzpatrick": 5}),
            ({"fitzpatrick": None}, {"fitzpatrick": None}, {"fitzpatrick": None}),
        ],
    )
    def test_takes_what_asks_for_more_care(self, kept, other, joined):
        assert stricter(kept, other) == joined
