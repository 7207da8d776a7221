"""
A patient with three bumps, from the first visit to a recurrence, as the people of the clinic live it over HTTP.

One milium on a lid, one on the cheek, one bump that is doubtful. Each step asks the API as the person would whose step it is.
"""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.clinic.tokens import client_of
from tests.clinic_world import NOW, a_dermatologist, after, agree, front_desk, hire, open_clinic
from tests.pictures import jpeg

API = "/api/v1"
CLEAN = {"cleansed": True, "sterile": True, "single_use": True}
pytestmark = pytest.mark.django_db


class Story:
    """The people of the clinic, each with a client of their own, and what came of their steps by name."""

    def __init__(self) -> None:
        self.site = open_clinic()
        derm = a_dermatologist(site=self.site, username="derm")
        assistant = hire("physician_assistant", site=self.site, trainings=["lancet"], username="pa")
        agree(derm, assistant)
        ophthalmologist = hire("ophthalmologist", site=self.site, trainings=["lancet"], username="ophth")
        self.users = {person.user.username: person.user for person in (derm, assistant, ophthalmologist)}
        self.users["frontdesk"] = front_desk(self.site, username="frontdesk")
        self.known: dict[str, Any] = {}

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        status: int = 200,
        kind: str = "json",
    ) -> Any:
        client = client_of(self.users[who])
        answer = getattr(client, method)(f"{API}/{path}", body, format=None if body is None else kind)
        assert answer.status_code == status, (path, answer.content.decode()[:2000])
        return answer.json() if answer.headers["Content-Type"].endswith("json") else answer

    def post(self, who: str, path: str, body: dict[str, Any], *, status: int = 201, kind: str = "json") -> Any:
        return self.ask(who, "post", path, body, status=status, kind=kind)

    def act(self, who: str, visit: str, action: str) -> Any:
        return self.post(who, f"appointments/{visit}/{action}/", {}, status=200)


@pytest.fixture
def story():
    with time_machine.travel(NOW, tick=True):
        return Story()


def at(moment):
    return time_machine.travel(moment, tick=True)


def test_three_bumps(story):
    with at(NOW):
        a_patient_comes_with_three_bumps(story)
        the_dermatologist_looks_at_them(story)
        the_doubtful_one_is_blocked_and_referred(story)
        the_other_two_are_ordered_and_booked(story)
        the_patient_consents(story)
        a_photo_shows_the_cheek(story, "before")
    with at(after(1, 9, 55)):
        the_assistant_opens_the_one_on_the_cheek_under_supervision(story)
        a_photo_shows_the_cheek(story, "after")
        before_and_after_stand_side_by_side(story)
    with at(after(1, 12, 55)):
        the_ophthalmologist_opens_the_one_on_the_lid(story)
        neither_log_can_be_changed_any_more(story)
    with at(after(90)):
        the_one_on_the_cheek_comes_back(story)
        anybody_can_prove_years_later_who_did_what(story)
        the_whole_story_is_one_timeline(story)


def a_patient_comes_with_three_bumps(story):
    patient = story.post(
        "frontdesk",
        "patients/",
        {
            "registered_site": "columbus",
            "given_name": "Mira",
            "family_name": "Soto",
            "birth_date": "1988-03-14",
            "email": "mira@example.org",
        },
    )
    story.known["patient"] = patient["id"]
    for name, body_site, side in (
        ("lid", "eyelid_left_lower", None),
        ("cheek", "cheek", "right"),
        ("doubtful", "forehead", "left"),
    ):
        noted = {"patient": patient["id"], "body_site": body_site, "first_noted_on": "2026-06-01"}
        lesion = story.post("frontdesk", "lesions/", noted | ({"laterality": side} if side else {}))
        assert (lesion["diagnosis"], lesion["diagnosis_certainty"]) == (None, "none")
        story.known[name] = lesion["id"]


