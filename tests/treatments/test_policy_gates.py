"""What stops a treatment, whoever gives it; each gate refused and passed at its border."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treatments.policies.dates import birthday, months_after
from treatments.policies.facts import (
    Contraindication,
    ItemFacts,
    LesionFacts,
    OverrideFacts,
    PatientFacts,
    TreatmentFacts,
)
from treatments.policies.gates.judgement import GATES, change_dates, judge
from treatments.policies.gates.performers import children_only, region_unverified
from treatments.policies.gates.shape import scopes_of, shape_refusals

TODAY = date(2026, 12, 1)
ACTS = {
    "free-consultation": [("consult_free", "none")],
    "skin-analysis": [("skin_analysis", "none")],
    "diagnosis": [("diagnose_lesion", "none")],
    "lancet-extraction": [("lancet_extraction", depth) for depth in ("stratum_corneum", "epidermal", "dermal")],
    "comedone-extraction": [("comedone_extraction", "stratum_corneum")],
    "superficial-peel": [("chemical_peel", "superficial")],
    "medium-peel": [("chemical_peel", "medium")],
    "microdermabrasion": [("microdermabrasion", "superficial")],
    "laser-resurfacing": [("laser_resurfacing", "ablative")],
    "radiofrequency": [("radiofrequency", "dermal")],
    "clean-up": [("comedone_extraction", "stratum_corneum"), ("microdermabrasion", "superficial")],
    "review": [("post_procedure_review", "none")],
}
TALK = ("free-consultation", "skin-analysis", "diagnosis", "review")
BY_HAND = tuple(code for code in ACTS if code not in TALK)
NEEDS_DIAGNOSIS = ("lancet-extraction", "superficial-peel", "medium-peel", "laser-resurfacing", "radiofrequency")


def a_treatment(code: str = "lancet-extraction", **changes) -> TreatmentFacts:
    price = Decimal(0) if code == "free-consultation" else Decimal(100)
    facts = {"code": code, "name": code.replace("-", " "), "acts": tuple(ACTS[code]), "minutes": 30, "price": price}
    return TreatmentFacts(**(facts | changes))


def a_lesion(**changes) -> LesionFacts:
    """A confirmed milium on a cheek."""
    facts = {
        "id": "lesion",
        "patient_id": "patient",
        "body_site": "cheek",
        "region": "face",
        "authority_region": "face",
        "region_verified": True,
        "depth": "epidermal",
        "milia_type": "primary",
        "diagnosis": "milium",
        "certainty": "confirmed",
    }
    return LesionFacts(**(facts | changes))


def an_item(code: str = "lancet-extraction", *lesions: LesionFacts, **changes) -> ItemFacts:
    return ItemFacts(treatment=a_treatment(code), lesions=lesions, **changes)


def on_cheek(code: str) -> ItemFacts:
    return an_item(code, body_site="cheek", site_region="face")


def a_patient(**changes) -> PatientFacts:
    return PatientFacts(**({"id": "patient", "birth_date": date(1990, 5, 17)} | changes))


def patient_with(code: str, *, since=date(2026, 1, 1), until=None) -> PatientFacts:
    return a_patient(contraindications=(Contraindication(code=code, since=since, until=until),))


def found(patient: PatientFacts, *items: ItemFacts, on: date = TODAY) -> list[tuple[str, str, str]]:
    """Gate, severity and resource of everything that is refused or warned of."""
    judgement = judge(patient=patient, items=items, on=on)
    return [(each.gate, each.severity, each.resource) for each in (*judgement.refusals, *judgement.warnings)]


def gates(patient: PatientFacts, *items: ItemFacts, on: date = TODAY) -> list[str]:
    return [refusal.gate for refusal in judge(patient=patient, items=items, on=on).refusals]


class TestScopes:
    @pytest.mark.parametrize(
        ("lies", "asked", "judged"),
        [
            ("stratum_corneum", None, "stratum_corneum"),
            ("epidermal", None, "epidermal"),
            ("dermal", None, "dermal"),
            ("unknown", None, "dermal"),
            ("epidermal", "dermal", "dermal"),
            ("epidermal", "stratum_corneum", "epidermal"),
            ("unknown", "epidermal", "dermal"),
            ("stratum_corneum", "unknown", "dermal"),
        ],
    )
    def test_a_lancet_goes_to_the_deeper_of_lesion_and_request(self, lies, asked, judged):
        item = an_item("lancet-extraction", a_lesion(depth=lies), asked_depth=asked)

        assert scopes_of(item) == [("lancet_extraction", judged, "face")]

    @pytest.mark.parametrize("code", sorted(set(ACTS) - {"lancet-extraction"}))
    def test_all_else_goes_as_deep_as_the_catalogue_says(self, code):
        item = an_item(code, a_lesion(depth="dermal"), asked_depth="dermal")

        assert scopes_of(item) == [(act, depth, "face") for act, depth in ACTS[code]]

    def test_the_region_is_the_one_that_authority_is_judged_by(self):
        near_eye = a_lesion(region="periocular", authority_region="eyelid", region_verified=False)

        assert scopes_of(an_item("superficial-peel", near_eye)) == [("chemical_peel", "superficial", "eyelid")]

    def test_without_a_lesion_the_region_is_that_of_the_body_site(self):
        assert scopes_of(on_cheek("superficial-peel")) == [("chemical_peel", "superficial", "face")]

    @pytest.mark.parametrize("code", TALK)
    def test_without_either_the_region_is_the_eyelid(self, code):
        [(_, _, region)] = scopes_of(an_item(code))

        assert region == "eyelid"

    @pytest.mark.parametrize("region", ["periocular", "eyelid"])
    def test_a_body_site_beside_the_eye_counts_as_eyelid(self, region):
        [(_, _, judged)] = scopes_of(an_item("superficial-peel", body_site="under_eye", site_region=region))

        assert judged == "eyelid"

    def test_a_body_site_that_is_charted_as_beside_the_eye_counts_as_eyelid(self):
        [(_, _, judged)] = scopes_of(an_item("superficial-peel", body_site="temple", site_region="periocular"))

        assert judged == "eyelid"

    def test_lesions_that_differ_are_judged_each(self):
        item = an_item("lancet-extraction", a_lesion(), a_lesion(id="lid", authority_region="eyelid"))

        assert [region for _, _, region in scopes_of(item)] == ["face", "eyelid"]


def shape_codes(*items: ItemFacts) -> list[str]:
    return [refusal.code for refusal in shape_refusals(patient=a_patient(), items=items)]


class TestShape:
    def test_a_plain_request_is_fine(self):
        assert shape_codes(an_item("lancet-extraction", a_lesion())) == []

    def test_refuses_a_lesion_of_another_patient(self):
        assert shape_codes(an_item("review", a_lesion(patient_id="other"))) == ["lesion_of_another_patient"]

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({"depth": "epidermal"}, []),
            ({"depth": "dermal"}, ["split_items"]),
            ({"depth": "unknown"}, ["split_items"]),
            ({"authority_region": "body"}, ["split_items"]),
        ],
    )
    def test_refuses_lesions_that_differ_in_judged_region_or_depth(self, other, code):
        assert shape_codes(an_item("lancet-extraction", a_lesion(), a_lesion(id="other", **other))) == code

    def test_takes_unknown_and_dermal_as_one_depth(self):
        item = an_item("lancet-extraction", a_lesion(depth="dermal"), a_lesion(id="other", depth="unknown"))

        assert shape_codes(item) == []

    @pytest.mark.parametrize(("count", "code"), [(6, []), (7, ["too_many_treatments"])])
    def test_refuses_more_than_six_treatments(self, count, code):
        assert shape_codes(*[on_cheek("superficial-peel")] * count) == code

    @pytest.mark.parametrize(
        ("usual", "asked", "code"),
        [
            (30, None, []),
            (30, 90, []),
            (30, 91, ["too_long"]),
            (30, 10, []),
            (30, 9, ["too_short"]),
            (10, 5, []),
            (10, 4, ["too_short"]),
            (30, 0, ["too_short"]),
            (30, -5, ["too_short"]),
        ],
    )
    def test_refuses_an_absurd_length(self, usual, asked, code):
        assert shape_codes(ItemFacts(treatment=a_treatment(minutes=usual), minutes=asked)) == code

    def test_is_part_of_the_judgement(self):
        assert gates(a_patient(), an_item("review", a_lesion(patient_id="other"))) == [""]


class TestLesionGates:
    def test_pass_a_confirmed_milium(self):
        assert found(a_patient(), an_item("lancet-extraction", a_lesion())) == []

    @pytest.mark.parametrize("code", NEEDS_DIAGNOSIS)
    @pytest.mark.parametrize("certainty", ["none", "provisional", "refuted"])
    def test_g09_waits_for_a_confirmed_diagnosis(self, code, certainty):
        assert gates(a_patient(), an_item(code, a_lesion(certainty=certainty))) == ["G09"]

    @pytest.mark.parametrize("code", NEEDS_DIAGNOSIS)
    def test_g09_passes_a_confirmed_one(self, code):
        assert gates(a_patient(), an_item(code, a_lesion())) == []

    @pytest.mark.parametrize("code", [*TALK, "microdermabrasion"])
    def test_g09_leaves_gentle_work_alone(self, code):
        assert gates(a_patient(), an_item(code, a_lesion(certainty="none", diagnosis=None))) == []

    def test_g09_asks_for_every_lesion_of_an_item(self):
        unknown = a_lesion(id="other", body_site="chin", certainty="none")

        [refusal] = judge(patient=a_patient(), items=[an_item("lancet-extraction", a_lesion(), unknown)], on=TODAY).refusals

        assert "chin" in refusal.detail

    @pytest.mark.parametrize("code", BY_HAND)
    def test_g10_refuses_to_touch_a_suspicious_lesion(self, code):
        assert "G10" in gates(a_patient(), an_item(code, a_lesion(suspicious=True)))

    @pytest.mark.parametrize("code", TALK)
    def test_g10_lets_a_suspicious_lesion_be_looked_at(self, code):
        assert gates(a_patient(), an_item(code, a_lesion(suspicious=True))) == []

    def test_g10_leaves_other_lesions_of_the_patient_alone(self):
        assert gates(a_patient(), an_item("lancet-extraction", a_lesion(id="other"))) == []

    @pytest.mark.parametrize("code", BY_HAND)
    def test_g11_refuses_any_procedure_on_neonatal_milia(self, code):
        assert "G11" in gates(a_patient(), an_item(code, a_lesion(milia_type="neonatal")))

    @pytest.mark.parametrize("code", TALK)
    def test_g11_lets_neonatal_milia_be_looked_at(self, code):
        assert gates(a_patient(), an_item(code, a_lesion(milia_type="neonatal"))) == []

    @pytest.mark.parametrize("code", BY_HAND)
    def test_g13_refuses_a_plaque_without_review(self, code):
        assert "G13" in gates(a_patient(), an_item(code, a_lesion(milia_type="en_plaque")))

    def test_g13_passes_a_reviewed_plaque(self):
        assert gates(a_patient(), an_item("lancet-extraction", a_lesion(milia_type="en_plaque", plaque_reviewed=True))) == []

    def test_g13_lets_a_plaque_be_diagnosed(self):
        assert gates(a_patient(), an_item("diagnosis", a_lesion(milia_type="en_plaque"))) == []

    @pytest.mark.parametrize(
        ("noted", "expected"),
        [
            (date(2026, 6, 1), []),
            (date(2026, 6, 2), [("G27", "info", "")]),
            (None, []),
        ],
    )
    def test_g27_advises_to_wait_in_the_first_six_months(self, noted, expected):
        assert found(a_patient(), an_item("lancet-extraction", a_lesion(first_noted_on=noted))) == expected

    def test_g27_refuses_nothing(self):
        assert gates(a_patient(), an_item("lancet-extraction", a_lesion(first_noted_on=TODAY))) == []

    @pytest.mark.parametrize(
        ("code", "diagnosis", "certainty", "refused"),
        [
            ("lancet-extraction", "milium", "confirmed", False),
            ("lancet-extraction", "closed_comedone", "confirmed", True),
            ("lancet-extraction", "wart", "provisional", True),
            ("lancet-extraction", None, "none", False),
            ("comedone-extraction", "closed_comedone", "confirmed", False),
            ("comedone-extraction", "closed_comedone", "provisional", False),
            ("comedone-extraction", "closed_comedone", "refuted", True),
            ("comedone-extraction", "milium", "confirmed", True),
            ("comedone-extraction", None, "none", True),
            ("clean-up", "milium", "confirmed", True),
            ("clean-up", "milium", "provisional", True),
            ("clean-up", "closed_comedone", "confirmed", False),
            ("clean-up", "closed_comedone", "refuted", True),
            ("clean-up", None, "none", True),
            ("microdermabrasion", "milium", "confirmed", False),
        ],
    )
    def test_g30_fits_the_treatment_to_the_diagnosis(self, code, diagnosis, certainty, refused):
        lesion = a_lesion(diagnosis=diagnosis, certainty=certainty)

        assert ("G30" in gates(a_patient(), an_item(code, lesion))) is refused

    @pytest.mark.parametrize("code", ["comedone-extraction", "clean-up", "superficial-peel"])
    def test_a_body_site_has_no_diagnosis_to_wait_for(self, code):
        assert gates(a_patient(), on_cheek(code)) == []


class TestAge:
    BORN = date(2008, 12, 1)

    @pytest.mark.parametrize("code", BY_HAND)
    def test_g12_sends_a_child_to_the_pediatrician_first(self, code):
        assert found(a_patient(birth_date=self.BORN), on_cheek(code), on=date(2026, 11, 30)) == [("G12", "soft", "")]

    @pytest.mark.parametrize("code", BY_HAND)
    def test_g12_ends_on_the_eighteenth_birthday(self, code):
        assert found(a_patient(birth_date=self.BORN), on_cheek(code), on=date(2026, 12, 1)) == []

    @pytest.mark.parametrize("code", TALK)
    def test_g12_lets_a_child_be_seen(self, code):
        assert found(a_patient(birth_date=date(2026, 11, 10)), on_cheek(code)) == []

    @pytest.mark.parametrize(("on", "severity"), [(date(2010, 11, 30), "hard"), (date(2010, 12, 1), "soft")])
    def test_g12_knows_no_exception_under_two_years(self, on, severity):
        assert found(a_patient(birth_date=self.BORN), on_cheek("clean-up"), on=on) == [("G12", severity, "")]

    def test_g12_counts_a_leap_day_as_the_first_of_march(self):
        leapling = a_patient(birth_date=date(2008, 2, 29))

        assert gates(leapling, on_cheek("clean-up"), on=date(2026, 2, 28)) == ["G12"]
        assert gates(leapling, on_cheek("clean-up"), on=date(2026, 3, 1)) == []


SOFT, HARD, WARN = "soft", "hard", "warn"


def weights(patient: PatientFacts) -> dict[str, str]:
    """Of every treatment that the patient's state speaks against: how much it weighs."""
    return {code: severity for code in ACTS for _, severity, _ in found(patient, on_cheek(code))}


