"""Outcomes in numbers: shares and medians that say how sure they are."""

from dataclasses import replace

import pytest

from treatments.policies.outcomes import Case, middle_of, share_of, summaries_of

CLEARED = Case(cleared=True, recurred=False, marked=False, attempts=1, days=0)
NOT_CLEARED = replace(CLEARED, cleared=False, attempts=2, days=None)


def group(key, *, cleared, of):
    return [(key, CLEARED, cleared), (key, NOT_CLEARED, of - cleared)]


class TestAShare:
    @pytest.mark.parametrize(
        ("yes", "of", "low", "high"),
        [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
    )
    def test_lies_in_the_published_interval(self, yes, of, low, high):
        found = share_of(yes, of=of)

        assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))

    def test_of_nothing_is_unknown(self):
        assert share_of(0, of=0).share is None


class TestAMiddle:
    @pytest.mark.parametrize(("many", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (100, 40, 61), (200, 86, 115)])
    def test_lies_between_the_tabled_order_statistics(self, many, low, high):
        found = middle_of(range(1, many + 1))

        assert (found.low, found.high) == (low, high)

    def test_has_no_interval_from_five_values(self):
        found = middle_of([3, 1, 2, 5, 4])

        assert (found.median, found.low, found.high) == (3, None, None)

    def test_of_nothing_is_unknown(self):
        assert middle_of([]).median is None


class TestSummaries:
    def test_rank_by_the_share_that_was_cleared(self):
        found = summaries_of([*group("a", cleared=10, of=20), *group("b", cleared=15, of=20)])

        assert [(group.key, group.rank) for group in found] == [("b", 1), ("a", 2)]

    def test_give_equal_shares_one_rank(self):
        found = summaries_of([*group("a", cleared=10, of=20), *group("b", cleared=20, of=40)])

        assert [group.rank for group in found] == [1, 1]

    def test_do_not_rank_fewer_than_twenty_cases(self):
        found = summaries_of([*group("few", cleared=19, of=19), *group("many", cleared=1, of=20)])

        assert [(group.key, group.cases, group.rank) for group in found] == [("many", 20, 1), ("few", 19, None)]

    def test_count_days_only_where_a_lesion_was_cleared(self):
        [found] = summaries_of(group("a", cleared=3, of=5))

        assert (found.days.of, found.attempts.of, found.days.median, found.attempts.median) == (3, 5, 0, 1)

    def test_count_recurrences_among_what_was_ever_cleared(self):
        cases = [("a", replace(CLEARED, recurred=True), 1), ("a", CLEARED, 3), ("a", NOT_CLEARED, 6)]

        [found] = summaries_of(cases)

        assert (found.recurred.share, found.recurred.of, found.cases) == (0.25, 4, 10)

    def test_count_marks_among_all_cases(self):
        [found] = summaries_of([("a", replace(NOT_CLEARED, marked=True), 1), ("a", CLEARED, 3)])

        assert (found.marked.share, found.marked.of) == (0.25, 4)
