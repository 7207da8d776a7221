"""Who may be the same person as a patient."""

from datetime import date

import pytest

from patients.selectors.duplicates import likely_duplicates
from tests.factories import a_patient, a_site, a_user
from tests.factories_merges import merged, two_patients

pytestmark = pytest.mark.django_db
BORN = date(1990, 5, 7)


def somebody(**fields):
    return a_patient(**{"given_name": "Ada", "family_name": "Lovelace", "birth_date": BORN} | fields)


def found(patient, user=None):
    return [other for other, _ in likely_duplicates(user or a_user(), patient)]


class TestLikelyDuplicates:
    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"given_name": "Adah"},
            {"given_name": "Lovelace", "family_name": "Ada"},
            {"birth_date": date(1990, 7, 5)},
            {"birth_date": date(1990, 7, 5), "given_name": "Lovelace", "family_name": "Ada"},
            {"birth_date": date(1991, 5, 7)},
            {"given_name": "Grace", "family_name": "Hopper", "birth_date": date(1970, 1, 20), "phone": "+16145550100"},
            {"given_name": "Grace", "family_name": "Hopper", "birth_date": date(1970, 1, 20), "email": "ADA@example.org"},
        ],
    )
    def test_are_found(self, fields):
        patient, other = somebody(phone="+16145550100", email="ada@example.org"), somebody(**fields)

        assert found(patient) == [other]

    @pytest.mark.parametrize(
        "fields",
        [{"given_name": "Grace", "family_name": "Hopper"}, {"birth_date": date(1970, 1, 20)}],
    )
    def test_are_not_strangers_with_one_thing_in_common(self, fields):
        patient = somebody()
        somebody(**fields)

        assert found(patient) == []

    def test_are_ranked_with_the_likeliest_first(self):
        patient = somebody(phone="+16145550100")
        similar, same, closest = somebody(given_name="Adah"), somebody(), somebody(phone="+16145550100")

        assert found(patient) == [closest, same, similar]

    def test_are_twenty_at_most(self):
        patient, *_ = [somebody() for _ in range(23)]

        assert len(found(patient)) == 20

    def test_are_none_whom_the_caller_may_not_see(self):
        patient = somebody()
        somebody(registered_site=a_site("dayton"))

        assert found(patient, a_user(site=patient.registered_site)) == []

    def test_are_none_who_was_merged(self):
        duplicate, into = two_patients()
        merged(duplicate, into)

        assert found(into) == []
