"""How events are worded, without a database."""

import pytest

from appointments.policies.timeline import told


class TestTheWording:
    @pytest.mark.parametrize(
        ("kind", "data", "title", "detail"),
        [
            ("arrived", {"status": None}, "Arrived", ""),
            ("arrived", {"status": "in_progress"}, "Arrived", "The stay is in progress"),
            ("lesion_noted", {"place": "Chin", "recurs": "some id"}, "Lesion noted: Chin", "Came back"),
            ("visit", {"status": "no_show", "work": "Review", "moves": 2}, "Visit no show: Review", "Moved 2 times"),
            ("addendum", {"text": "See lesion_2"}, "Added to a signed log", "See lesion_2"),
            ("order_signed", {"work": "Peel", "revoked": False, "note": ""}, "Order signed: Peel", ""),
            ("assessment_signed", {"diagnosis": "Milium", "note": "{place}"}, "Assessed: Milium", "{place}"),
        ],
    )
    def test_says_what_there_is_and_nothing_else(self, kind, data, title, detail):
        assert told(kind, data) == (title, detail)
