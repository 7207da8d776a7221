"""Which procedure may be named as the cause of a lesion."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from clinic.scopes import HANDS_ON
from patients.policies.appearance import CAUSES
from treatments.policies.causes import CAUSED_BY, CauseFacts, cause_refusals

PEELED = datetime(2027, 1, 12, 17, tzinfo=UTC)
PEEL = CauseFacts(
    cause="resurfacing",
    first_noted_on=date(2027, 1, 26),
    recorded_at=PEELED + timedelta(days=20),
    acts=frozenset({"chemical_peel"}),
    is_signed=True,
    performed_on=date(2027, 1, 12),
    performed_at=PEELED,
)


def codes(**change) -> list[str]:
    return [refusal.code for refusal in cause_refusals(replace(PEEL, **change))]


def test_allows_an_earlier_signed_procedure_of_that_kind():
    assert codes() == []


def test_gives_every_reason_with_its_source_and_what_mends_it():
    change = {"is_the_patients": False, "is_signed": False, "cause": "genetics", "first_noted_on": date(2027, 1, 1)}

    reasons = cause_refusals(replace(PEEL, **change))

    assert [reason.code for reason in reasons] == [
        "procedure_of_another_patient",
        "procedure_unsigned",
        "cause_mismatch",
        "procedure_after_lesion",
    ]
    assert all(reason.source and reason.mend for reason in reasons)


@pytest.mark.parametrize("cause", [*sorted(set(CAUSES) - set(CAUSED_BY)), ""])
def test_refuses_causes_that_are_nobodys_work(cause):
    assert codes(cause=cause) == ["cause_mismatch"]


@pytest.mark.parametrize("cause", CAUSED_BY)
@pytest.mark.parametrize("act", sorted(HANDS_ON))
def test_goes_with_what_was_done(cause, act):
    assert codes(cause=cause, acts=frozenset({act})) == ([] if act in CAUSED_BY[cause] else ["cause_mismatch"])


@pytest.mark.parametrize(
    ("noted", "recorded", "refused"),
    [
        (date(2027, 1, 12), 20, False),
        (date(2027, 1, 11), 20, True),
        (date(2027, 1, 26), -5, False),
        (None, 1, False),
        (None, 0, True),
        (None, -5, True),
    ],
)
def test_came_before_the_lesion_was_noted_or_recorded(noted, recorded, refused):
    change = {"first_noted_on": noted, "recorded_at": PEELED + timedelta(days=recorded)}

    assert codes(**change) == (["procedure_after_lesion"] if refused else [])


@pytest.mark.django_db
def test_is_the_table_that_postgresql_holds():
    with connection.cursor() as cursor:
        cursor.execute("SELECT c, treatments_acts_behind(c) FROM unnest(%s::text[]) c", [list(CAUSES)])
        held = {cause: frozenset(acts) for cause, acts in cursor.fetchall()}

    assert held == {cause: CAUSED_BY.get(cause, frozenset()) for cause in CAUSES}
