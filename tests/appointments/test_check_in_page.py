"""The page on which patients tell how they heal: behind a link, in their language, without script."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appointments.models import Link, Message
from appointments.policies.check_in_words import CHOICES, WORDS, said, what_to_do
from appointments.services.links import link_for
from clinic.base import uuid7
from clinic.models import Site, Task
from patients.models import Photo
from tests.factories import a_lesion, a_patient
from tests.factories_aftercare import TWO_DAYS_LATER, WELL, answered, work
from tests.factories_photos import a_photographed_patient
from tests.pictures import jpeg
from treatments.models import AftercareReport

pytestmark = pytest.mark.django_db
FORM = {
    name: {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value for name, value in WELL.items()
}


@pytest.fixture(autouse=True)
def _two_days_later():
    with time_machine.travel(TWO_DAYS_LATER, tick=True):
        yield


def a_link(procedure=None, *, days: int = 14) -> str:
    """The path of a link to the check-in about that work."""
    procedure = procedure or work()
    Site.objects.update(phone="+1 614 555 0100", name="Pearl Columbus")
    address = link_for(purpose="check_in", owner=procedure.pk, until=TWO_DAYS_LATER + timedelta(days=days))
    return "/" + address.split("/", 3)[3]


def send(path: str, *, client: Client | None = None, **fields):
    body = {"submission": str(uuid7()), "words": "", **FORM} | fields
    return (client or Client()).post(path, {name: value for name, value in body.items() if value is not None})


def page(path: str, **query) -> str:
    response = Client().get(path, query)
    assert response.status_code == 200
    return response.content.decode()


class TestLooking:
    def test_asks_every_question(self):
        text = page(a_link())

        assert all(f'name="{name}"' in text for name in (*WELL, "submission", "words", "csrfmiddlewaretoken"))
        assert "call +1 614 555 0100" in text
        assert "911" in text

    def test_changes_nothing(self):
        path = a_link()
        link = Link.objects.values().get()

        for _ in range(3):
            page(path)

        assert Link.objects.values().get() == link
        assert not AftercareReport.objects.exists()

    def test_speaks_the_language_of_the_patient(self):
        text = page(a_link(work(lesion=a_lesion(a_patient(language="es")))))

        assert '<html lang="es">' in text
        assert "¿Tiene fiebre" in text

    def test_speaks_the_other_one_when_it_is_chosen(self):
        path = a_link()

        assert "¿Tiene fiebre" in page(path, lang="es")
        assert '<html lang="en">' in page(path, lang="de")

    def test_needs_no_script_and_fits_a_narrow_screen(self):
        text = page(a_link())

        assert "<script" not in text
        assert 'style="' not in text
        assert "width=device-width" in text

    def test_names_nobody(self):
        procedure = work()
        patient = procedure.patient

        text = page(a_link(procedure))

        assert not [word for word in (patient.given_name, patient.family_name, procedure.performed_by.name) if word in text]

    def test_is_kept_by_nobody(self):
        response = Client().get(a_link())

        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"
        assert "default-src 'none'" in response["Content-Security-Policy"]

    def test_asks_for_a_photo_where_one_may_be_kept(self):
        with_consent = a_link(work(lesion=a_lesion(a_photographed_patient())))

        assert 'type="file"' in page(with_consent)
        assert 'type="file"' not in page(a_link())


class TestOtherAddresses:
    def test_a_guessed_one_is_not_found(self):
        a_link()

        response = Client().get("/c/AAAAAAAAAAAAAAAAAAAAAA/")

        assert response.status_code == 404

    def test_a_link_to_something_else_is_not_found(self):
        token = link_for(purpose="offer", owner=work().pk, until=TWO_DAYS_LATER + timedelta(days=1)).split("/")[-2]

        assert Client().get(f"/c/{token}/").status_code == 404
        assert send(f"/c/{token}/").status_code == 404

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_one_that_has_expired_says_whom_to_call(self, method):
        path = a_link(days=-1)

        response = getattr(Client(), method)(path, {"fever": "yes"})

        assert response.status_code == 410
        assert 'href="tel:+16145550100"' in response.content.decode()
        assert not AftercareReport.objects.exists()

    def test_one_that_has_expired_shows_no_answers(self):
        procedure = work()
        path = a_link(procedure, days=-1)
        answered(procedure, fever=True, words="It itches.")

        text = Client().get(path).content.decode()

        assert "It itches." not in text
        assert "Your answers" not in text

    def test_one_that_is_answered_all_day_long_says_to_call(self):
        path = a_link()

        statuses = [send(path).status_code for _ in range(11)]

        assert statuses == [302] * 10 + [410]

    def test_one_that_was_revoked_too(self):
        path = a_link()
        Link.objects.update(revoked_at=TWO_DAYS_LATER)

        assert Client().get(path).status_code == 410

    def test_one_in_a_message_opens_what_the_message_is_about(self):
        procedure = work()
        message = Message.objects.create(
            site=procedure.site,
            subject=procedure.pk,
            subject_kind="procedure",
            revision=2,
            recipient=procedure.patient,
            kind="P08",
            channel="sms",
            due_at=TWO_DAYS_LATER,
            idempotency_key="once",
        )
        address = link_for(purpose="check_in", message=message, until=TWO_DAYS_LATER + timedelta(days=14))

        send("/" + address.split("/", 3)[3])

        assert AftercareReport.objects.get().procedure == procedure


class TestAnswering:
    def test_keeps_the_answers_and_shows_them(self):
        path = a_link()

        response = send(path, words="It itches.\r\nA bit.")

        report = AftercareReport.objects.get()
        assert (response.status_code, response.url) == (302, f"{path}?lang=en")
        assert (report.redness, report.pain, report.words, report.entered_by) == ("mild", 1, "It itches.\nA bit.", None)
        text = page(path)
        assert "You answered on Thursday, January 14, 2027 at 12:00 PM." in text
        assert "It itches." in text
        assert "<form" not in text

    def test_says_plainly_what_to_do_now(self):
        path = a_link()

        send(path, fever="yes")

        text = page(path)
        assert 'role="alert"' in text
        assert "Call us now: +1 614 555 0100" in text
        assert "911" in text
        assert Task.objects.get(kind="aftercare_red_flag").urgent

    def test_says_it_in_spanish(self):
        path = a_link(work(lesion=a_lesion(a_patient(language="es"))))

        send(path, vision_changed="yes")

        text = page(path)
        assert "Llámenos ahora: +1 614 555 0100" in text
        assert "se trata del ojo" in text
        assert AftercareReport.objects.get().language == "es"

    def test_sent_twice_counts_once(self):
        path, key = a_link(), str(uuid7())

        responses = [send(path, submission=key, fever="yes") for _ in range(2)]

        assert {response.status_code for response in responses} == {302}
        assert AftercareReport.objects.count() == 1

    def test_sent_without_its_key_counts_all_the_same(self):
        assert send(a_link(), submission=None).status_code == 302
        assert AftercareReport.objects.count() == 1

    def test_may_be_answered_again(self):
        path = a_link()
        send(path)

        assert "<form" in page(path, again="")
        send(path, discharge="pus")

        assert [report.red_flags for report in AftercareReport.objects.order_by("answered_at")] == [[], ["pus"]]
        assert "Call us now" in page(path)

    def test_shows_what_staff_wrote_down_meanwhile(self):
        procedure = work()
        path = a_link(procedure)
        answered(procedure, fever=True)

        assert "Call us now" in page(path)

    @pytest.mark.parametrize("name", list(WELL))
    def test_asks_again_for_what_is_missing(self, name):
        response = send(a_link(), **{name: None})

        text = response.content.decode()
        assert response.status_code == 400
        assert "Some answers are missing" in text
        assert text.count("Please answer this question.") == 1
        assert not AftercareReport.objects.exists()

    def test_keeps_what_was_chosen_when_it_asks_again(self):
        text = send(a_link(), fever=None, redness="strong", words="It <b>itches</b>.").content.decode()

        assert re.search(r'value="strong"[^>]*checked', text)
        assert "It &lt;b&gt;itches&lt;/b&gt;." in text

    @pytest.mark.parametrize("answer", [{"pain": "11"}, {"pain": "x"}, {"redness": "blue"}, {"fever": "maybe"}])
    def test_refuses_what_is_no_answer(self, answer):
        assert send(a_link(), **answer).status_code == 400

    def test_refuses_a_novel(self):
        response = send(a_link(), words="x" * 1001)

        assert response.status_code == 400
        assert "at most 1000 characters" in response.content.decode()

    def test_refuses_other_sites(self):
        response = send(a_link(), client=Client(enforce_csrf_checks=True))

        assert response.status_code == 403
        assert not AftercareReport.objects.exists()

    def test_takes_its_own_form(self):
        client, path = Client(enforce_csrf_checks=True), a_link()
        text = client.get(path).content.decode()
        [secret] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)

        assert send(path, client=client, csrfmiddlewaretoken=secret).status_code == 302


class TestPhotos:
    def a_file(self, content: bytes | None = None) -> SimpleUploadedFile:
        return SimpleUploadedFile("face.jpg", jpeg() if content is None else content, "image/jpeg")

    def test_are_kept_with_the_answers(self):
        path = a_link(work(lesion=a_lesion(a_photographed_patient())))

        response = send(path, photo=self.a_file())

        report = AftercareReport.objects.get()
        assert report.photo == Photo.objects.get()
        assert "Your photo was kept." in Client().get(response.url).content.decode()

    @pytest.mark.parametrize("content", [b"", b"no picture at all"])
    def test_that_are_none_do_not_cost_the_answers(self, content):
        path = a_link(work(lesion=a_lesion(a_photographed_patient())))

        response = send(path, photo=self.a_file(content), fever="yes")

        assert AftercareReport.objects.get().red_flags == ["fever"]
        if content:
            assert "Your answers were kept, but the photo was not." in Client().get(response.url).content.decode()

    def test_that_are_too_large_do_not_cost_the_answers_either(self, settings):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 500
        path = a_link(work(lesion=a_lesion(a_photographed_patient())))

        response = send(path, photo=self.a_file(), fever="yes")

        assert AftercareReport.objects.get().red_flags == ["fever"]
        assert "Your answers were kept, but the photo was not." in Client().get(response.url).content.decode()

    def test_nobody_agreed_to_are_not_taken(self):
        send(a_link(), photo=self.a_file())

        assert AftercareReport.objects.get().photo is None
        assert not Photo.objects.exists()


class TestWords:
    def test_are_the_same_in_both_languages(self):
        assert WORDS["en"].keys() == WORDS["es"].keys()
        assert {name: list(words) for name, words in CHOICES["en"].items()} == {
            name: list(words) for name, words in CHOICES["es"].items()
        }

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_do_without_a_telephone(self, language):
        words = said(language, clinic="Pearl", phone="")

        assert not [text for text in words.values() if "{phone}" in text or "None" in text]
        assert words["call_now"] == WORDS[language]["call_now_unknown"]

    @pytest.mark.parametrize(
        ("flags", "sentences"),
        [
            ([], []),
            (["pus"], ["flagged", "flagged_other", "emergency"]),
            (["lid_swollen", "pus"], ["flagged", "flagged_eye", "emergency"]),
            (["vision_changed"], ["flagged", "flagged_eye", "emergency"]),
        ],
    )
    def test_say_what_to_do(self, flags, sentences):
        words = said("en", clinic="Pearl", phone="1")

        assert what_to_do(flags, words) == [words[name] for name in sentences]
