"""Giving consent and taking it back, and what is in force at which moment."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from clinic.errors import Malformed, RuleBroken
from patients.models import Consent
from patients.policies.consents import Signer
from patients.selectors.consents import consents_in_force, is_in_force
from patients.services.consents import NewConsent, give_consent, withdraw_consent
from patients.services.signatures import Signature
from patients.signals import consent_withdrawn
from tests.factories import a_patient, a_user
from tests.factories_consents import a_consent, a_text
from tests.patients.drawings import a_drawing, as_jpeg

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)
LANCET = "lancet_extraction"
BY_PATIENT, BY_GUARDIAN = Signer(role="patient"), Signer(role="guardian")
TYPED = Signature(name="Ada")


@pytest.fixture(autouse=True)
def texts():
    for kind in (LANCET, "photos"):
        a_text(kind)
    a_text(LANCET, language="es", title="Consentimiento")


@pytest.fixture
def child():
    return a_patient(birth_date=date(2015, 1, 1), guardian_name="Mo Ng", guardian_relationship="mother")


def given(patient, kind: str = LANCET, *, now: datetime = NOW, **fields) -> Consent:
    told = {"text_version": 1, "signer": BY_PATIENT, "signature": TYPED} | fields
    return give_consent(actor=a_user(), patient=patient, consent=NewConsent(kind=kind, **told), now=now)


def withdrawn(consent: Consent, *, now: datetime = NOW + timedelta(hours=1), reason: str = "Changed my mind") -> Consent:
    return withdraw_consent(actor=a_user(), consent=consent, reason=reason, now=now)


def kinds(patient, at: datetime = NOW) -> set[str]:
    return set(consents_in_force(patient=patient.pk, at=at))


class TestGiving:
    def test_keeps_the_hash_of_the_text_exactly_as_shown(self):
        consent = given(a_patient())

        assert consent.text_sha256 == hashlib.sha256(consent.text.shown.encode()).hexdigest()

    def test_takes_the_text_in_the_patients_language(self):
        assert given(a_patient(language="es")).text.title == "Consentimiento"

    def test_takes_the_text_in_the_language_that_was_shown(self):
        assert given(a_patient(language="es"), language="en").text.language == "en"

    def test_keeps_who_signed_and_who_recorded_it(self, child):
        consent = given(child, signer=BY_GUARDIAN)

        assert (consent.signer_role, consent.signer_name, consent.signer_relationship) == ("guardian", "Mo Ng", "mother")
        assert (consent.recorded_by.username[:5], consent.signed_at) == ("user-", NOW)

    def test_of_a_minor_asks_for_the_guardian(self, child):
        with pytest.raises(RuleBroken) as refused:
            given(child)

        [reason] = refused.value.reasons
        assert (reason.code, "Mo Ng" in reason.mend) == ("guardian_required", True)
        assert not Consent.objects.exists()

    def test_of_an_adult_is_not_a_strangers(self):
        with pytest.raises(RuleBroken) as refused:
            given(a_patient(), signer=Signer(role="guardian", name="Mo Ng", relationship="friend"))

        assert refused.value.code == "guardian_not_entitled"

    def test_of_an_adult_is_not_the_former_guardians(self):
        grown = a_patient(guardian_name="Mo Ng", guardian_relationship="mother")

        with pytest.raises(RuleBroken) as refused:
            given(grown, signer=BY_GUARDIAN)

        assert refused.value.code == "guardian_not_entitled"

    def test_of_an_adult_is_the_legal_guardians_where_the_chart_says_that_it_goes_on(self):
        ward = a_patient(guardian_name="Mo Ng", guardian_relationship="legal guardian", guardian_for_adult=True)

        assert given(ward, signer=BY_GUARDIAN).signer_name == "Mo Ng"
        assert given(ward).signer_name == ward.name

    @pytest.mark.parametrize("version", [1, 3])
    def test_to_another_version_than_the_present_one_is_refused_and_names_it(self, version):
        a_text(version=2)
        a_text(version=3, in_force_from=NOW + timedelta(days=1))

        with pytest.raises(RuleBroken) as refused:
            given(a_patient(), text_version=version)

        assert (refused.value.code, refused.value.extra) == ("consent_text_stale", {"text_version": 2})

    def test_tells_every_reason_at_once(self, child):
        with pytest.raises(RuleBroken) as refused:
            given(child, text_version=7)

        assert [reason.code for reason in refused.value.reasons] == ["guardian_required", "consent_text_stale"]


class TestASignature:
    def test_is_a_name_without_surplus_blanks(self):
        assert given(a_patient(), signature=Signature(name="  Ada   L. ")).signature_name == "Ada L."

    @pytest.mark.parametrize("name", ["", "   ", "...", "7", "x" * 201])
    def test_is_refused_without_a_name_in_it(self, name):
        with pytest.raises(Malformed) as refused:
            given(a_patient(), signature=Signature(name=name))

        assert set(refused.value.fields) == {"signature"}

    @pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "1", "P"])
    def test_may_be_drawn_and_is_kept_in_grey_on_white(self, mode):
        consent = given(a_patient(), signature=Signature(image=a_drawing(mode=mode)))

        with Image.open(BytesIO(bytes(consent.signature_image))) as kept:
            assert (kept.format, kept.mode, kept.size) == ("PNG", "L", (300, 100))

    def test_drawn_is_kept_without_what_is_hidden_in_it(self):
        picture = a_drawing(note="GPS 39.96 N") + b"<script>trailer</script>"

        kept = bytes(given(a_patient(), signature=Signature(image=picture)).signature_image)

        assert b"GPS" not in kept
        assert b"script" not in kept

    @pytest.mark.parametrize(
        "picture",
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            as_jpeg(),
            a_drawing()[: len(a_drawing()) // 2],
            a_drawing()[:40] + b"\0" * 40 + a_drawing()[80:],
            a_drawing(1201, 10),
            a_drawing(8000, 8000, mode="1"),
            a_drawing(drawn=False),
            a_drawing() + b"\0" * 66_000,
        ],
        ids=["nothing", "head", "svg", "jpeg", "cut", "damaged", "wide", "bomb", "empty", "heavy"],
    )
    def test_drawn_otherwise_is_refused(self, picture):
        with pytest.raises(Malformed) as refused:
            given(a_patient(), signature=Signature(image=picture))

        assert set(refused.value.fields) == {"signature"}


class TestWithdrawing:
    def test_keeps_when_why_and_by_whom(self):
        consent = withdrawn(given(a_patient()), reason=" Changed my mind ")

        assert (consent.withdrawn_at, consent.withdrawal_reason) == (NOW + timedelta(hours=1), "Changed my mind")
        assert consent.withdrawn_by.username.startswith("user-")

    def test_ends_older_consents_of_that_kind_and_no_others(self):
        patient = a_patient()
        a_consent(patient, LANCET)
        given(patient, "photos")

        withdrawn(given(patient))

        assert kinds(patient, NOW + timedelta(hours=2)) == {"photos"}

    def test_repeated_changes_nothing(self):
        first = withdrawn(given(a_patient()))

        again = withdrawn(first, now=NOW + timedelta(days=1), reason="Once more")

        assert (again.withdrawn_at, again.withdrawal_reason) == (first.withdrawn_at, first.withdrawal_reason)

    def test_needs_a_reason(self):
        with pytest.raises(Malformed):
            withdrawn(given(a_patient()), reason="  ")

    def test_tells_whoever_leans_on_it_once_inside_the_transaction(self):
        patient, told = a_patient(), []

        def hear(sender, *, patient, kind, now, **kwargs):
            told.append((patient.pk, kind, now, Consent.objects.filter(withdrawn_at=None).exists()))

        consent_withdrawn.connect(hear)
        try:
            withdrawn(withdrawn(given(patient, "photos")))
        finally:
            consent_withdrawn.disconnect(hear)

        assert told == [(patient.pk, "photos", NOW + timedelta(hours=1), False)]


class TestInForce:
    def test_begins_with_the_signature_and_ends_with_the_withdrawal(self):
        patient = a_patient()
        withdrawn(given(patient))
        moments = [NOW - timedelta(seconds=1), NOW, NOW + timedelta(minutes=59), NOW + timedelta(hours=1)]

        assert [kinds(patient, at) for at in moments] == [set(), {LANCET}, {LANCET}, set()]

    def test_outlasts_a_new_version_of_the_text(self):
        patient = a_patient()
        given(patient)
        a_text(version=2)

        assert kinds(patient, NOW + timedelta(days=1)) == {LANCET}

    def test_names_the_latest_where_several_were_signed(self):
        patient = a_patient()
        a_consent(patient)
        latest = given(patient)

        assert consents_in_force(patient=patient.pk, at=NOW) == {LANCET: latest.pk}

    def test_is_ones_own(self):
        given(a_patient())

        assert kinds(a_patient()) == set()

    def test_of_a_guardian_ends_on_the_eighteenth_birthday_at_the_site(self):
        nearly_grown = a_patient(birth_date=date(2009, 1, 20), guardian_name="Mo")
        consent = a_consent(nearly_grown, signer_role="guardian")
        midnight = datetime(2027, 1, 20, 5, tzinfo=UTC)
        moments = [midnight - timedelta(seconds=1), midnight]

        assert [kinds(nearly_grown, at) for at in moments] == [{LANCET}, set()]
        assert [is_in_force(consent, at=at) for at in moments] == [True, False]