class TestContraindications:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            *[
                (
                    local,
                    {
                        "lancet-extraction": SOFT,
                        "comedone-extraction": SOFT,
                        "superficial-peel": HARD,
                        "medium-peel": HARD,
                        "microdermabrasion": SOFT,
                        "laser-resurfacing": HARD,
                        "radiofrequency": SOFT,
                        "clean-up": SOFT,
                    },
                )
                for local in ("infection", "herpes", "open_wound")
            ],
            (
                "isotretinoin",
                {
                    "superficial-peel": WARN,
                    "medium-peel": SOFT,
                    "microdermabrasion": SOFT,
                    "laser-resurfacing": SOFT,
                    "clean-up": SOFT,
                },
            ),
            ("pregnant", {"superficial-peel": SOFT, "medium-peel": SOFT}),
            ("breastfeeding", {"superficial-peel": WARN, "medium-peel": WARN}),
            (
                "keloid",
                {
                    "lancet-extraction": SOFT,
                    "superficial-peel": SOFT,
                    "medium-peel": SOFT,
                    "laser-resurfacing": SOFT,
                    "radiofrequency": SOFT,
                },
            ),
        ],
    )
    def test_weigh_as_much_as_the_table_says(self, code, expected):
        assert weights(patient_with(code)) == expected

    @pytest.mark.parametrize(
        ("code", "gate"),
        [
            ("infection", "G17"),
            ("herpes", "G17"),
            ("open_wound", "G17"),
            ("isotretinoin", "G18"),
            ("pregnant", "G19"),
            ("keloid", "G20"),
        ],
    )
    def test_name_their_gate_and_themselves(self, code, gate):
        [refusal] = judge(patient=patient_with(code), items=[on_cheek("medium-peel")], on=TODAY).refusals

        assert (refusal.gate, refusal.code, refusal.resource) == (gate, "contraindicated", code)

    @pytest.mark.parametrize("code", ["infection", "pregnant", "keloid"])
    @pytest.mark.parametrize(
        ("since", "until", "stands"),
        [
            (TODAY, None, True),
            (TODAY + timedelta(days=1), None, False),
            (date(2026, 1, 1), TODAY, True),
            (date(2026, 1, 1), TODAY - timedelta(days=1), False),
        ],
    )
    def test_stand_from_their_first_day_through_their_last(self, code, since, until, stands):
        assert bool(gates(patient_with(code, since=since, until=until), on_cheek("medium-peel"))) is stands

    @pytest.mark.parametrize(
        ("stopped", "stands"),
        [(date(2026, 10, 1), True), (date(2026, 6, 2), True), (date(2026, 6, 1), False)],
    )
    def test_isotretinoin_counts_for_six_months_more(self, stopped, stands):
        assert bool(gates(patient_with("isotretinoin", until=stopped), on_cheek("medium-peel"))) is stands

    def test_isotretinoin_that_is_yet_to_begin_does_not_count(self):
        coming = patient_with("isotretinoin", since=TODAY + timedelta(days=1))

        assert gates(coming, on_cheek("medium-peel")) == []

    def test_isotretinoin_counts_from_its_first_day(self):
        assert gates(patient_with("isotretinoin", since=TODAY), on_cheek("medium-peel")) == ["G18"]

    def test_isotretinoin_before_a_laser_cites_the_task_force(self):
        [refusal] = judge(patient=patient_with("isotretinoin"), items=[on_cheek("laser-resurfacing")], on=TODAY).refusals

        assert "ASDS task force 2017" in refusal.source

    @pytest.mark.parametrize("skin", [None, 1, 3, 4, 6])
    def test_g21_guards_darker_skin_from_medium_peel_and_ablative_laser(self, skin):
        expected = {"medium-peel": SOFT, "laser-resurfacing": SOFT} if skin in {4, 6} else {}

        assert weights(a_patient(fitzpatrick=skin)) == expected

    def test_g21_names_the_skin_type(self):
        assert found(a_patient(fitzpatrick=5), on_cheek("medium-peel")) == [("G21", "soft", "fitzpatrick")]

    def test_all_are_told_at_once(self):
        held = tuple(Contraindication(code=code, since=date(2026, 1, 1)) for code in ("herpes", "keloid", "pregnant"))

        assert gates(a_patient(contraindications=held, fitzpatrick=4), on_cheek("medium-peel")) == [
            "G17",
            "G19",
            "G20",
            "G21",
        ]


