"""What papers allow, and why they do not."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.policies.credentials import licence_in_use, performer_refusals, privilege_periods
from clinic.policies.matrix import Permission
from clinic.policies.papers import GrantFacts, LicenceFacts, PractitionerFacts, SiteFacts, TrainingFacts
from clinic.policies.periods import FOREVER, days, intersect, subtract, union

NEW_YORK = ZoneInfo("America/New_York")
COLUMBUS = SiteFacts(id="columbus", jurisdiction="US-OH", zone=NEW_YORK)
LANCET = ("lancet_extraction", "epidermal", "face")
AROUND_EYE = ("lancet_extraction", "epidermal", "periocular")
CONSULT = ("consult_free", "none", "face")


def local(month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


VISIT = (local(12, 1, 10), local(12, 1, 10, 30))


def a_licence(**changes) -> LicenceFacts:
    facts = {
        "id": "licence",
        "profession": "dermatologist",
        "jurisdiction": "US-OH",
        "status": "active",
        "valid_from": date(2026, 1, 1),
        "valid_through": date(2026, 12, 31),
        "verified": True,
    }
    return LicenceFacts(**(facts | changes))


def a_practitioner(*licences: LicenceFacts, active: bool = True, trainings=(), grants=()) -> PractitionerFacts:
    return PractitionerFacts(
        id="practitioner", active=active, licences=licences, trainings=tuple(trainings), grants=tuple(grants)
    )


def a_permission(key=LANCET, **changes) -> Permission:
    act, depth, region = key
    facts = {"act": act, "depth": depth, "region": region, "effect": "allow", "supervision": "none"}
    return Permission(**(facts | {"sources": ("Guideline",)} | changes))


def permitting(*permissions: Permission, tier: str | None = None):
    """The permissions, whatever the profession, for one tier or (None) for all."""
    answers = {(held.act, held.depth, held.region): held for held in permissions}
    return lambda _profession, held_tier: answers if tier in {None, held_tier} else {}


def refusals(practitioner, *, permissions=None, wanted=(LANCET,), profession="dermatologist", visit=VISIT, site=COLUMBUS):
    return performer_refusals(
        practitioner=practitioner,
        site=site,
        profession=profession,
        wanted=wanted,
        start=visit[0],
        end=visit[1],
        permissions=permissions or permitting(a_permission()),
    )


def codes(*args, **kwargs) -> list[str]:
    return [refusal.code for refusal in refusals(*args, **kwargs)]


def periods(practitioner, *, permissions=None, site=COLUMBUS) -> list[tuple[datetime, datetime]]:
    found = privilege_periods(practitioner=practitioner, site=site, permissions=permissions or permitting(a_permission()))
    return [(period.start, period.end) for period in found]


class TestPeriods:
    HOURS = tuple(datetime(2026, 12, 1, hour, tzinfo=UTC) for hour in range(24))

    def span(self, *pairs: tuple[int, int]) -> list[tuple[datetime, datetime]]:
        return [(self.HOURS[start], self.HOURS[end]) for start, end in pairs]

    def test_union_joins_what_touches(self):
        assert union(self.span((3, 5), (1, 3), (7, 8))) == self.span((1, 5), (7, 8))

    def test_union_swallows_what_is_within(self):
        assert union(self.span((1, 9), (2, 3), (8, 10))) == self.span((1, 10))

    def test_union_drops_what_is_empty_or_backwards(self):
        assert union(self.span((3, 3), (5, 4))) == []

    def test_intersect_keeps_common_time_only(self):
        assert intersect(self.span((1, 5), (7, 9)), self.span((4, 8))) == self.span((4, 5), (7, 8))

    def test_subtract_cuts_holes(self):
        assert subtract(self.span((1, 9)), self.span((2, 3), (8, 12))) == self.span((1, 2), (3, 8))

    def test_subtract_of_an_empty_hole_changes_nothing(self):
        assert subtract(self.span((1, 9)), self.span((4, 4))) == self.span((1, 9))

    @pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 14), 23), (date(2026, 11, 1), 25), (date(2026, 12, 1), 24)])
    def test_a_day_is_as_long_as_on_the_wall_clock(self, day, hours):
        [(start, end)] = days(day, day, zone=NEW_YORK)

        assert end - start == timedelta(hours=hours)

    def test_the_last_of_all_days_never_ends(self):
        assert days(date(2026, 1, 1), date.max, zone=NEW_YORK)[0][1] == FOREVER

    def test_the_first_of_all_days_can_be_told(self):
        assert len(days(date.min, date(2026, 1, 1), zone=ZoneInfo("Asia/Tokyo"))) == 1


class TestPrivilegePeriods:
    def test_run_from_local_midnight_until_midnight_after_the_last_day(self):
        assert periods(a_practitioner(a_licence())) == [(local(1, 1), local(1, 1, year=2027))]

    def test_follow_the_clock_of_the_site(self):
        tokyo = SiteFacts(id="tokyo", jurisdiction="US-OH", zone=ZoneInfo("Asia/Tokyo"))

        [(start, _)] = periods(a_practitioner(a_licence()), site=tokyo)

        assert start == datetime(2025, 12, 31, 15, tzinfo=UTC)

    def test_join_a_renewal_that_follows_at_once(self):
        renewed = a_licence(id="renewal", valid_from=date(2027, 1, 1), valid_through=date(2027, 12, 31))

        assert periods(a_practitioner(a_licence(), renewed)) == [(local(1, 1), local(1, 1, year=2028))]

    def test_stay_apart_over_a_gap(self):
        renewed = a_licence(id="renewal", valid_from=date(2027, 1, 2), valid_through=date(2027, 12, 31))

        assert len(periods(a_practitioner(a_licence(), renewed))) == 2

    def test_leave_out_a_suspension(self):
        licence = a_licence(status="suspended", suspended_from=local(6, 1, 12), suspended_until=local(7, 1))

        assert periods(a_practitioner(licence)) == [
            (local(1, 1), local(6, 1, 12)),
            (local(7, 1), local(1, 1, year=2027)),
        ]

    def test_end_with_a_suspension_that_has_no_end(self):
        licence = a_licence(status="suspended", suspended_from=local(6, 1, 12))

        assert periods(a_practitioner(licence)) == [(local(1, 1), local(6, 1, 12))]

    @pytest.mark.parametrize("status", ["pending_verification", "revoked", "lapsed", "expired"])
    def test_are_none_in_any_other_state(self, status):
        assert periods(a_practitioner(a_licence(status=status))) == []

    def test_are_none_before_verification(self):
        assert periods(a_practitioner(a_licence(verified=False))) == []

    def test_are_none_under_another_jurisdiction(self):
        assert periods(a_practitioner(a_licence(jurisdiction="US-CA"))) == []

    def test_are_none_of_an_inactive_practitioner(self):
        assert periods(a_practitioner(a_licence(), active=False)) == []

    def test_are_none_for_a_refused_cell(self):
        assert periods(a_practitioner(a_licence()), permissions=permitting(a_permission(effect="refuse"))) == []

    def test_are_cut_to_the_training(self):
        training = TrainingFacts(kind="lancet", valid_from=date(2026, 3, 1), valid_through=date(2026, 5, 31))
        asked = permitting(a_permission(requires=("training:lancet",)))

        assert periods(a_practitioner(a_licence(), trainings=[training]), permissions=asked) == [(local(3, 1), local(6, 1))]

    def test_need_every_training_that_is_asked(self):
        training = TrainingFacts(kind="lancet", valid_from=date(2026, 3, 1), valid_through=date(2026, 5, 31))
        asked = permitting(a_permission(requires=("training:lancet", "training:rf")))

        assert periods(a_practitioner(a_licence(), trainings=[training]), permissions=asked) == []

    @pytest.mark.parametrize("words", [{"effect": "privilege"}, {"effect": "supervised", "requires": ("privilege",)}])
    def test_are_cut_to_the_grant_of_that_very_scope(self, words):
        grant = GrantFacts(
            scope="lancet_extraction/epidermal@face", valid_from=date(2026, 3, 1), valid_through=date(2026, 5, 31)
        )

        assert periods(a_practitioner(a_licence(), grants=[grant]), permissions=permitting(a_permission(**words))) == [
            (local(3, 1), local(6, 1))
        ]

    def test_do_not_take_the_grant_of_another_depth(self):
        grant = GrantFacts(scope="lancet_extraction/dermal@face", valid_from=date(2026, 3, 1), valid_through=date(2026, 5, 31))
        asked = permitting(a_permission(effect="privilege"))

        assert periods(a_practitioner(a_licence(), grants=[grant]), permissions=asked) == []

    def test_have_the_freer_level_while_two_tiers_count(self):
        def tiered(_profession, tier):
            level = "none" if tier == "master" else "direct"
            return {LANCET: a_permission(effect="supervised", supervision=level)}

        master = a_licence(tier="master", valid_from=date(2026, 6, 1), valid_through=date(2026, 6, 30))

        found = privilege_periods(practitioner=a_practitioner(a_licence(), master), site=COLUMBUS, permissions=tiered)

        assert [(held.supervision, held.start, held.end) for held in found] == [
            ("none", local(6, 1), local(7, 1)),
            ("direct", local(1, 1), local(6, 1)),
            ("direct", local(7, 1), local(1, 1, year=2027)),
        ]

    def test_name_profession_scope_and_sources(self):
        [held] = privilege_periods(
            practitioner=a_practitioner(a_licence()), site=COLUMBUS, permissions=permitting(a_permission())
        )

        assert (held.profession, held.scope, held.sources) == (
            "dermatologist",
            "lancet_extraction/epidermal@face",
            ("Guideline",),
        )


class TestPerformerRefusals:
    def test_are_none_with_all_papers_in_order(self):
        assert refusals(a_practitioner(a_licence())) == []

    @pytest.mark.parametrize(
        ("licence", "code"),
        [
            ({"valid_through": date(2026, 11, 30)}, "licence_expired"),
            ({"status": "expired"}, "licence_expired"),
            ({"status": "lapsed"}, "licence_expired"),
            ({"status": "lapsed", "valid_through": date(2026, 11, 1)}, "licence_expired"),
            ({"status": "revoked"}, "licence_suspended"),
            ({"status": "revoked", "valid_through": date(2026, 11, 1)}, "licence_suspended"),
            ({"status": "suspended", "suspended_from": local(11, 1)}, "licence_suspended"),
            ({"status": "suspended", "suspended_from": local(12, 1, 10, 29)}, "licence_suspended"),
            ({"status": "pending_verification", "verified": False}, "licence_unverified"),
            ({"verified": False}, "licence_unverified"),
            ({"jurisdiction": "US-CA"}, "jurisdiction_mismatch"),
            ({"profession": "esthetician"}, "licence_missing"),
            ({"valid_from": date(2026, 12, 2)}, "licence_missing"),
        ],
    )
    def test_say_what_is_wrong_with_the_licence(self, licence, code):
        assert codes(a_practitioner(a_licence(**licence))) == [code]

    @pytest.mark.parametrize(
        "licence",
        [
            {"valid_through": date(2026, 12, 1)},
            {"valid_from": date(2026, 12, 1)},
            {"status": "suspended", "suspended_from": local(12, 1, 10, 30)},
            {"status": "suspended", "suspended_from": local(11, 1), "suspended_until": local(12, 1, 10)},
        ],
    )
    def test_are_none_at_the_very_border(self, licence):
        assert codes(a_practitioner(a_licence(**licence))) == []

    def test_accept_a_visit_that_ends_with_the_licence(self):
        ending = a_practitioner(a_licence(valid_through=date(2026, 11, 30)))

        assert codes(ending, visit=(local(11, 30, 23, 30), local(12, 1))) == []

    def test_refuse_a_visit_that_outlasts_the_licence_by_a_minute(self):
        ending = a_practitioner(a_licence(valid_through=date(2026, 11, 30)))

        assert codes(ending, visit=(local(11, 30, 23, 30), local(12, 1, 0, 1))) == ["licence_expired"]

    def test_name_the_last_day_and_the_day_of_the_visit(self):
        [refusal] = refusals(a_practitioner(a_licence(valid_through=date(2026, 11, 30))))

        assert "2026-11-30" in refusal.detail
        assert "2026-12-01" in refusal.detail

    def test_name_the_renewal_that_comes_after_a_gap(self):
        first = a_licence(valid_through=date(2026, 11, 30))
        renewed = a_licence(id="renewal", valid_from=date(2026, 12, 3))

        [refusal] = refusals(a_practitioner(first, renewed))

        assert refusal.code == "licence_expired"
        assert "2026-12-03" in refusal.detail

    def test_tell_of_a_renewal_that_waits_for_verification(self):
        first = a_licence(valid_through=date(2026, 11, 30))
        renewed = a_licence(id="renewal", valid_from=date(2026, 12, 1), status="pending_verification", verified=False)

        assert codes(a_practitioner(first, renewed)) == ["licence_unverified"]

    def test_know_no_licence_without_a_profession(self):
        assert codes(a_practitioner(), profession=None) == ["licence_missing"]

    def test_tell_that_the_practitioner_is_inactive_beside_the_rest(self):
        gone = a_practitioner(a_licence(valid_through=date(2026, 11, 30)), active=False)

        assert codes(gone) == ["licence_expired", "practitioner_inactive"]

    def test_give_every_code_of_a_refused_cell(self):
        refused = a_permission(effect="refuse", refusals=(("G02", "eyelid_restricted"), ("G05", "piercing_not_permitted")))

        assert codes(a_practitioner(a_licence()), permissions=permitting(refused)) == [
            "eyelid_restricted",
            "piercing_not_permitted",
        ]

    def test_refuse_what_the_matrix_does_not_name(self):
        assert codes(a_practitioner(a_licence()), wanted=[CONSULT]) == ["privilege_missing"]

    @pytest.mark.parametrize(
        "trainings",
        [
            [],
            [TrainingFacts(kind="peel", valid_from=date(2026, 1, 1), valid_through=date(2026, 12, 31))],
            [TrainingFacts(kind="lancet", valid_from=date(2026, 1, 1), valid_through=date(2026, 11, 30))],
        ],
    )
    def test_name_a_training_that_is_missing_or_over(self, trainings):
        asked = permitting(a_permission(requires=("training:lancet",)))

        [refusal] = refusals(a_practitioner(a_licence(), trainings=trainings), permissions=asked)

        assert (refusal.gate, refusal.code) == ("G07", "training_missing")
        assert "lancet" in refusal.detail

    @pytest.mark.parametrize("last", [None, date(2026, 11, 30)])
    def test_name_a_grant_that_is_missing_or_over(self, last):
        grants = [GrantFacts(scope="lancet_extraction/epidermal@periocular", valid_from=date(2026, 1, 1), valid_through=last)]
        asked = permitting(a_permission(AROUND_EYE, effect="supervised", supervision="direct", requires=("privilege",)))

        [refusal] = refusals(a_practitioner(a_licence(), grants=grants if last else []), permissions=asked, wanted=[AROUND_EYE])

        assert (refusal.gate, refusal.code) == ("G06", "grant_missing")
        assert "around the eye" in refusal.detail

    def test_give_all_reasons_at_once_sorted_by_gate(self):
        asked = permitting(a_permission(effect="privilege", requires=("training:lancet",)))
        expired = a_practitioner(a_licence(valid_through=date(2026, 11, 30)), active=False)

        assert [refusal.gate for refusal in refusals(expired, permissions=asked)] == ["G01", "G06", "G07", ""]

    def test_say_one_reason_once_for_several_works(self):
        asked = permitting(a_permission(), a_permission(CONSULT))

        assert codes(a_practitioner(), permissions=asked, wanted=[LANCET, CONSULT]) == ["licence_missing"]

    def test_tell_of_the_tier_that_would_do(self):
        master = a_licence(tier="master", valid_through=date(2026, 11, 30))

        assert codes(a_practitioner(a_licence(), master), permissions=permitting(a_permission(), tier="master")) == [
            "licence_expired"
        ]

    def test_refuse_a_visit_in_which_the_level_of_supervision_changes(self):
        def tiered(_profession, tier):
            level = "none" if tier == "master" else "direct"
            return {LANCET: a_permission(effect="supervised", supervision=level)}

        master = a_licence(tier="master", valid_from=date(2026, 12, 2))

        assert codes(
            a_practitioner(a_licence(), master), permissions=tiered, visit=(local(12, 1, 23, 50), local(12, 2, 0, 20))
        ) == ["privilege_missing"]

    def test_leave_supervision_to_others(self):
        asked = permitting(a_permission(effect="supervised", supervision="direct"))

        assert codes(a_practitioner(a_licence()), permissions=asked) == []

    @pytest.mark.parametrize(
        "practitioner",
        [
            a_practitioner(active=False),
            a_practitioner(a_licence(status="suspended", suspended_from=local(11, 1), suspended_until=local(12, 24))),
            a_practitioner(a_licence(jurisdiction="US-CA")),
        ],
    )
    def test_come_with_source_severity_and_what_would_mend_it(self, practitioner):
        asked = permitting(a_permission(effect="privilege", requires=("training:lancet",)))

        found = refusals(practitioner, permissions=asked)

        assert all(refusal.source and refusal.mend and refusal.severity == "hard" for refusal in found)


class TestLicenceInUse:
    def test_is_the_one_that_lasts_longest(self):
        longer = a_licence(id="longer", valid_through=date(2027, 6, 30))

        found = licence_in_use(
            practitioner=a_practitioner(a_licence(), longer), site=COLUMBUS, profession="dermatologist", at=VISIT[0]
        )

        assert found == longer

    def test_is_none_when_none_counts(self):
        lapsed = a_practitioner(a_licence(status="lapsed"))

        assert licence_in_use(practitioner=lapsed, site=COLUMBUS, profession="dermatologist", at=VISIT[0]) is None


KEYS = (LANCET, AROUND_EYE)
MOMENTS = st.integers(0, 24 * 14).map(lambda hour: datetime(2026, 11, 25, tzinfo=UTC) + timedelta(hours=hour))
DAYS = st.integers(0, 14).map(lambda day: date(2026, 11, 25) + timedelta(days=day))
SPANS = st.tuples(DAYS, DAYS).map(sorted)
LICENCES = st.builds(
    lambda span, **facts: LicenceFacts(valid_from=span[0], valid_through=span[1], **facts),
    SPANS,
    id=st.just("licence"),
    profession=st.sampled_from(["esthetician", "advanced_esthetician"]),
    tier=st.sampled_from(["", "master"]),
    jurisdiction=st.sampled_from(["US-OH", "US-OH", "US-OH", "US-CA"]),
    status=st.sampled_from(["active"] * 6 + ["suspended"] * 3 + ["pending_verification", "revoked", "lapsed", "expired"]),
    verified=st.sampled_from([True, True, True, False]),
    suspended_from=st.none() | MOMENTS,
    suspended_until=st.none() | MOMENTS,
)
TRAININGS = st.builds(
    lambda span, kind: TrainingFacts(kind=kind, valid_from=span[0], valid_through=span[1]),
    SPANS,
    st.sampled_from(["lancet", "rf"]),
)
GRANTS = st.builds(
    lambda span, region: GrantFacts(scope=f"lancet_extraction/epidermal@{region}", valid_from=span[0], valid_through=span[1]),
    SPANS,
    st.sampled_from(["face", "periocular"]),
)
PRACTITIONERS = st.builds(
    PractitionerFacts,
    id=st.just("practitioner"),
    active=st.sampled_from([True] * 9 + [False]),
    licences=st.lists(LICENCES, max_size=4).map(tuple),
    trainings=st.lists(TRAININGS, max_size=4).map(tuple),
    grants=st.lists(GRANTS, max_size=3).map(tuple),
)
PERMISSIONS = st.fixed_dictionaries(
    {
        (profession, tier): st.fixed_dictionaries(
            {
                key: st.builds(
                    a_permission,
                    st.just(key),
                    effect=st.sampled_from(["allow", "allow", "supervised", "privilege", "refuse"]),
                    supervision=st.sampled_from(["none", "general", "direct"]),
                    requires=st.sampled_from(
                        [(), (), ("training:lancet",), ("privilege",), ("training:lancet", "training:rf")]
                    ),
                )
                for key in KEYS
            }
        )
        for profession in ("esthetician", "advanced_esthetician")
        for tier in ("", "master")
    }
)


def counts_then(licence: LicenceFacts, moment: datetime) -> bool:
    """The rule of the licence, told for one moment instead of as periods."""
    if not (licence.verified and licence.jurisdiction == "US-OH"):
        return False
    if not licence.valid_from <= moment.astimezone(NEW_YORK).date() <= licence.valid_through:
        return False
    if licence.status == "suspended":
        begun = licence.suspended_from is None or licence.suspended_from <= moment
        over = licence.suspended_until is not None and licence.suspended_until <= moment
        return not begun or over
    return licence.status == "active"


def level_then(practitioner, profession, key, moment, permissions) -> str | None:
    """The freest level at which the key may be done at that moment, by asking each paper for its day."""
    today = moment.astimezone(NEW_YORK).date()
    trained = {paper.kind for paper in practitioner.trainings if paper.valid_from <= today <= paper.valid_through}
    granted = {paper.scope for paper in practitioner.grants if paper.valid_from <= today <= paper.valid_through}
    levels = []
    for licence in practitioner.licences:
        permission = permissions[licence.profession, licence.tier][key]
        asked = {word.partition(":")[2] for word in permission.requires if word.startswith("training")}
        by_name = permission.effect == "privilege" or "privilege" in permission.requires
        if (
            practitioner.active
            and licence.profession == profession
            and permission.effect != "refuse"
            and counts_then(licence, moment)
            and asked <= trained
            and (not by_name or f"{key[0]}/{key[1]}@{key[2]}" in granted)
        ):
            levels.append(permission.supervision)
    return min(levels, key=["none", "general", "direct"].index, default=None)


class TestPapersAndRefusalsAgree:
    @settings(max_examples=400, deadline=None)
    @given(
        practitioner=PRACTITIONERS,
        permissions=PERMISSIONS,
        profession=st.sampled_from(["esthetician", "advanced_esthetician"]),
        wanted=st.lists(st.sampled_from(KEYS), min_size=1, max_size=2),
        start=MOMENTS,
        minutes=st.sampled_from([30, 60, 90, 24 * 60]),
    )
    def test_nothing_is_refused_exactly_when_a_privilege_covers_each_work(
        self, practitioner, permissions, profession, wanted, start, minutes
    ):
        end = start + timedelta(minutes=minutes)
        permissions_of = lambda *licence: permissions[licence]  # noqa: E731
        held = privilege_periods(practitioner=practitioner, site=COLUMBUS, permissions=permissions_of)

        found = refusals(practitioner, permissions=permissions_of, wanted=wanted, profession=profession, visit=(start, end))

        covered = all(
            any(
                (period.profession, period.scope) == (profession, f"{act}/{depth}@{region}")
                and period.start <= start
                and end <= period.end
                for period in held
            )
            for act, depth, region in wanted
        )
        assert (found == []) == covered

    @settings(max_examples=400, deadline=None)
    @given(practitioner=PRACTITIONERS, permissions=PERMISSIONS, key=st.sampled_from(KEYS), moment=MOMENTS)
    def test_a_privilege_holds_at_a_moment_exactly_when_each_paper_does(self, practitioner, permissions, key, moment):
        held = privilege_periods(practitioner=practitioner, site=COLUMBUS, permissions=lambda *licence: permissions[licence])

        for profession in ("esthetician", "advanced_esthetician"):
            levels = [
                period.supervision
                for period in held
                if (period.profession, period.scope) == (profession, f"{key[0]}/{key[1]}@{key[2]}")
                and period.start <= moment < period.end
            ]
            expected = level_then(practitioner, profession, key, moment, permissions)
            assert levels == ([expected] if expected else [])
