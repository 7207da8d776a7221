"""Privileges and covers follow their sources from now on; what is past stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Privilege, Seat, SupervisionCover
from clinic.policies.rewriting import Rewriting
from clinic.selectors.facts import permissions_at, practitioner_facts
from clinic.services.authority import rebuild_authority, seat_supervisor
from clinic.services.changes import change_authority, preview_change
from clinic.services.sweep import sweep_authority
from clinic.signals import authority_changed
from tests.factories_clinic import (
    NOW,
    a_dermatologist,
    a_grant,
    a_licence,
    a_pending_licence,
    a_practitioner,
    a_site,
    a_training,
    an_agreement,
    licensed,
    periods_of,
    the_policy,
)

LANCET = "lancet_extraction/epidermal@face"
LID = "lancet_extraction/epidermal@eyelid"
CONSULT = "consult_free/none@face"
OPENING = datetime(2026, 1, 1, 5, tzinfo=UTC)  # midnight in Columbus
CLOSING = datetime(2029, 1, 1, 5, tzinfo=UTC)


def rebuild(*practitioners, now=NOW):
    rebuild_authority(practitioners=[practitioner.id for practitioner in practitioners], now=now)


def covers():
    return set(SupervisionCover.objects.values_list("scope", "supervision"))


class TestRewriting:
    def moments(self, *hours):
        return tuple(datetime(2027, 1, 12, hour, tzinfo=UTC) for hour in hours)

    def rewritten(self, existing, wanted, now=12):
        rows = [(number, what, self.moments(*hours)) for number, (what, *hours) in enumerate(existing)]
        rewriting = Rewriting(
            existing=rows, wanted=[(what, self.moments(*hours)) for what, *hours in wanted], now=self.moments(now)[0]
        )
        return rewriting.gone, [(what, start.hour, end.hour) for what, (start, end) in rewriting.coming]

    def test_leaves_what_still_holds_untouched(self):
        assert self.rewritten([("a", 8, 18)], [("a", 6, 18)]) == ([], [])

    def test_cuts_at_now_what_no_longer_holds(self):
        assert self.rewritten([("a", 8, 18)], []) == ([0], [("a", 8, 12)])

    def test_keeps_the_past_when_another_takes_over(self):
        assert self.rewritten([("a", 8, 18)], [("b", 8, 18)]) == ([0], [("a", 8, 12), ("b", 12, 18)])

    def test_begins_nothing_before_now(self):
        assert self.rewritten([], [("a", 8, 18)]) == ([], [("a", 12, 18)])

    def test_joins_what_touches(self):
        assert self.rewritten([("a", 8, 12)], [("a", 12, 18)]) == ([0], [("a", 8, 18)])

    def test_cuts_a_hole_in_what_is_to_come(self):
        assert self.rewritten([("a", 8, 18)], [("a", 8, 14), ("a", 16, 18)]) == ([0], [("a", 8, 14), ("a", 16, 18)])


@pytest.mark.django_db
class TestRebuildAuthority:
    def test_makes_privileges_from_licence_training_and_matrix(self):
        the_policy("dermatologist")
        practitioner = a_practitioner()
        a_site()
        a_licence(practitioner)
        a_training(practitioner)

        rebuild(practitioner)

        assert periods_of(practitioner, LANCET) == [(NOW, CLOSING)]

    def test_names_the_sources(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()

        privilege = Privilege.objects.get(practitioner=practitioner, scope=LANCET)

        assert privilege.sources

    def test_gives_nothing_before_verification(self):
        the_policy("dermatologist")
        practitioner = a_practitioner()
        a_site()
        a_pending_licence(practitioner)

        rebuild(practitioner)

        assert not Privilege.objects.exists()

    def test_gives_nothing_in_another_jurisdiction(self):
        the_policy("dermatologist")
        practitioner = a_practitioner()
        a_site("jersey-city", jurisdiction="US-NJ")
        a_licence(practitioner)

        rebuild(practitioner)

        assert not Privilege.objects.exists()

    def test_asks_for_the_training(self):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant", trainings=())

        assert (periods_of(practitioner, LANCET), periods_of(practitioner, CONSULT)) == ([], [(OPENING, CLOSING)])

    def test_keeps_eyelids_from_estheticians(self):
        the_policy("esthetician")
        practitioner = licensed("esthetician", trainings=("lancet", "peel"))

        assert not Privilege.objects.filter(practitioner=practitioner, scope__endswith="@eyelid").exists()

    def test_a_grant_opens_what_the_policy_leaves_to_it(self):
        the_policy("ophthalmologist")
        practitioner = licensed("ophthalmologist")
        scope = "lancet_extraction/epidermal@periocular"
        before = periods_of(practitioner, scope)
        a_grant(practitioner, scope)

        rebuild(practitioner)

        assert (before, len(periods_of(practitioner, scope))) == ([], 1)

    def test_keeps_the_past_of_a_revoked_licence(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        practitioner.licences.update(status="revoked")

        rebuild(practitioner)

        assert periods_of(practitioner, LANCET) == [(OPENING, NOW)]

    def test_is_exact_to_the_microsecond(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        practitioner.licences.update(status="revoked")
        now = NOW + timedelta(microseconds=1)

        rebuild(practitioner, now=now)

        assert periods_of(practitioner, LANCET) == [(OPENING, now)]

    def test_ends_everything_of_somebody_inactive_now(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist(active=True)
        practitioner.active = False
        practitioner.save()

        rebuild(practitioner)

        assert not Privilege.objects.filter(valid__endswith__gt=NOW).exists()

    def test_a_site_that_closes_ends_what_was_held_there(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        site = a_site()
        site.active = False
        site.save()

        rebuild(practitioner)

        assert periods_of(practitioner, LANCET) == [(OPENING, NOW)]

    def test_a_suspension_is_a_hole(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        start, end = NOW + timedelta(days=1), NOW + timedelta(days=8)
        practitioner.licences.update(status="suspended", suspended_from=start, suspended_until=end)

        rebuild(practitioner)

        assert periods_of(practitioner, LANCET) == [(OPENING, start), (end, CLOSING)]

    def test_rows_that_still_hold_are_not_touched(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        before = set(Privilege.objects.values_list("id", flat=True))

        rebuild(practitioner)

        assert set(Privilege.objects.values_list("id", flat=True)) == before

    def test_leaves_others_alone(self):
        the_policy("dermatologist")
        practitioner, other = a_dermatologist(), a_dermatologist()
        other.licences.update(status="revoked")

        rebuild(practitioner)

        assert periods_of(other, LANCET) == [(OPENING, CLOSING)]

    def test_asks_as_much_for_many_as_for_one(self):
        the_policy("dermatologist")
        practitioners = [a_dermatologist() for _ in range(3)]

        with CaptureQueriesContext(connection) as one:
            rebuild(practitioners[0])
        with CaptureQueriesContext(connection) as many:
            rebuild(*practitioners)

        assert len(many) == len(one) <= 14


@pytest.mark.django_db
class TestSupervisionCovers:
    def two(self, **fields):
        the_policy("dermatologist", "physician_assistant")
        supervisor, supervisee = a_dermatologist(), licensed("physician_assistant")
        an_agreement(supervisor, supervisee, **fields)
        return supervisor, supervisee

    def test_an_agreement_covers_the_supervised_work_of_its_acts(self):
        _supervisor, supervisee = self.two()

        rebuild(supervisee)

        assert {(LANCET, "general"), ("lancet_extraction/epidermal@periocular", "direct")} <= covers()

    def test_is_found_from_the_supervisor_as_well(self):
        supervisor, _ = self.two()

        rebuild(supervisor)

        assert (LANCET, "general") in covers()

    def test_covers_no_other_act(self):
        _supervisor, supervisee = self.two(acts=["chemical_peel"])

        rebuild(supervisee)

        assert {scope.partition("/")[0] for scope, _ in covers()} == {"chemical_peel"}

    def test_a_general_agreement_covers_nothing_that_needs_presence(self):
        _supervisor, supervisee = self.two(level="general")

        rebuild(supervisee)

        assert {level for _, level in covers()} == {"general"}

    def test_lasts_as_long_as_its_days_at_the_site(self):
        _supervisor, supervisee = self.two(valid_from=date(2027, 2, 1), valid_through=date(2027, 2, 28))

        rebuild(supervisee)

        cover = SupervisionCover.objects.get(scope=LANCET)
        start, end = datetime(2027, 2, 1, 5, tzinfo=UTC), datetime(2027, 3, 1, 5, tzinfo=UTC)
        assert (cover.valid.lower, cover.valid.upper) == (start, end)

    def test_nobody_but_a_physician_covers(self):
        the_policy("nurse_practitioner", "physician_assistant")
        supervisor, supervisee = licensed("nurse_practitioner"), licensed("physician_assistant")
        an_agreement(supervisor, supervisee)

        rebuild(supervisee)

        assert covers() == set()

    def test_work_done_alone_needs_no_cover(self):
        _supervisor, supervisee = self.two(acts=["comedone_extraction"])

        rebuild(supervisee)

        assert covers() == set()

    def test_an_agreement_that_went_keeps_its_past(self):
        _supervisor, supervisee = self.two()
        rebuild(supervisee, now=OPENING)
        supervisee.agreements_held.all().delete()

        rebuild(supervisee)

        assert {row.valid.upper for row in SupervisionCover.objects.all()} == {NOW}


@pytest.mark.django_db
class TestChangeAuthority:
    @pytest.fixture
    def told(self):
        heard = []

        def receive(**message):
            heard.append(message)
            return ["visit"]

        authority_changed.connect(receive)
        yield heard
        authority_changed.disconnect(receive)

    def test_tells_the_floors_above_and_returns_what_they_moved(self, told):
        practitioner = a_practitioner()

        result, moved = change_authority(
            practitioners=[practitioner.id], keys=[a_site().id], actor=None, reason="test", now=NOW, change=lambda: 7
        )

        assert (result, moved, told[0]["practitioners"], told[0]["reason"]) == (7, ["visit"], {practitioner.id}, "test")

    def test_has_rewritten_authority_when_it_tells(self):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        seen = []

        def receive(**_message):
            seen.append(periods_of(practitioner, LANCET))

        authority_changed.connect(receive)
        revoke = practitioner.licences.all()
        change_authority(
            practitioners=[practitioner.id],
            actor=None,
            reason="test",
            now=NOW,
            change=lambda: revoke.update(status="revoked"),
        )
        authority_changed.disconnect(receive)

        assert seen == [[(OPENING, NOW)]]

    def test_presence_alone_rewrites_no_papers(self):
        the_policy("dermatologist")
        practitioner = a_practitioner()
        a_site()
        a_licence(practitioner)

        change_authority(practitioners=[practitioner.id], actor=None, reason="test", now=NOW, change=lambda: None, papers=False)

        assert not Privilege.objects.exists()

    def test_a_preview_tells_and_writes_nothing(self, told):
        practitioner = a_practitioner(name="Before")

        def rename():
            practitioner.name = "After"
            practitioner.save()

        moved = preview_change(practitioners=[practitioner.id], actor=None, reason="test", now=NOW, change=rename)

        practitioner.refresh_from_db()
        assert (moved, practitioner.name) == (["visit"], "Before")

    def test_history_says_why(self):
        practitioner = a_practitioner()

        change_authority(
            practitioners=[practitioner.id],
            actor=None,
            reason="seats_changed",
            now=NOW,
            change=lambda: type(practitioner).objects.filter(id=practitioner.id).update(max_supervisees=5),
        )

        assert practitioner.history.latest("pgh_id").pgh_context["why"] == "seats_changed"


@pytest.mark.django_db
class TestFacts:
    def test_hold_the_papers_of_one_site(self):
        site, other = a_site(), a_site("dayton")
        practitioner = a_practitioner()
        a_licence(practitioner)
        a_training(practitioner)
        a_grant(practitioner, LANCET, site=site)
        a_grant(practitioner, LID, site=other)

        facts = practitioner_facts(practitioners=[practitioner.id], site=site)[practitioner.id]

        assert ([held.profession for held in facts.licences], [held.kind for held in facts.trainings]) == (
            ["dermatologist"],
            ["lancet"],
        )
        assert [grant.scope for grant in facts.grants] == [LANCET]

    def test_take_four_queries_for_any_number(self, django_assert_num_queries):
        site = a_site()
        ids = [a_practitioner().id for _ in range(3)]

        with django_assert_num_queries(4):
            practitioner_facts(practitioners=ids, site=site)

    def test_permissions_take_one_query(self, django_assert_num_queries):
        the_policy("dermatologist")

        with django_assert_num_queries(1):
            permissions = permissions_at(jurisdiction="US-OH", professions=["dermatologist"], at=NOW)
            permissions("dermatologist", "")
            permissions("dermatologist", "")

        assert permissions("dermatologist", "")["lancet_extraction", "epidermal", "face"].permitted

    def test_a_profession_that_was_not_asked_for_may_do_nothing(self):
        the_policy("dermatologist", "esthetician")

        permissions = permissions_at(jurisdiction="US-OH", professions=["esthetician"], at=NOW)

        assert permissions("dermatologist", "") == {}


@pytest.mark.django_db
class TestSeatSupervisor:
    def test_makes_as_many_seats_as_supervisees(self):
        practitioner = a_practitioner(max_supervisees=2)

        assert list(practitioner.seats.order_by("number").values_list("number", flat=True)) == [1, 2]

    def test_adds_only_what_is_missing(self):
        practitioner = a_practitioner(max_supervisees=2)
        before = set(practitioner.seats.values_list("id", flat=True))
        practitioner.max_supervisees = 3

        seat_supervisor(practitioner=practitioner)

        assert before < set(practitioner.seats.values_list("id", flat=True))
        assert Seat.objects.count() == 3


@pytest.mark.django_db
class TestSweepAuthority:
    def test_expires_what_is_over(self):
        a_site()
        licence = a_licence(a_practitioner(), valid_through=date(2027, 1, 11))

        sweep_authority(now=NOW)

        licence.refresh_from_db()
        assert licence.status == "expired"

    def test_mends_what_drifted_from_its_sources(self):
        the_policy("dermatologist")
        practitioner = a_practitioner()
        a_site()
        a_licence(practitioner)

        sweep_authority(now=NOW)

        assert periods_of(practitioner, LANCET) == [(NOW, CLOSING)]
