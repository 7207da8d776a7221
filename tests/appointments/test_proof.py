"""The proof of a procedure: what stood at its booking, its start and its signature, whatever stands today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from appointments.models import Appointment
from appointments.services.course import check_in, complete_visit, start_treatment
from appointments.services.moving import hand_over
from clinic.errors import RuleBroken
from clinic.models import Licence, PolicyRow
from clinic.services.credentials.licences import suspend_licence
from patients.models import Consent, Lesion
from tests import clinic_world as world
from tests.clinic.tokens import client_of
from tests.clinic_world import SmallClinic, after, book
from tests.committed import committed
from tests.factories_log import a_stay, drafted, extracted
from treatments.models import Encounter, Procedure
from treatments.selectors.log.proof import proof_of
from treatments.services.log.signing import sign_procedure

END = datetime(2027, 1, 13, 15, 30, tzinfo=UTC)  # half past ten in Columbus, tomorrow


@dataclass(frozen=True, kw_only=True)
class Story:
    """A procedure whose licence was renumbered after its booking and again after its signature."""

    clinic: SmallClinic
    procedure: Procedure

    @property
    def proof(self) -> dict[str, Any]:
        return proof_of(Procedure.objects.get(pk=self.procedure.pk))


@pytest.fixture
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[Story]:
    """Committed step by step, since the history is told apart by transactions."""
    with django_db_blocker.unblock(), committed():
        clinic = world.a_small_clinic()
        renumber(clinic, "OH-1")
        visit = book(clinic.derm.user, clinic.patient, after(), clinic.derm, clinic.lesion)
        renumber(clinic, "OH-2")
        Lesion.objects.filter(pk=clinic.lesion.pk).update(status="planned")
        check_in(actor=clinic.desk, visit=visit, now=after())
        visit = start_treatment(actor=clinic.derm.user, visit=visit, now=after())
        draft = drafted(Encounter.objects.get(), clinic.derm, extracted(clinic.lesion), at=after(), now=END)
        procedure = sign_procedure(actor=clinic.derm.user, procedure=draft, now=END)
        yield Story(clinic=clinic, procedure=procedure)


def renumber(clinic: SmallClinic, number: str) -> None:
    Licence.objects.filter(practitioner=clinic.derm).update(number=number)


def test_names_the_licence_of_each_moment(story):
    renumber(story.clinic, "OH-3")

    proof = story.proof

    assert [proof[moment]["licence"]["number"] for moment in ("booking", "start", "signature")] == ["OH-1", "OH-2", "OH-2"]


def test_stands_when_everything_has_changed_since(story):
    before = story.proof
    complete_visit(actor=story.clinic.derm.user, visit=Appointment.objects.get(), now=END)
    suspend_licence(actor=None, licence=Licence.objects.get(practitioner=story.clinic.derm), reason="board", now=END)
    PolicyRow.objects.filter(profession="dermatologist", act="lancet_extraction").update(version=9, citation="Other words")
    Lesion.objects.filter(pk=story.clinic.lesion.pk).update(region="eyelid", depth="dermal", suspicious=True)
    Consent.objects.update(withdrawn_at=END, withdrawn_by=story.clinic.desk, withdrawal_reason="Asked to.")

    assert story.proof == before


def test_shows_the_lesion_as_it_was(story):
    proof = story.proof

    states = [proof[moment]["lesions"][0]["status"] for moment in ("booking", "start", "signature")]
    assert states == ["watching", "planned", "planned"]


def test_names_privilege_policy_and_the_hash_of_the_consent(story):
    booking = story.proof["booking"]

    [privilege], [consent] = booking["policy"], booking["consents"]
    assert (privilege["scope"], privilege["supervision"]) == ("lancet_extraction/epidermal@face", "none")
    assert (privilege["policy_version"], bool(privilege["policy"]["citation"])) == (1, True)
    assert consent["text_sha256"] == Consent.objects.get(pk=consent["id"]).text_sha256


def test_is_answered_over_http_as_json_page_and_pdf(story):
    client = client_of(story.clinic.desk)
    address = f"/api/v1/procedures/{story.procedure.pk}/proof/"

    shown, page, pdf = client.get(address), client.get(f"{address}page/"), client.get(f"{address}pdf/")

    assert [answer.status_code for answer in (shown, page, pdf)] == [200, 200, 200]
    assert shown.json()["booking"]["licence"]["number"] == "OH-1"
    assert (page["Content-Type"], pdf["Content-Type"]) == ("text/html; charset=utf-8", "application/pdf")
    assert all(words in page.content.decode() for words in ("OH-1", "OH-2", story.clinic.patient.name))
    assert pdf.content.startswith(b"%PDF-")


def test_of_a_second_pair_of_hands_rests_on_the_hand_over(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), committed():
        clinic = world.a_small_clinic()
        medesth = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, medesth)
        world.order(clinic.derm, clinic.patient, [clinic.lesion])
        visit = book(clinic.desk, clinic.patient, after(), medesth, clinic.lesion)
        check_in(actor=clinic.desk, visit=visit, now=after())
        visit = start_treatment(actor=medesth.user, visit=visit, now=after())
        hand_over(actor=medesth.user, visit=visit, practitioner=clinic.derm, now=after(minute=10))
        stay = Encounter.objects.get()

        proofs = []
        for person in (medesth, clinic.derm):
            draft = drafted(stay, person, extracted(clinic.lesion), at=after(), now=END)
            proofs.append(proof_of(sign_procedure(actor=person.user, procedure=draft, now=END)))

        for proof, profession in zip(proofs, ("medical_aesthetician", "dermatologist"), strict=True):
            assert proof["booking"]["licence"]["profession"] == profession
            assert proof["start"]["decision"]["licence"]["profession"] == profession
        assert proofs[0]["start"]["supervision"]["supervisor"]["id"] == str(clinic.derm.pk)
        assert proofs[0]["start"]["supervision"]["agreements"][0]["level"] == "direct"
        assert proofs[0]["start"]["supervision"]["presence"]


@pytest.mark.django_db
@pytest.mark.parametrize("paper", ["", "page/", "pdf/"])
def test_is_for_all_staff_who_may_see_the_patient(paper):
    clinic = world.a_small_clinic(rooms=1)
    draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))
    sign_procedure(actor=clinic.derm.user, procedure=draft, now=draft.ended_at)
    elsewhere = world.open_site("jersey-city", jurisdiction="US-NJ")
    address = f"/api/v1/procedures/{draft.pk}/proof/{paper}"

    answers = [client_of(user).get(address).status_code for user in (clinic.desk, world.a_manager(clinic.site))]

    assert answers == [200, 200]
    assert client_of(world.front_desk(elsewhere)).get(address).status_code == 404
    assert APIClient().get(address).status_code == 401


@pytest.mark.django_db
def test_of_a_draft_is_refused():
    clinic = world.a_small_clinic(rooms=1)
    draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))

    with pytest.raises(RuleBroken) as refused:
        proof_of(draft)

    assert refused.value.code == "not_signed"


@pytest.mark.django_db
def test_of_a_stay_without_a_visit_has_the_signature_alone():
    clinic = world.a_small_clinic(rooms=1)
    draft = drafted(a_stay(clinic.patient, clinic.derm), clinic.derm, extracted(clinic.lesion))

    proof = proof_of(sign_procedure(actor=clinic.derm.user, procedure=draft, now=draft.ended_at))

    assert (proof["booking"], proof["start"], proof["signature"]["licence"]["verified"]) == (None, None, True)
