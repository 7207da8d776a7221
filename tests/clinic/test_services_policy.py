"""The policy changes by two people, and what follows from it follows at once."""

from datetime import timedelta

import pytest

from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import PolicyRow, Privilege
from clinic.policies.proposals import CellProposal, LawProposal
from clinic.services.policy import (
    approve_policy_row,
    preview_policy_row,
    propose_cell,
    propose_jurisdiction_row,
    verify_policy_row,
    withdraw_policy_row,
)
from clinic.services.reference import load_policy
from clinic.signals import authority_changed
from tests.factories_clinic import NOW, a_site, a_user, licensed, the_policy

pytestmark = pytest.mark.django_db
DERMABRASION = "microdermabrasion/superficial@face"
LANCET = "lancet_extraction/stratum_corneum@face"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def manager():
    return a_user("manager")


@pytest.fixture
def director():
    return a_user("medical_director")


@pytest.fixture
def rippled():
    people = []

    def receive(*, practitioners, **_message):
        people.append(practitioners)
        return ["visit"]

    authority_changed.connect(receive)
    yield people
    authority_changed.disconnect(receive)


def a_cell(**changes):
    """Refusing estheticians microdermabrasion on the face."""
    words = {"profession": "esthetician", "act": "microdermabrasion", "depth": "superficial", "region": "face"}
    return CellProposal(**(words | {"effect": "refuse", "citation": "Committee, 12 January 2027"} | changes))


def a_law(**changes):
    """Ohio: estheticians may use a lancet in the stratum corneum."""
    words = {"jurisdiction": "US-OH", "profession": "esthetician", "act": "lancet_extraction", "effect": "allow_if"}
    return LawProposal(**(words | {"max_depth": "stratum_corneum", "citation": "OAC 4713-8-04"} | changes))


def holds(practitioner, scope, at=LATER):
    return Privilege.objects.filter(practitioner=practitioner, scope=scope, valid__contains=at).exists()


def ohio():
    """The row of law that ships for estheticians and lancets in Ohio."""
    return PolicyRow.objects.get(jurisdiction="US-OH", profession="esthetician", act="lancet_extraction")


class TestLoadPolicy:
    def test_brings_every_cell_and_row_once(self):
        first, second = load_policy(now=NOW), load_policy(now=NOW)

        assert (first, second, PolicyRow.objects.filter(kind="cell").count()) == (795, 0, 768)

    def test_ships_nothing_as_verified(self):
        load_policy(now=NOW)

        assert not PolicyRow.objects.exclude(verified_at=None, approved_at=None).exists()

    def test_leaves_a_newer_version_alone(self, manager, director):
        the_policy("esthetician")
        row = propose_cell(actor=manager, proposal=a_cell())
        verify_policy_row(actor=manager, row=row, now=NOW)
        approve_policy_row(actor=director, row=row, now=NOW)

        load_policy(now=LATER)

        versions = PolicyRow.objects.filter(kind="cell", **a_cell().identity)
        assert sorted(versions.values_list("version", flat=True)) == [1, 2]

    def test_gives_authority_to_those_already_on_file(self):
        practitioner = licensed("esthetician")

        load_policy(now=NOW)

        assert holds(practitioner, "comedone_extraction/stratum_corneum@face")


class TestCells:
    def test_a_proposal_changes_nothing(self, manager):
        the_policy("esthetician")
        practitioner = licensed("esthetician", trainings=("peel",))
        before = set(Privilege.objects.values_list("id", flat=True))

        row = propose_cell(actor=manager, proposal=a_cell())

        assert (row.version, row.valid, row.proposed_by) == (2, None, manager)
        assert set(Privilege.objects.filter(practitioner=practitioner).values_list("id", flat=True)) == before

    def test_an_approved_version_takes_the_place_of_the_old_one(self, manager, director):
        the_policy("esthetician")
        row = propose_cell(actor=manager, proposal=a_cell())
        verify_policy_row(actor=manager, row=row, now=NOW)

        approve_policy_row(actor=director, row=row, now=NOW)

        [current] = PolicyRow.objects.filter(kind="cell", valid__contains=NOW, **a_cell().identity)
        old = PolicyRow.objects.get(kind="cell", version=1, **a_cell().identity)
        assert (current.pk, old.valid.upper, current.approved_by) == (row.pk, NOW, director)

    def test_approval_rewrites_the_authority_of_that_profession(self, manager, director, rippled):
        the_policy("esthetician", "dermatologist")
        practitioner, other = licensed("esthetician", trainings=("peel",)), licensed("dermatologist")
        held = holds(practitioner, DERMABRASION)
        row = propose_cell(actor=manager, proposal=a_cell())
        verify_policy_row(actor=manager, row=row, now=NOW)

        _, moved = approve_policy_row(actor=director, row=row, now=NOW)

        assert (held, holds(practitioner, DERMABRASION), moved, rippled) == (True, False, ["visit"], [{practitioner.id}])
        assert other.id not in rippled[0]

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ({"profession": "optometrist", "effect": "allow"}, "optometrist_excluded"),
            ({"profession": "optometrist", "relaxable": True}, "optometrist_excluded"),
            ({"region": "eyelid", "effect": "allow"}, "eyelid_restricted"),
            ({"region": "eyelid", "relaxable": True}, "eyelid_restricted"),
            ({"region": "periocular", "relaxable": True}, "not_relaxable"),
            ({"effect": "supervised"}, "policy_contradictory"),
            ({"effect": "allow", "supervision": "direct"}, "policy_contradictory"),
            ({"effect": "allow_if"}, "policy_contradictory"),
            ({"citation": " "}, "source_missing"),
            ({"act": "juggling"}, "cell_unknown"),
        ],
    )
    def test_some_lines_no_proposal_moves(self, director, cell, code):
        the_policy("esthetician", "optometrist")

        with pytest.raises(RuleBroken) as refused:
            propose_cell(actor=director, proposal=a_cell(**cell))

        assert refused.value.code == code

    def test_a_preview_names_the_visits_and_changes_nothing(self, manager, rippled):
        the_policy("esthetician")
        practitioner = licensed("esthetician", trainings=("peel",))
        row = propose_cell(actor=manager, proposal=a_cell())

        breaks = preview_policy_row(actor=manager, row=row, now=NOW)

        row.refresh_from_db()
        assert (breaks, row.verified_at, row.valid, holds(practitioner, DERMABRASION)) == (["visit"], None, None, True)


