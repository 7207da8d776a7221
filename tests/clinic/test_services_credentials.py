"""What a manager does with papers, and what follows from it at once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.errors import Conflict, RuleBroken
from clinic.models import Certification, Grant, Licence, Privilege, Seat, SupervisionAgreement, SupervisionCover
from clinic.services.changes import preview
from clinic.services.credentials.agreements import correct_agreement, end_agreement, file_agreement
from clinic.services.credentials.grants import correct_grant, end_grant, file_grant
from clinic.services.credentials.licences import (
    LicenceCorrection,
    correct_licence,
    expire_licences,
    file_licence,
    reinstate_licence,
    suspend_licence,
    verify_licence,
)
from clinic.services.credentials.staff import (
    deactivate_practitioner,
    hire_practitioner,
    limit_supervisees,
    reactivate_practitioner,
)
from clinic.services.credentials.trainings import correct_certification, end_certification, file_certification
from clinic.signals import authority_changed
from tests.factories_clinic import (
    FIRST,
    LAST,
    NOW,
    a_dermatologist,
    a_grant,
    a_licence,
    a_pending_licence,
    a_practitioner,
    a_site,
    a_training,
    a_user,
    an_agreement,
    licensed,
    periods_of,
    the_policy,
)

pytestmark = pytest.mark.django_db
LANCET = "lancet_extraction/epidermal@face"
PERIOCULAR = "lancet_extraction/epidermal@periocular"
OPENING, CLOSING = datetime(2026, 1, 1, 5, tzinfo=UTC), datetime(2029, 1, 1, 5, tzinfo=UTC)


@pytest.fixture
def manager():
    return a_user("manager")


@pytest.fixture
def rippled():
    """The reasons with which the floors above were told, each answered with one visit moved."""
    reasons = []

    def receive(*, reason, **_message):
        reasons.append(reason)
        return ["visit"]

    authority_changed.connect(receive)
    yield reasons
    authority_changed.disconnect(receive)


def holds(practitioner, scope=LANCET, at=NOW):
    return Privilege.objects.filter(practitioner=practitioner, scope=scope, valid__contains=at).exists()


def a_filed_licence(manager, practitioner, **fields):
    words = {
        "actor": manager,
        "practitioner": practitioner,
        "profession": "dermatologist",
        "jurisdiction": "US-OH",
        "number": "MD 1",
        "valid_from": FIRST,
        "valid_through": LAST,
        "now": NOW,
    }
    return file_licence(**(words | fields))[0]


class TestFileLicence:
    def test_waits_for_verification(self, manager):
        the_policy("dermatologist")
        a_site()
        practitioner = a_practitioner()

        licence = a_filed_licence(manager, practitioner)

        assert (licence.status, holds(practitioner)) == ("pending_verification", False)

    def test_refuses_days_out_of_order(self, manager):
        with pytest.raises(RuleBroken) as refused:
            a_filed_licence(manager, a_practitioner(), valid_from=LAST, valid_through=FIRST)

        assert refused.value.code == "ends_before_it_begins"

    def test_refuses_what_is_no_profession(self, manager):
        with pytest.raises(RuleBroken) as refused:
            a_filed_licence(manager, a_practitioner(), profession="wizard")

        assert refused.value.code == "profession_unknown"


class TestVerifyLicence:
    def test_makes_it_count_from_now_on(self, manager):
        the_policy("dermatologist")
        a_site()
        practitioner = a_practitioner()
        licence = a_pending_licence(practitioner)

        licence, _ = verify_licence(actor=manager, licence=licence, method="board site", now=NOW)

        assert (licence.status, licence.verified_by, licence.verified_at) == ("active", manager, NOW)
        assert periods_of(practitioner, LANCET) == [(NOW, CLOSING)]

    @pytest.mark.parametrize("status", ["revoked", "lapsed", "expired"])
    def test_refuses_one_that_has_ended(self, manager, status):
        licence = a_licence(a_practitioner(), status=status)

        with pytest.raises(Conflict) as refused:
            verify_licence(actor=manager, licence=licence, method="phone", now=NOW)

        assert refused.value.code == "illegal_transition"

    def test_refuses_an_unknown_method(self, manager):
        with pytest.raises(RuleBroken) as refused:
            verify_licence(actor=manager, licence=a_pending_licence(a_practitioner()), method="hearsay", now=NOW)

        assert refused.value.code == "method_unknown"


class TestSuspendLicence:
    def test_ends_authority_now_and_moves_visits(self, manager, rippled):
        the_policy("dermatologist")
        practitioner = a_dermatologist()

        licence, moved = suspend_licence(actor=manager, licence=practitioner.licences.get(), reason="complaint", now=NOW)

        assert (licence.status, licence.suspended_from, licence.status_reason) == ("suspended", NOW, "complaint")
        assert (periods_of(practitioner, LANCET), moved, rippled) == ([(OPENING, NOW)], ["visit"], ["licence_suspended"])

    def test_of_a_period_leaves_what_is_before_and_after(self, manager):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        start, end = NOW + timedelta(days=3), NOW + timedelta(days=5)

        suspend_licence(actor=manager, licence=practitioner.licences.get(), reason="leave", now=NOW, from_at=start, until=end)

        assert periods_of(practitioner, LANCET) == [(OPENING, start), (end, CLOSING)]

    def test_refuses_an_end_before_the_beginning(self, manager):
        licence = a_licence(a_practitioner())

        with pytest.raises(RuleBroken) as refused:
            suspend_licence(actor=manager, licence=licence, reason="x", now=NOW, until=NOW)

        assert refused.value.code == "ends_before_it_begins"

    def test_refuses_a_revoked_one(self, manager):
        licence = a_licence(a_practitioner(), status="revoked")

        with pytest.raises(Conflict):
            suspend_licence(actor=manager, licence=licence, reason="x", now=NOW)

    def test_takes_only_the_work_of_that_profession(self, manager):
        the_policy("dermatologist", "esthetician")
        practitioner = a_dermatologist()
        esthetics = a_licence(practitioner, "esthetician")

        suspend_licence(actor=manager, licence=esthetics, reason="x", now=NOW)

        assert holds(practitioner)


class TestReinstateLicence:
    def test_gives_authority_back_from_now_on(self, manager):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        licence, _ = suspend_licence(actor=manager, licence=practitioner.licences.get(), reason="x", now=NOW)
        later = NOW + timedelta(days=1)

        licence, _ = reinstate_licence(actor=manager, licence=licence, now=later)

        assert licence.status == "active"
        assert periods_of(practitioner, LANCET) == [(OPENING, NOW), (later, CLOSING)]

    def test_of_one_never_verified_leaves_it_pending(self, manager):
        licence, _ = suspend_licence(actor=manager, licence=a_pending_licence(a_practitioner()), reason="x", now=NOW)

        licence, _ = reinstate_licence(actor=manager, licence=licence, now=NOW)

        assert licence.status == "pending_verification"

    def test_refuses_one_that_is_not_suspended(self, manager):
        with pytest.raises(Conflict):
            reinstate_licence(actor=manager, licence=a_licence(a_practitioner()), now=NOW)


class TestCorrectLicence:
    def correct(self, manager, licence, **fields):
        return correct_licence(actor=manager, licence=licence, correction=LicenceCorrection(**fields), now=NOW)[0]

    def test_shortens(self, manager, rippled):
        the_policy("dermatologist")
        practitioner = a_dermatologist()

        self.correct(manager, practitioner.licences.get(), valid_through=date(2027, 6, 30))

        assert periods_of(practitioner, LANCET) == [(OPENING, datetime(2027, 7, 1, 4, tzinfo=UTC))]
        assert rippled == ["licence_changed"]

    @pytest.mark.parametrize(
        "change", [{"valid_through": date(2030, 1, 1)}, {"valid_from": date(2025, 1, 1)}, {"number": "X"}, {"tier": "master"}]
    )
    def test_lets_a_verified_one_say_no_more_than_was_verified(self, manager, change):
        licence = a_licence(a_practitioner())

        with pytest.raises(RuleBroken) as refused:
            self.correct(manager, licence, **change)

        assert refused.value.code == "verification_needed"

    def test_lets_it_say_more_when_it_goes_back_to_verification(self, manager):
        licence = a_licence(a_practitioner())

        licence = self.correct(manager, licence, status="pending_verification", valid_through=date(2030, 1, 1))

        assert (licence.status, licence.verified_at, licence.valid_through) == ("pending_verification", None, date(2030, 1, 1))

    def test_lets_a_pending_one_change_freely(self, manager):
        licence = self.correct(manager, a_pending_licence(a_practitioner()), number="MD 2", valid_through=date(2031, 1, 1))

        assert (licence.number, licence.valid_through) == ("MD 2", date(2031, 1, 1))

    @pytest.mark.parametrize("status", ["revoked", "lapsed", "expired", "suspended"])
    def test_ends_authority_with_the_status(self, manager, status):
        the_policy("dermatologist")
        practitioner = a_dermatologist()

        self.correct(manager, practitioner.licences.get(), status=status, reason="board letter")

        assert not holds(practitioner)

    def test_makes_nothing_active(self, manager):
        with pytest.raises(Conflict) as refused:
            self.correct(manager, a_pending_licence(a_practitioner()), status="active")

        assert refused.value.code == "illegal_transition"

    def test_refuses_days_out_of_order(self, manager):
        with pytest.raises(RuleBroken):
            self.correct(manager, a_licence(a_practitioner()), valid_through=date(2025, 1, 1))

    def test_can_be_previewed(self, manager, rippled):
        licence = a_licence(a_practitioner())

        breaks = preview(
            lambda: correct_licence(actor=manager, licence=licence, correction=LicenceCorrection(status="revoked"), now=NOW)
        )

        licence.refresh_from_db()
        assert (breaks, licence.status) == (["visit"], "active")


class TestExpireLicences:
    def test_marks_what_is_over(self):
        licence = a_licence(a_practitioner(), valid_through=date(2027, 1, 11))
        a_site()

        expire_licences(now=NOW)

        licence.refresh_from_db()
        assert licence.status == "expired"

    def test_waits_until_the_last_day_is_over_at_every_site(self):
        a_site()
        a_site("san-diego", time_zone="America/Los_Angeles", jurisdiction="US-CA")
        licence = a_licence(a_practitioner(), valid_through=date(2027, 1, 11))

        expire_licences(now=datetime(2027, 1, 12, 6, tzinfo=UTC))

        licence.refresh_from_db()
        assert licence.status == "active"

    @pytest.mark.parametrize("status", ["revoked", "lapsed"])
    def test_leaves_what_ended_otherwise(self, status):
        a_site()
        licence = a_licence(a_practitioner(), valid_through=date(2026, 6, 1), status=status)

        expire_licences(now=NOW)

        licence.refresh_from_db()
        assert licence.status == status

    def test_does_nothing_when_nothing_is_over(self, rippled):
        a_licence(a_practitioner())

        assert (expire_licences(now=NOW), rippled) == ([], [])


class TestCertifications:
    def test_filing_opens_the_work(self, manager):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant", trainings=())

        file_certification(
            actor=manager, practitioner=practitioner, kind="lancet", valid_from=FIRST, valid_through=LAST, now=NOW
        )

        assert holds(practitioner)

    def test_filing_refuses_an_unknown_training(self, manager):
        with pytest.raises(RuleBroken) as refused:
            file_certification(
                actor=manager, practitioner=a_practitioner(), kind="juggling", valid_from=FIRST, valid_through=LAST, now=NOW
            )

        assert refused.value.code == "training_unknown"

    def test_shortening_closes_it(self, manager):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant")

        correct_certification(
            actor=manager, certification=practitioner.certifications.get(), valid_through=date(2027, 1, 11), now=NOW
        )

        assert not holds(practitioner)

    def test_ending_closes_it_now_and_keeps_the_past(self, manager):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant")

        end_certification(actor=manager, certification=practitioner.certifications.get(), now=NOW)

        assert periods_of(practitioner, LANCET) == [(OPENING, NOW)]
        assert practitioner.certifications.get().valid_through == date(2027, 1, 11)

    def test_ending_one_that_begins_later_removes_it(self, manager):
        paper = a_training(a_practitioner(), valid_from=date(2027, 2, 1))

        end_certification(actor=manager, certification=paper, now=NOW)

        assert not Certification.objects.exists()

    def test_ending_one_that_ended_is_refused(self, manager):
        paper = a_training(a_practitioner(), valid_through=date(2026, 2, 1))

        with pytest.raises(Conflict):
            end_certification(actor=manager, certification=paper, now=NOW)


class TestAgreements:
    def file(self, manager, supervisor, supervisee, **fields):
        words = {"sites": [a_site()], "acts": ["lancet_extraction"], "level": "direct"}
        days = {"valid_from": FIRST, "valid_through": LAST}
        return file_agreement(actor=manager, supervisor=supervisor, supervisee=supervisee, now=NOW, **(words | days | fields))[
            0
        ]

    def test_filing_makes_covers(self, manager):
        the_policy("dermatologist", "physician_assistant")
        supervisor, supervisee = a_dermatologist(), licensed("physician_assistant")

        self.file(manager, supervisor, supervisee)

        cover = SupervisionCover.objects.get(scope=LANCET)
        assert (cover.supervisor, cover.practitioner, cover.valid.lower) == (supervisor, supervisee, NOW)

    def test_filing_gives_the_supervisor_seats(self, manager):
        supervisor, supervisee = a_dermatologist(), a_practitioner()
        Seat.objects.all().delete()

        self.file(manager, supervisor, supervisee)

        assert supervisor.seats.count() == supervisor.max_supervisees

    @pytest.mark.parametrize("profession", ["nurse_practitioner", "pediatrician", "esthetician"])
    def test_nobody_but_these_physicians_supervises(self, manager, profession):
        with pytest.raises(RuleBroken) as refused:
            self.file(manager, licensed(profession), a_practitioner())

        assert refused.value.code == "supervisor_not_qualified"

    def test_a_revoked_physician_does_not_supervise(self, manager):
        supervisor = a_practitioner()
        a_licence(supervisor, status="revoked")

        with pytest.raises(RuleBroken):
            self.file(manager, supervisor, a_practitioner())

    def test_nobody_supervises_themselves(self, manager):
        supervisor = a_dermatologist()

        with pytest.raises(RuleBroken) as refused:
            self.file(manager, supervisor, supervisor)

        assert refused.value.code == "supervisor_not_qualified"

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"acts": []}, "agreement_empty"),
            ({"sites": []}, "agreement_empty"),
            ({"acts": ["juggling"]}, "act_unknown"),
            ({"level": "none"}, "level_unknown"),
        ],
    )
    def test_filing_refuses_what_means_nothing(self, manager, wrong, code):
        with pytest.raises(RuleBroken) as refused:
            self.file(manager, a_dermatologist(), a_practitioner(), **wrong)

        assert refused.value.code == code

    def test_shortening_shortens_the_covers(self, manager):
        the_policy("dermatologist", "physician_assistant")
        agreement = self.file(manager, a_dermatologist(), licensed("physician_assistant"))

        correct_agreement(actor=manager, agreement=agreement, valid_through=date(2027, 1, 31), now=NOW)

        assert {row.valid.upper for row in SupervisionCover.objects.all()} == {datetime(2027, 2, 1, 5, tzinfo=UTC)}

    def test_ending_ends_the_covers_now(self, manager):
        the_policy("dermatologist", "physician_assistant")
        agreement = self.file(manager, a_dermatologist(), licensed("physician_assistant"))
        later = NOW + timedelta(days=2)

        end_agreement(actor=manager, agreement=agreement, now=later)

        assert {row.valid.upper for row in SupervisionCover.objects.all()} == {later}

    def test_ending_one_that_begins_later_removes_it(self, manager):
        agreement = an_agreement(a_dermatologist(), a_practitioner(), valid_from=date(2027, 2, 1))

        end_agreement(actor=manager, agreement=agreement, now=NOW)

        assert not SupervisionAgreement.objects.exists()


class TestGrants:
    def file(self, manager, practitioner, scope=PERIOCULAR, **fields):
        days = {"valid_from": date(2027, 1, 1), "valid_through": date(2028, 12, 31)}
        return file_grant(actor=manager, practitioner=practitioner, site=a_site(), scope=scope, now=NOW, **(days | fields))[0]

    def test_filing_opens_what_the_policy_leaves_to_it(self, manager):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant")

        grant = self.file(manager, practitioner)

        assert (grant.granted_by, holds(practitioner, PERIOCULAR)) == (manager, True)

    @pytest.mark.parametrize(
        ("scope", "code"),
        [
            ("lancet_extraction/epidermal@eyelid", "eyelid_restricted"),
            ("lancet_extraction/epidermal@face", "grant_not_needed"),
            ("juggling/deep@face", "scope_unknown"),
            ("anything", "scope_unknown"),
        ],
    )
    def test_refuses_what_no_grant_opens(self, manager, scope, code):
        the_policy("physician_assistant")

        with pytest.raises(RuleBroken) as refused:
            self.file(manager, licensed("physician_assistant"), scope)

        assert refused.value.code == code

    def test_refuses_somebody_without_a_licence_here(self, manager):
        the_policy("physician_assistant")
        practitioner = a_practitioner()
        a_licence(practitioner, "physician_assistant", jurisdiction="US-NJ")

        with pytest.raises(RuleBroken) as refused:
            self.file(manager, practitioner)

        assert refused.value.code == "licence_missing"

    def test_lasts_at_most_24_months(self, manager):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant")

        with pytest.raises(RuleBroken) as refused:
            self.file(manager, practitioner, valid_through=date(2029, 1, 1))

        assert refused.value.code == "grant_too_long"

    def test_is_not_lengthened_beyond_24_months(self, manager):
        grant = a_grant(a_practitioner(), PERIOCULAR)

        with pytest.raises(RuleBroken):
            correct_grant(actor=manager, grant=grant, valid_through=date(2028, 6, 1), now=NOW)

    def test_ending_closes_the_work_now(self, manager):
        the_policy("physician_assistant")
        practitioner = licensed("physician_assistant")
        grant = self.file(manager, practitioner)
        later = NOW + timedelta(days=2)

        end_grant(actor=manager, grant=grant, now=later)

        assert periods_of(practitioner, PERIOCULAR) == [(NOW, later)]

    def test_ending_one_of_today_removes_it(self, manager):
        grant = a_grant(a_practitioner(), PERIOCULAR, valid_from=date(2027, 1, 12))

        end_grant(actor=manager, grant=grant, now=NOW)

        assert not Grant.objects.exists()


class TestStaff:
    def test_somebody_hired_has_seats_and_no_authority(self):
        practitioner = hire_practitioner(name="Dana", max_supervisees=2)

        assert (practitioner.seats.count(), Privilege.objects.count(), practitioner.active) == (2, 0, True)

    def test_a_user_is_one_practitioner_only(self):
        user = a_user()
        hire_practitioner(name="Dana", user=user)

        with pytest.raises(Conflict) as refused:
            hire_practitioner(name="Dana again", user=user)

        assert refused.value.code == "user_taken"

    def test_deactivating_ends_authority_and_moves_visits(self, manager, rippled):
        the_policy("dermatologist")
        practitioner = a_dermatologist()

        gone, moved = deactivate_practitioner(actor=manager, practitioner=practitioner, now=NOW)

        assert (gone.active, holds(practitioner), moved) == (False, False, ["visit"])

    def test_reactivating_gives_it_back(self, manager):
        the_policy("dermatologist")
        practitioner = a_dermatologist()
        deactivate_practitioner(actor=manager, practitioner=practitioner, now=NOW)

        reactivate_practitioner(actor=manager, practitioner=practitioner, now=NOW + timedelta(hours=1))

        assert holds(practitioner, at=NOW + timedelta(hours=1))

    def test_more_supervisees_get_more_seats(self, manager):
        practitioner = a_dermatologist(max_supervisees=1)

        limit_supervisees(actor=manager, practitioner=practitioner, max_supervisees=4, now=NOW)

        assert practitioner.seats.count() == 4


def test_a_paper_of_one_practitioner_changes_nobody_elses_authority():
    the_policy("dermatologist")
    mine, other = a_dermatologist(), a_dermatologist()

    suspend_licence(actor=None, licence=mine.licences.get(), reason="x", now=NOW)

    assert (holds(mine), holds(other), Licence.objects.filter(status="active").count()) == (False, True, 1)