class TestFreeConsultation:
    def test_stands_alone(self):
        assert gates(a_patient(), an_item("free-consultation")) == []

    @pytest.mark.parametrize("code", sorted(set(ACTS) - {"free-consultation"}))
    def test_g26_refuses_anything_beside_it(self, code):
        assert gates(a_patient(), an_item("free-consultation"), on_cheek(code)) == ["G26"]

    def test_g26_refuses_a_price(self):
        priced = ItemFacts(treatment=a_treatment("free-consultation", price=Decimal("0.01")))

        assert gates(a_patient(), priced) == ["G26"]


class TestPerformerGates:
    NEAR_EYE = a_lesion(body_site="under_eye", region="periocular", authority_region="eyelid", region_verified=False)

    def test_g14_refuses_who_may_not_do_it_at_the_eyelid(self):
        refusal = region_unverified(an_item("lancet-extraction", self.NEAR_EYE), may_do_eyelid=False)

        assert (refusal.gate, refusal.code) == ("G14", "region_unverified")

    def test_g14_passes_who_may_do_it_at_the_eyelid(self):
        assert region_unverified(an_item("lancet-extraction", self.NEAR_EYE), may_do_eyelid=True) is None

    def test_g14_passes_a_verified_region(self):
        verified = a_lesion(region="periocular", authority_region="periocular")

        assert region_unverified(an_item("lancet-extraction", verified), may_do_eyelid=False) is None

    def test_g14_refuses_a_body_site_beside_the_eye(self):
        item = an_item("superficial-peel", body_site="around_eye", site_region="eyelid")

        assert region_unverified(item, may_do_eyelid=False).code == "region_unverified"

    @pytest.mark.parametrize("site", [("cheek", "face"), ("eyelid_left_upper", "eyelid"), (None, None)])
    def test_g14_is_silent_about_other_body_sites(self, site):
        assert region_unverified(an_item("skin-analysis", body_site=site[0], site_region=site[1]), may_do_eyelid=False) is None

    @pytest.mark.parametrize(("on", "refused"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
    def test_a_permission_for_children_ends_with_childhood(self, on, refused):
        patient = a_patient(birth_date=date(2008, 12, 1))

        assert bool(children_only(patient=patient, on=on, requires=("patient_under_18",))) is refused

    def test_other_permissions_reach_adults(self):
        assert children_only(patient=a_patient(), on=TODAY, requires=("training:lancet",)) is None


class TestOverrides:
    CHILD = a_patient(birth_date=date(2015, 1, 1))
    PAIR = an_item("lancet-extraction", a_lesion(), a_lesion(id="other"))

    def judged(self, *overrides: OverrideFacts, item: ItemFacts = PAIR, patient: PatientFacts = CHILD):
        return judge(patient=patient, items=[item], on=TODAY, overrides=overrides)

    def override(self, **changes) -> OverrideFacts:
        return OverrideFacts(**({"gate": "G12", "treatment": "lancet-extraction"} | changes))

    def test_a_soft_gate_without_one_is_refused_and_asks_for_one(self):
        judgement = self.judged()

        assert [refusal.severity for refusal in judgement.refusals] == ["soft"]
        assert judgement.overrides_needed == ("G12",)

    def test_a_soft_gate_with_one_is_lifted(self):
        override = self.override()

        judgement = self.judged(override)

        assert (judgement.refusals, judgement.overrides_needed) == ((), ())
        assert judgement.overrides_used == (override,)

    @pytest.mark.parametrize("changes", [{"gate": "G20"}, {"treatment": "medium-peel"}, {"lesion_id": "unheard-of"}])
    def test_one_for_something_else_lifts_nothing(self, changes):
        judgement = self.judged(self.override(**changes))

        assert (judgement.overrides_needed, judgement.overrides_used) == (("G12",), ())

    @pytest.mark.parametrize(("lesions", "needed"), [(["lesion"], ("G12",)), (["lesion", "other"], ())])
    def test_those_for_lesions_must_name_each_of_the_item(self, lesions, needed):
        judgement = self.judged(*[self.override(lesion_id=lesion) for lesion in lesions])

        assert judgement.overrides_needed == needed

    def test_one_for_a_lesion_lifts_nothing_at_a_body_site(self):
        judgement = self.judged(self.override(treatment="clean-up", lesion_id="lesion"), item=on_cheek("clean-up"))

        assert judgement.overrides_needed == ("G12",)

    def test_a_hard_gate_cannot_be_lifted(self):
        unconfirmed = an_item("lancet-extraction", a_lesion(certainty="none"))

        judgement = self.judged(self.override(gate="G09"), item=unconfirmed, patient=a_patient())

        assert [refusal.gate for refusal in judgement.refusals] == ["G09"]
        assert (judgement.overrides_needed, judgement.overrides_used) == ((), ())

    def test_a_soft_gate_that_turned_hard_cannot_be_lifted(self):
        override = self.override(gate="G17", treatment="medium-peel")

        judgement = self.judged(override, item=on_cheek("medium-peel"), patient=patient_with("herpes"))

        assert [refusal.severity for refusal in judgement.refusals] == ["hard"]


class TestRegistry:
    def test_names_each_gate_once(self):
        assert [gate.id for gate in GATES] == sorted({gate.id for gate in GATES})

    @pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.id)
    def test_says_code_severity_and_source_of_each(self, gate):
        assert gate.code
        assert gate.source
        assert gate.severity in {"hard", "soft", "warn", "info"}

    def test_every_refusal_says_what_would_mend_it(self):
        held = tuple(
            Contraindication(code=code, since=date(2026, 1, 1)) for code in ("infection", "isotretinoin", "pregnant", "keloid")
        )
        lesion = a_lesion(certainty="none", suspicious=True, milia_type="en_plaque", first_noted_on=TODAY)
        items = [an_item(code, lesion, minutes=1) for code in BY_HAND]

        judgement = judge(patient=a_patient(contraindications=held, fitzpatrick=6), items=items, on=TODAY)

        assert all(told.detail and told.source and told.mend for told in (*judgement.refusals, *judgement.warnings))


class TestDates:
    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2026, 6, 1), 6, date(2026, 12, 1)),
            (date(2026, 8, 31), 6, date(2027, 3, 1)),
            (date(2027, 8, 29), 6, date(2028, 2, 29)),
            (date(2026, 12, 31), 6, date(2027, 7, 1)),
            (date(9999, 8, 1), 6, date.max),
        ],
    )
    def test_months_roll_over_into_the_next_where_a_day_is_lacking(self, day, months, later):
        assert months_after(day, months) == later

    def test_a_birthday_keeps_its_day(self):
        assert birthday(date(2008, 12, 1), 18) == date(2026, 12, 1)

    def test_change_dates_are_those_of_age_findings_and_lesions(self):
        patient = a_patient(
            birth_date=date(2010, 1, 1),
            contraindications=(Contraindication(code="isotretinoin", since=date(2026, 2, 1), until=date(2026, 5, 31)),),
        )

        assert change_dates(
            patient=patient, items=[an_item("lancet-extraction", a_lesion(first_noted_on=date(2026, 9, 1)))]
        ) == [
            date(2012, 1, 1),
            date(2026, 2, 1),
            date(2026, 6, 1),
            date(2026, 12, 1),
            date(2027, 3, 1),
            date(2028, 1, 1),
        ]


