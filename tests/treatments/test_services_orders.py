"""Signing orders and taking them back."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.errors import Malformed, NotAllowed, NotFound, RuleBroken
from clinic.models import Licence
from clinic.services.authority import rebuild_authority
from patients.services.reference import load_catalogues as load_patient_catalogues
from tests.factories import a_lesion, a_patient, a_site, a_user, a_visit
from tests.treatments.ordering import a_signer
from treatments.models import OrderItem, TreatmentOrder
from treatments.selectors.work import Asked
from treatments.services.orders import revoke_order, sign_order
from treatments.services.reference import load_catalogues
from treatments.signals import order_revoked

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def catalogues():
    a_site()
    load_patient_catalogues()
    load_catalogues()


def lancet(*lesions, **fields) -> Asked:
    return Asked(treatment="lancet-extraction", lesions=tuple(lesion.pk for lesion in lesions), **fields)


def sign(actor, *items, patient=None, site=None) -> TreatmentOrder:
    return sign_order(actor=actor, patient=patient or a_patient(), site=site or a_site(), items=items, now=NOW)


def refusal(actor, *items, patient, site=None) -> list[str]:
    """The codes with which signing is refused."""
    with pytest.raises(RuleBroken) as refused:
        sign(actor, *items, patient=patient, site=site)
    return [refused.value.code, *(reason.code for reason in refused.value.reasons)]


class TestSignOrder:
    def test_is_valid_for_ninety_days(self):
        lesion = a_lesion()

        order = sign(a_signer(), lancet(lesion), patient=lesion.patient)

        assert (order.status, order.expires_at, order.profession) == ("active", NOW + timedelta(days=90), "dermatologist")

    def test_holds_one_row_for_each_lesion_and_act(self):
        patient = a_patient()
        face = [a_lesion(patient), a_lesion(patient)]

        order = sign(a_signer(), lancet(*face), Asked(treatment="clean-up", body_site="forehead"), patient=patient)

        rows = OrderItem.objects.filter(order=order).order_by("group", "scope").values_list("group", "scope")
        assert list(rows) == [
            (1, "lancet_extraction/epidermal@face"),
            (1, "lancet_extraction/epidermal@face"),
            (2, "comedone_extraction/stratum_corneum@face"),
            (2, "microdermabrasion/superficial@face"),
        ]

    def test_orders_the_lid_for_an_ophthalmologist(self):
        lesion = a_lesion(region="eyelid")

        assert sign(a_signer("ophthalmologist"), lancet(lesion), patient=lesion.patient).profession == "ophthalmologist"

    def test_judges_an_unknown_depth_as_dermal(self):
        lesion = a_lesion(depth="unknown")

        order = sign(a_signer(), lancet(lesion, depth="stratum_corneum"), patient=lesion.patient)

        assert order.items.get().scope == "lancet_extraction/dermal@face"

    @pytest.mark.parametrize(
        ("profession", "region", "code"),
        [
            ("ophthalmologist", "face", "privilege_missing"),
            ("physician_assistant", "face", "privilege_missing"),
            ("physician_assistant", "eyelid", "eyelid_restricted"),
            ("esthetician", "face", "piercing_not_permitted"),
            ("optometrist", "eyelid", "eyelid_restricted"),
            ("pediatrician", "face", "piercing_not_permitted"),
        ],
    )
    def test_is_refused_to_who_may_not_do_the_work_alone(self, profession, region, code):
        lesion = a_lesion(region=region)

        assert code in refusal(a_signer(profession), lancet(lesion), patient=lesion.patient)
        assert not TreatmentOrder.objects.exists()

    def test_is_refused_as_a_whole_when_one_item_is_beyond_the_signer(self):
        lid = a_lesion(region="eyelid")
        cheek = a_lesion(lid.patient)

        assert refusal(a_signer("ophthalmologist"), lancet(lid), lancet(cheek), patient=lid.patient)
        assert not TreatmentOrder.objects.exists()

    def test_is_refused_at_a_site_where_the_signer_is_not_licensed(self):
        elsewhere = a_site("jersey-city", jurisdiction="US-NJ")
        load_catalogues()
        lesion = a_lesion()

        assert "jurisdiction_mismatch" in refusal(a_signer(), lancet(lesion), patient=lesion.patient, site=elsewhere)

    def test_is_refused_while_the_licence_is_suspended(self):
        actor, lesion = a_signer(), a_lesion()
        Licence.objects.update(status="suspended", suspended_from=NOW - timedelta(days=1))
        rebuild_authority(practitioners=[actor.practitioner.pk], now=NOW - timedelta(days=1))

        assert refusal(actor, lancet(lesion), patient=lesion.patient)[0] == "licence_suspended"

    def test_is_refused_for_a_lesion_of_another_patient(self):
        assert refusal(a_signer(), lancet(a_lesion()), patient=a_patient())[0] == "lesion_of_another_patient"

    def test_is_refused_for_lesions_that_differ_in_depth(self):
        patient = a_patient()
        lesions = a_lesion(patient), a_lesion(patient, depth="dermal")

        assert refusal(a_signer(), lancet(*lesions), patient=patient)[0] == "split_items"

    def test_is_refused_for_a_treatment_that_is_not_offered(self):
        assert refusal(a_signer(), Asked(treatment="hairdo"), patient=a_patient())[0] == "treatment_not_offered"

    @pytest.mark.parametrize(
        ("item", "field"),
        [
            (Asked(treatment="lancet-extraction"), "items[0].lesions"),
            (Asked(treatment="superficial-peel"), "items[0]"),
            (Asked(treatment="superficial-peel", body_site="elbow"), "items[0].body_site"),
        ],
    )
    def test_names_what_an_item_lacks(self, item, field):
        with pytest.raises((Malformed, NotFound)) as refused:
            sign(a_signer(), item)

        assert getattr(refused.value, "fields", {field: ""}).keys() == {field}

    def test_is_for_practitioners(self):
        with pytest.raises(NotAllowed):
            sign(a_user("practitioner"), Asked(treatment="review"))


class TestRevokeOrder:
    def test_is_told_and_answers_the_visits_moved(self):
        lesion, actor = a_lesion(), a_signer()
        order, told = sign(actor, lancet(lesion), patient=lesion.patient), []

        def listen(sender, *, order, **_):
            told.append(order)
            return [lesion.pk]

        order_revoked.connect(listen)
        try:
            revoked, moved = revoke_order(actor=actor, order=order, now=NOW)
        finally:
            order_revoked.disconnect(listen)

        assert (revoked.status, revoked.revoked_by, told, moved) == ("revoked", actor, [order.pk], [lesion.pk])

    def test_moves_the_coming_visit_that_stands_on_it(self):
        visit = a_visit()
        item, actor = visit.items.get(), a_signer()
        order = sign(actor, lancet(item.lesion), patient=visit.patient)
        visit.items.update(
            order_item=order.items.get(),
            authorised_by=actor.practitioner,
            authorised_at=NOW,
            authorised_profession="dermatologist",
        )

        _, moved = revoke_order(actor=actor, order=order, now=NOW)

        visit.refresh_from_db()
        assert (moved, visit.status) == ([visit.pk], "needs_reassignment")

    def test_twice_changes_nothing(self):
        lesion, actor, other = a_lesion(), a_signer(), a_signer()
        order = sign(actor, lancet(lesion), patient=lesion.patient)
        revoke_order(actor=actor, order=order, now=NOW)

        again, moved = revoke_order(actor=other, order=order, now=NOW)

        assert (again.revoked_by, moved) == (actor, [])

    def test_is_for_practitioners(self):
        lesion = a_lesion()
        order = sign(a_signer(), lancet(lesion), patient=lesion.patient)

        with pytest.raises(NotAllowed):
            revoke_order(actor=a_user(), order=order, now=NOW)