def the_dermatologist_looks_at_them(story):
    for name in ("lid", "cheek"):
        finding = {"lesions": [story.known[name]], "diagnosis": "milium", "certainty": "confirmed", "depth": "epidermal"}
        story.post("derm", "assessments/", finding | {"dermoscopy": "White, round, no vessels."})
    story.post(
        "derm",
        "assessments/",
        {
            "lesions": [story.known["doubtful"]],
            "diagnosis": None,
            "certainty": "none",
            "suspected": ["basal_cell_carcinoma"],
            "suspicious": True,
        },
    )


def the_doubtful_one_is_blocked_and_referred(story):
    refused = story.post(
        "derm",
        "verdicts/",
        {
            "patient": story.known["patient"],
            "site": "columbus",
            "practitioner": "derm",
            "start": after(1, 15).isoformat(),
            "treatments": [{"treatment": "lancet-extraction", "lesions": [story.known["doubtful"]]}],
        },
        status=200,
    )
    [referral] = story.ask("frontdesk", "get", f"referrals/?patient={story.known['patient']}")["results"]
    lesion = story.ask("derm", "get", f"lesions/{story.known['doubtful']}/")

    assert "lesion_suspicious" in [reason["code"] for reason in refused["reasons"]]
    assert (referral["status"], referral["lesions"], referral["to"]) == ("open", [story.known["doubtful"]], "dermatology")
    assert lesion["status"] == "referred"


def the_other_two_are_ordered_and_booked(story):
    items = [{"treatment": "lancet-extraction", "lesions": [story.known[name]]} for name in ("cheek", "lid")]
    story.post("derm", "orders/", {"patient": story.known["patient"], "site": "columbus", "items": items})
    for item, name, performer, hour in zip(items, ("cheek", "lid"), ("pa", "ophth"), (10, 13), strict=True):
        wish = {"patient": story.known["patient"], "site": "columbus", "treatments": [item]}
        at_hour = {"practitioner": performer, "start": after(1, hour).isoformat()}
        visit = story.post("frontdesk", "appointments/", wish | at_hour)
        story.known[f"visit:{name}"] = visit["id"]
    forbidden = wish | {"practitioner": "pa", "start": after(2, 10).isoformat()}
    assert "eyelid_restricted" in [
        reason["code"] for reason in story.post("derm", "verdicts/", forbidden, status=200)["reasons"]
    ]


def the_patient_consents(story):
    for kind in ("lancet_extraction", "photos"):
        [text] = story.ask("frontdesk", "get", f"consent-texts/?kind={kind}&language=en")["results"]
        given = {"patient": story.known["patient"], "kind": kind, "text_version": text["version"]}
        consent = story.post("frontdesk", "consents/", given | {"signed_by": "patient", "signature": "Mira Soto"})
        story.known[f"consent:{kind}"] = consent


def the_assistant_opens_the_one_on_the_cheek_under_supervision(story):
    log = extract(story, "cheek", by="pa")

    assert (log["status"], log["supervision"], log["supervisor"]["username"]) == ("signed", "general", "derm")
    assert log["cosign_due_at"] is not None

    cosigned = story.ask("derm", "post", f"procedures/{log['id']}/cosign/", {})
    assert cosigned["cosigned_by"]["username"] == "derm"


def the_ophthalmologist_opens_the_one_on_the_lid(story):
    log = extract(story, "lid", by="ophth")

    assert (log["status"], log["supervision"], log["items"][0]["region"]) == ("signed", "none", "eyelid")