DAYS = st.dates(date(2007, 1, 1), date(2029, 1, 1))
PATIENTS = st.builds(
    PatientFacts,
    id=st.just("patient"),
    birth_date=DAYS,
    fitzpatrick=st.none() | st.integers(1, 6),
    contraindications=st.lists(
        st.builds(
            lambda code, since, length: Contraindication(
                code=code, since=since, until=None if length is None else since + timedelta(days=length)
            ),
            st.sampled_from(
                ["isotretinoin", "isotretinoin", "pregnant", "breastfeeding", "keloid", "herpes", "infection", "open_wound"]
            ),
            DAYS,
            st.none() | st.integers(0, 900),
        ),
        max_size=3,
    ).map(tuple),
)
LESIONS = st.builds(
    a_lesion,
    certainty=st.sampled_from(["confirmed", "provisional"]),
    milia_type=st.sampled_from([None, "primary", "en_plaque"]),
    first_noted_on=st.none() | DAYS,
)
ITEMS = st.builds(
    lambda code, lesions: ItemFacts(treatment=a_treatment(code), lesions=tuple(lesions)),
    st.sampled_from(sorted(ACTS)),
    st.lists(LESIONS, max_size=2),
)


class TestChangeDates:
    @settings(max_examples=300, deadline=None)
    @given(patient=PATIENTS, items=st.lists(ITEMS, min_size=1, max_size=3), data=st.data())
    def test_between_two_of_them_the_judgement_is_constant(self, patient, items, data):
        turns = [date(2006, 1, 1), *change_dates(patient=patient, items=items), date(2060, 1, 1)]
        number = data.draw(st.integers(0, len(turns) - 2))
        first, last = turns[number], turns[number + 1] - timedelta(days=1)
        day = data.draw(st.dates(first, last)) if first < last else first

        answers = [judge(patient=patient, items=items, on=on) for on in (first, day, max(first, last))]

        assert answers[0] == answers[1] == answers[2]
