"""Whose signature counts beneath a consent, and until when: without a database."""

from datetime import date

import pytest

from clinic.errors import Malformed
from clinic.scopes import HANDS_ON
from patients.policies.consents import (
    KINDS,
    Person,
    Signer,
    counts_on,
    named_signer,
    signer_refusal,
    text_refusal,
)

ADULT = Person(name="Ada Lovelace", birth_date=date(1990, 5, 17))
CHILD = Person(name="Emeka Ng", birth_date=date(2015, 2, 28), guardian_name="Mo Ng", guardian_relationship="mother")
WARD = Person(name="Ada Lovelace", birth_date=date(1990, 5, 17), guardian_name="Mo Ng", guardian_for_adult=True)
GROWN = Person(name="Ada Lovelace", birth_date=date(1990, 5, 17), guardian_name="Mo Ng", guardian_relationship="mother")
TODAY = date(2027, 1, 12)
PATIENT = Signer(role="patient")


def guardian(name: str = "", relationship: str = "") -> Signer:
    return Signer(role="guardian", name=name, relationship=relationship)


def test_there_is_a_kind_for_each_class_of_hands_on_work_for_photos_and_for_each_channel():
    assert set(KINDS) == HANDS_ON | {"photos", "email", "sms", "marketing"}


class TestNamedSigner:
    @pytest.mark.parametrize(
        ("person", "signer", "kept"),
        [
            (ADULT, PATIENT, ("patient", "Ada Lovelace", "")),
            (ADULT, Signer(role="patient", name="ada  lovelace"), ("patient", "Ada Lovelace", "")),
            (CHILD, guardian(), ("guardian", "Mo Ng", "mother")),
            (CHILD, guardian("mo ng", "aunt"), ("guardian", "Mo Ng", "aunt")),
            (CHILD, guardian("Uche Ng", "father"), ("guardian", "Uche Ng", "father")),
            (WARD, guardian(), ("guardian", "Mo Ng", "guardian")),
        ],
    )
    def test_is_as_told_or_as_charted(self, person, signer, kept):
        named = named_signer(person=person, signer=signer)

        assert (named.role, named.name, named.relationship) == kept

    @pytest.mark.parametrize(
        ("person", "signer"),
        [
            (ADULT, guardian()),
            (ADULT, guardian("Mo Ng")),
            (CHILD, guardian("Uche Ng")),
            (ADULT, Signer(role="patient", name="Grace Hopper")),
            (ADULT, Signer(role="patient", relationship="mother")),
        ],
    )
    def test_is_refused_where_nobody_says_who_it_is(self, person, signer):
        with pytest.raises(Malformed) as refused:
            named_signer(person=person, signer=signer)

        assert set(refused.value.fields) == {"signed_by"}


class TestSigner:
    @pytest.mark.parametrize(
        ("person", "signer", "on", "code"),
        [
            (ADULT, PATIENT, TODAY, None),
            (CHILD, PATIENT, TODAY, "guardian_required"),
            (CHILD, guardian("Mo Ng", "mother"), TODAY, None),
            (CHILD, guardian("Uche Ng", "father"), TODAY, None),
            (CHILD, PATIENT, date(2033, 2, 27), "guardian_required"),
            (CHILD, PATIENT, date(2033, 2, 28), None),
            (ADULT, guardian("Mo Ng", "mother"), TODAY, "guardian_not_entitled"),
            (WARD, guardian("Mo Ng", "guardian"), TODAY, None),
            (WARD, guardian("Uche Ng", "brother"), TODAY, "guardian_not_entitled"),
            (GROWN, guardian("Mo Ng", "mother"), TODAY, "guardian_not_entitled"),
            (GROWN, PATIENT, TODAY, None),
            (WARD, PATIENT, TODAY, None),
        ],
    )
    def test_is_the_adult_or_the_guardian(self, person, signer, on, code):
        refusal = signer_refusal(person=person, signer=signer, on=on)

        assert (refusal.code if refusal else None) == code

    def test_refused_says_who_signs_instead(self):
        assert "Mo Ng" in signer_refusal(person=CHILD, signer=PATIENT, on=TODAY).mend


class TestText:
    def test_is_the_present_one(self):
        assert text_refusal(present=2, told=2) is None

    @pytest.mark.parametrize("told", [1, 3])
    def test_refused_names_the_present_one(self, told):
        refusal = text_refusal(present=2, told=told)

        assert (refusal.code, "version 2" in refusal.detail) == ("consent_text_stale", True)

    def test_that_does_not_exist_in_the_language_is_refused(self):
        assert text_refusal(present=None, told=1).code == "consent_text_stale"


class TestCounting:
    @pytest.mark.parametrize(
        ("role", "signed_on", "on", "counts"),
        [
            ("patient", date(2033, 3, 1), date(2040, 1, 1), True),
            ("guardian", date(2030, 1, 1), date(2033, 2, 27), True),
            ("guardian", date(2030, 1, 1), date(2033, 2, 28), False),
            ("guardian", date(2034, 1, 1), date(2040, 1, 1), True),
        ],
    )
    def test_a_guardians_signature_for_a_minor_ends_with_the_eighteenth_birthday(self, role, signed_on, on, counts):
        assert counts_on(birth_date=CHILD.birth_date, role=role, signed_on=signed_on, on=on) is counts