def extract(story, name: str, *, by: str) -> dict[str, Any]:
    """Check the patient in, start, log the extraction, sign it, complete the visit."""
    visit = story.known[f"visit:{name}"]
    story.act("frontdesk", visit, "check-in")
    story.act(by, visit, "start")
    [encounter] = [
        row
        for row in story.ask(by, "get", f"encounters/?patient={story.known['patient']}")["results"]
        if row["appointment"] == visit
    ]
    begun = story.ask(by, "get", f"appointments/{visit}/")["start"]
    item = {
        "treatment": "lancet-extraction",
        "lesions": [story.known[name]],
        "outcomes": [{"lesion": story.known[name], "result": "complete", "attempts": 1, "seconds": 12}],
        "checklist": CLEAN | {"sharps_disposed_at": begun},
        "instruments": [{"kind": "lancet", "lot": "L-2201"}],
    }
    told = {"encounter": encounter["id"], "performed_by": by, "performed_at": begun, "items": [item]}
    draft = story.post(by, "procedures/", told | {"aftercare": "Keep it clean and dry; do not pick."})
    story.ask("frontdesk", "post", f"procedures/{draft['id']}/sign/", {}, status=403)
    signed = story.ask(by, "post", f"procedures/{draft['id']}/sign/", {})
    story.act(by, visit, "complete")
    story.known[f"log:{name}"] = signed["id"]
    assert story.ask(by, "get", f"lesions/{story.known[name]}/")["status"] == "resolved"
    return signed


def neither_log_can_be_changed_any_more(story):
    for name, by in (("cheek", "pa"), ("lid", "ophth")):
        path = f"procedures/{story.known[f'log:{name}']}/"
        again = story.ask(by, "post", f"{path}sign/", {}, status=409)
        assert again["code"] == "illegal_transition"
    amended = story.post("ophth", f"{path}addenda/", {"text": "The patient called: no redness."})
    assert [addendum["text"] for addendum in amended["addenda"]] == ["The patient called: no redness."]


def the_one_on_the_cheek_comes_back(story):
    noted = {"patient": story.known["patient"], "body_site": "cheek", "laterality": "right"}
    lesion = story.post("derm", "lesions/", noted | {"recurrence_of": story.known["cheek"]})
    earlier = story.ask("derm", "get", f"lesions/{story.known['cheek']}/")

    assert (lesion["recurrence_of"], earlier["status"]) == (story.known["cheek"], "recurred")


def anybody_can_prove_years_later_who_did_what(story):
    path = f"procedures/{story.known['log:cheek']}/proof/"
    proof = story.ask("derm", "get", path)
    page = story.ask("derm", "get", f"{path}page/")

    assert (proof["performed_by"]["username"], proof["supervisor"]["username"]) == ("pa", "derm")
    for moment in ("booking", "start", "signature"):
        evidence = proof[moment]
        assert evidence["licence"]["profession"] == "physician_assistant"
        assert all(evidence[part] for part in ("supervision", "policy", "sources"))
        assert [lesion["id"] for lesion in evidence["lesions"]] == [story.known["cheek"]]
    assert story.known["consent:lancet_extraction"]["text_sha256"] in str(proof["start"]["consents"])
    assert "Mira Soto" in page.content.decode()


def the_whole_story_is_one_timeline(story):
    timeline = story.ask("derm", "get", f"patients/{story.known['patient']}/timeline/")
    kinds = {event["kind"] for event in timeline["events"]}

    steps = {"assessment_signed", "referral_opened", "order_signed", "consent_signed", "photo_taken", "visit", "procedure"}
    assert steps <= kinds
    assert len(timeline["lesions"]) == 4


def a_photo_shows_the_cheek(story, name: str):
    picture = SimpleUploadedFile("cheek.jpg", jpeg(), "image/jpeg")
    told = {"patient": story.known["patient"], "lesion": story.known["cheek"], "view": "close_up", "file": picture}
    taken = {"taken_at": timezone.now().isoformat(), "taken_at_source": "camera"}
    photo = story.post("derm", "photos/", told | taken, kind="multipart")
    story.known[f"photo:{name}"] = photo["id"]


def before_and_after_stand_side_by_side(story):
    pair = story.ask("derm", "get", f"photos/pair/?before={story.known['photo:before']}&after={story.known['photo:after']}")

    assert pair["before"]["id"] == story.known["photo:before"]
    assert pair["days_between"] == 1
