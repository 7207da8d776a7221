"""Whether what a log or a referral tells is what a step of a plan asked for."""

from uuid import UUID, uuid4

import pytest

from treatments.policies.plans.carried_out import (
    Asked,
    Done,
    carrying_out,
    is_carried_out,
    log_refusals,
    referral_refusals,
)

ONE, OTHER = uuid4(), uuid4()


def step(*lesions: UUID, kind: str = "extraction", treatment: str | None = "lancet-extraction") -> Asked:
    return Asked(kind=kind, treatment=treatment, lesions=frozenset(lesions))


def done(lesion: UUID | None, treatment: str = "lancet-extraction", act: str = "lancet_extraction") -> Done:
    return Done(treatment=treatment, acts=frozenset({act}), lesion=lesion)


PEEL = done(None, "superficial-peel", "chemical_peel")
REVIEW = done(ONE, "review", "post_procedure_review")


@pytest.mark.parametrize(
    ("asked", "work", "whole"),
    [
        (step(ONE), [done(ONE)], True),
        (step(ONE), [done(ONE), done(OTHER)], True),
        (step(ONE, OTHER), [done(ONE)], False),
        (step(ONE), [done(OTHER)], False),
        (step(ONE), [PEEL], False),
        (step(ONE), [], False),
        (step(kind="peel", treatment="superficial-peel"), [PEEL], True),
        (step(kind="peel", treatment="medium-peel"), [PEEL], False),
        (step(ONE, kind="review", treatment=None), [REVIEW], True),
        (step(kind="review", treatment=None), [REVIEW], True),
        (step(kind="review", treatment=None), [PEEL], False),
        (step(kind="home_care", treatment=None), [PEEL], False),
    ],
)
def test_is_carried_out_when_every_lesion_that_it_names_was_treated(asked, work, whole):
    assert is_carried_out(asked, work) is whole


def test_takes_its_own_part_of_the_work_only():
    assert carrying_out(step(ONE), [done(ONE), done(OTHER), PEEL]) == [done(ONE)]


@pytest.mark.parametrize(
    ("work", "is_signed", "codes"),
    [
        ([done(ONE)], True, []),
        ([done(ONE)], False, ["procedure_unsigned"]),
        ([PEEL], True, ["step_mismatch"]),
        ([PEEL], False, ["procedure_unsigned", "step_mismatch"]),
    ],
)
def test_names_a_signed_log_that_tells_of_it_in_part_at_least(work, is_signed, codes):
    reasons = log_refusals(step(ONE, OTHER), work=work, is_signed=is_signed)

    assert [reason.code for reason in reasons] == codes
    assert all(reason.source and reason.mend for reason in reasons)


@pytest.mark.parametrize(
    ("asked", "lesions", "codes"),
    [
        (step(ONE, kind="referral", treatment=None), [ONE, OTHER], []),
        (step(kind="referral", treatment=None), [OTHER], []),
        (step(ONE, kind="referral", treatment=None), [OTHER], ["step_mismatch"]),
        (step(ONE), [ONE], ["step_mismatch"]),
    ],
)
def test_names_a_referral_where_it_refers(asked, lesions, codes):
    assert [reason.code for reason in referral_refusals(asked, lesions=lesions)] == codes