class TestTwoPeople:
    def test_whoever_verified_does_not_approve(self, director):
        the_policy("esthetician")
        row = verify_policy_row(actor=director, row=ohio(), now=NOW)

        with pytest.raises(NotAllowed) as refused:
            approve_policy_row(actor=director, row=row, now=NOW)

        assert refused.value.code == "not_permitted"

    def test_an_unverified_row_is_not_approved(self, director):
        the_policy("esthetician")

        with pytest.raises(Conflict) as refused:
            approve_policy_row(actor=director, row=ohio(), now=NOW)

        assert refused.value.code == "illegal_transition"

    def test_an_approved_row_is_not_decided_again(self, manager, director):
        the_policy("esthetician")
        row = verify_policy_row(actor=manager, row=ohio(), now=NOW)
        approve_policy_row(actor=director, row=row, now=NOW)

        with pytest.raises(Conflict):
            verify_policy_row(actor=manager, row=row, now=LATER)


class TestLaw:
    def test_verification_alone_relaxes_nothing(self, manager):
        the_policy("esthetician")
        practitioner = licensed("esthetician")

        verify_policy_row(actor=manager, row=ohio(), now=NOW)

        assert not holds(practitioner, LANCET)

    def test_approval_relaxes_at_once(self, manager, director):
        the_policy("esthetician")
        practitioner = licensed("esthetician")
        row = verify_policy_row(actor=manager, row=ohio(), now=NOW)

        approve_policy_row(actor=director, row=row, now=NOW)

        assert holds(practitioner, LANCET, at=NOW)
        assert not holds(practitioner, "lancet_extraction/epidermal@face")

    def test_a_proposal_tightens_at_once(self, manager, rippled):
        the_policy("esthetician")
        practitioner = licensed("esthetician", trainings=("peel",))
        law = a_law(act="microdermabrasion", effect="refuse", max_depth="")
        scope = "microdermabrasion/superficial@face"
        before = holds(practitioner, scope)

        _, moved = propose_jurisdiction_row(actor=manager, proposal=law, now=NOW)

        assert (before, holds(practitioner, scope), moved) == (True, False, ["visit"])

    def test_of_another_place_concerns_nobody_here(self, manager, rippled):
        the_policy("esthetician")
        licensed("esthetician")

        propose_jurisdiction_row(actor=manager, proposal=a_law(jurisdiction="US-WY"), now=NOW)

        assert rippled == [frozenset()]

    def test_an_approved_newer_version_ends_the_older(self, manager, director):
        the_policy("esthetician")
        row, _ = propose_jurisdiction_row(actor=manager, proposal=a_law(), now=NOW)
        verify_policy_row(actor=manager, row=row, now=NOW)

        approve_policy_row(actor=director, row=row, now=LATER)

        older = PolicyRow.objects.get(version=1, jurisdiction="US-OH", profession="esthetician", act="lancet_extraction")
        assert (row.version, older.valid.upper) == (2, LATER)

    @pytest.mark.parametrize(
        "law",
        [
            {"profession": "wizard"},
            {"act": "juggling"},
            {"effect": "allow"},
            {"max_depth": "bone"},
            {"supervision": "distant"},
            {"region_exclusions": ("knee",)},
            {"effect": "refuse"},
        ],
    )
    def test_refuses_words_that_mean_nothing(self, manager, law):
        with pytest.raises(RuleBroken) as refused:
            propose_jurisdiction_row(actor=manager, proposal=a_law(**law), now=NOW)

        assert refused.value.code == "policy_contradictory"


class TestWithdraw:
    def test_takes_a_proposed_law_back(self, manager):
        the_policy("esthetician")
        practitioner = licensed("esthetician", trainings=("peel",))
        law = a_law(act="microdermabrasion", effect="refuse", max_depth="")
        row, _ = propose_jurisdiction_row(actor=manager, proposal=law, now=NOW)

        withdraw_policy_row(actor=manager, row=row, now=LATER)

        assert holds(practitioner, "microdermabrasion/superficial@face")

    def test_takes_a_proposed_cell_back(self, manager):
        the_policy("esthetician")
        row = propose_cell(actor=manager, proposal=a_cell())

        row, _ = withdraw_policy_row(actor=manager, row=row, now=NOW)

        assert row.valid.isempty

    def test_leaves_what_is_in_force(self, manager):
        the_policy("esthetician")

        with pytest.raises(Conflict):
            withdraw_policy_row(actor=manager, row=ohio(), now=NOW)


def test_the_policy_of_one_site_is_not_that_of_another(manager, director):
    the_policy("esthetician")
    a_site("jersey-city", jurisdiction="US-NJ")
    practitioner = licensed("esthetician")
    row = verify_policy_row(actor=manager, row=ohio(), now=NOW)

    approve_policy_row(actor=director, row=row, now=NOW)

    held = Privilege.objects.filter(practitioner=practitioner, scope=LANCET)
    assert [privilege.site.code for privilege in held] == ["columbus"]
