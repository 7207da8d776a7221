"""Photos over HTTP: status, code and body."""

import io
import json
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from patients.models import Photo
from patients.services.reference import load_catalogues
from tests.clinic.tokens import client_of
from tests.factories import a_lesion, a_patient, a_site, a_user
from tests.factories_photos import TAKEN, a_form, a_photo, a_photographed_patient
from tests.patients.charting import a_clinician
from tests.pictures import exif, heic, held, jpeg, png, upright, webp, zipped

pytestmark = pytest.mark.django_db
PHOTOS = "/api/v1/photos/"
LATER = TAKEN + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()
    a_site()


def upload(client, patient=None, **form):
    headers = form.pop("headers", {})
    return client.post(PHOTOS, a_form(patient or a_photographed_patient(), **form), format="multipart", headers=headers)


@pytest.fixture
def clinician():
    return client_of(a_clinician("esthetician"))


class TestUploading:
    def test_answers_the_photo(self, clinician):
        patient = a_photographed_patient()

        answer = upload(clinician, patient, chart="face_left")

        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["patient"]["id"], shown["body_site"], shown["laterality"]) == (str(patient.pk), "cheek", "left")
        assert (shown["chart"], shown["view"], shown["lesion"]) == ("face_left", "close_up", None)
        assert (shown["taken_at"], shown["taken_at_source"]) == ("2026-06-01T11:00:00-04:00", "camera")
        assert (shown["width"], shown["height"], shown["content_type"]) == (64, 48, "image/jpeg")
        assert shown["image"] == f"{PHOTOS}{shown['id']}/image/"
        assert answer["ETag"] == clinician.get(f"{PHOTOS}{shown['id']}/")["ETag"]

    @pytest.mark.parametrize(
        ("content", "name", "content_type"),
        [
            (lambda: png(), "a.png", "image/png"),
            (lambda: webp(), "a.webp", "image/webp"),
            (lambda: heic(), "IMG_0001.HEIC", "image/heic"),
            (lambda: jpeg(held(6), exif=exif(6)), "a.jpg", "image/jpeg"),
        ],
    )
    def test_keeps_every_format_as_an_upright_jpeg(self, clinician, content, name, content_type):
        shown = upload(clinician, content=content(), name=name, content_type=content_type).json()

        image = Image.open(io.BytesIO(clinician.get(shown["image"]).content))
        assert (image.format, image.size) == ("JPEG", (64, 48))
        assert not image.getexif()

    def test_of_a_lesion_shows_where_it_lies(self, clinician):
        patient = a_photographed_patient()
        lesion = a_lesion(patient)

        shown = upload(clinician, patient, lesion=str(lesion.pk), body_site=None, laterality=None).json()

        assert (shown["lesion"], shown["body_site"], shown["laterality"]) == (str(lesion.pk), "cheek", "left")

    @pytest.mark.parametrize(
        ("content", "form", "code"),
        [
            (b"<svg/>", {}, "image_unsupported"),
            (jpeg(), {"name": "a.png"}, "image_misnamed"),
            (jpeg()[:300], {}, "image_damaged"),
            (jpeg() + zipped(), {}, "image_polyglot"),
        ],
    )
    def test_refuses_a_bad_picture_with_its_code(self, clinician, content, form, code):
        answer = upload(clinician, content=content, **form)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["reasons"][0]["mend"]
        assert not Photo.objects.exists()

    def test_refuses_a_photo_without_consent(self, clinician):
        answer = upload(clinician, a_patient())

        assert (answer.status_code, answer.json()["code"]) == (422, "consent_missing")
        assert answer.json()["reasons"][0]["gate"] == "G16"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"file": None}, "file"),
            ({"file": "not a file"}, "file"),
            ({"content": b""}, "file"),
            ({"patient": "me"}, "patient"),
            ({"view": None}, "view"),
            ({"view": "afar"}, "view"),
            ({"taken_at": None}, "taken_at"),
            ({"taken_at": "2026-06-01T15:00:00"}, "taken_at"),
            ({"taken_at": "9999-12-31T23:59:59Z"}, "taken_at"),
            ({"taken_at": "2199-12-31T23:59:59Z"}, "taken_at"),
            ({"taken_at_source": "guess"}, "taken_at_source"),
            ({"chart": "moon"}, "chart"),
            ({"body_site": None, "laterality": None}, "lesion"),
            ({"sha256": "0" * 64}, "sha256"),
            ({"laterality": "up"}, "laterality"),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, clinician, change, field):
        answer = upload(clinician, **change)

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert [error["field"] for error in answer.json()["errors"]] == [field]

    def test_refuses_both_sides_at_once(self, clinician):
        assert upload(clinician, laterality="bilateral").json()["code"] == "split_by_side"

    @pytest.mark.parametrize("change", [{"patient": str(uuid.uuid4())}, {"lesion": str(uuid.uuid4())}, {"body_site": "elbow"}])
    def test_answers_what_is_unknown_with_404(self, clinician, change):
        assert upload(clinician, **change).status_code == 404

    def test_takes_a_form_and_nothing_else(self, clinician):
        answer = clinician.post(PHOTOS, {"patient": str(a_patient().pk)}, format="json")

        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        "body", [b"", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="patient"\r\n\r\na\0b\r\n--x--\r\n']
    )
    def test_answers_a_broken_form_with_400(self, clinician, body):
        answer = clinician.generic("POST", PHOTOS, body, content_type="multipart/form-data; boundary=x")

        assert answer.status_code == 400

    def test_refuses_a_field_that_is_given_twice(self, clinician):
        form = a_form(a_photographed_patient())

        answer = clinician.post(PHOTOS, form | {"view": ["close_up", "overview"]}, format="multipart")

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")

    def test_refuses_a_file_of_13_mb_before_it_is_read(self, clinician):
        answer = upload(clinician, content=jpeg() + bytes(13_000_000))

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_answers_a_repeated_upload_as_the_first(self, clinician):
        patient, key = a_photographed_patient(), {"Idempotency-Key": "one"}

        first, again = upload(clinician, patient, headers=key), upload(clinician, patient, headers=key)
        other = upload(clinician, patient, headers=key, content=png(), name="a.png", content_type="image/png")

        assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        assert Photo.objects.count() == 1

    @pytest.mark.parametrize(
        ("role", "status"),
        [("front_desk", 403), ("manager", 403), ("practitioner", 201), ("medical_director", 201), (None, 403)],
    )
    def test_is_for_practitioners(self, role, status):
        user = a_clinician(role=role) if role in ("practitioner", "medical_director") else a_user(role)

        assert upload(client_of(user)).status_code == status


class TestThePicture:
    def test_is_served_so_that_it_is_only_a_picture(self, clinician):
        photo = a_photo()

        answer = clinician.get(f"{PHOTOS}{photo.pk}/image/")

        assert (answer.status_code, answer.content) == (200, jpeg())
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Content-Disposition"] == f'inline; filename="photo-{photo.pk}.jpg"'

    def test_is_for_who_may_see_the_patient(self, client):
        photo = a_photo()
        url = f"{PHOTOS}{photo.pk}/image/"
        stranger = client_of(a_user(site=a_site("jersey-city")))

        assert client.get(url).status_code == 401
        assert stranger.get(url).status_code == 404
        assert stranger.get(url).content == stranger.get(f"{PHOTOS}{uuid.uuid4()}/image/").content
        assert client_of(a_user()).get(url).status_code == 200

    def test_is_gone_with_the_consent(self, clinician, django_capture_on_commit_callbacks):
        photo = a_photo()
        withdrawal = f"/api/v1/consents/{photo.consent_id}/withdraw/"

        with django_capture_on_commit_callbacks(execute=True):
            assert clinician.post(withdrawal, {"reason": "She wants them gone."}).status_code == 200

        shown = clinician.get(f"{PHOTOS}{photo.pk}/").json()
        assert (shown["image"], shown["bytes_removed_because"]) == (None, "consent_withdrawn")
        assert clinician.get(f"{PHOTOS}{photo.pk}/image/").status_code == 404

    def test_has_no_other_address(self, client):
        photo = a_photo()

        for path in ("/media/", "/static/", "/photos/", "/"):
            assert client.get(f"{path}{photo.storage_name}").status_code == 404


class TestReading:
    def test_lists_by_patient_lesion_place_and_view(self, clinician):
        patient = a_photographed_patient()
        lesion = a_lesion(patient)
        photo = a_photo(patient, lesion=lesion, chart="face_left")
        a_photo(patient, view="overview")
        a_photo()
        asked = f"patient={patient.pk}&lesion={lesion.pk}&body_site=cheek&chart=face_left&view=close_up"

        answer = clinician.get(f"{PHOTOS}?{asked}")

        assert [row["id"] for row in answer.json()["results"]] == [str(photo.pk)]

    @pytest.mark.parametrize(("ordering", "first"), [("taken_at", 0), ("-taken_at", 1)])
    def test_orders_by_the_time_of_taking(self, clinician, ordering, first):
        patient = a_photographed_patient()
        photos = [a_photo(patient), a_photo(patient, taken_at=LATER)]

        answer = clinician.get(f"{PHOTOS}?ordering={ordering}")

        assert answer.json()["results"][0]["id"] == str(photos[first].pk)

    @pytest.mark.parametrize("query", ["view=afar", "patient=me", "ordering=sha256", "storage_name=x", "cursor=x"])
    def test_refuses_what_is_no_filter(self, clinician, query):
        assert clinician.get(f"{PHOTOS}?{query}").status_code == 400

    def test_shows_only_what_is_ones_own(self):
        a_photo()

        assert client_of(a_user(site=a_site("jersey-city"))).get(PHOTOS).json()["results"] == []

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_is_all_that_may_be_done_with_one(self, clinician, method):
        assert getattr(clinician, method)(f"{PHOTOS}{a_photo().pk}/", {}, headers={"If-Match": "*"}).status_code == 405


class TestBeforeAndAfter:
    def test_answers_dates_days_and_difference(self, clinician):
        patient = a_photographed_patient()
        before = a_photo(patient, taken_at=TAKEN - timedelta(days=92))
        after = a_photo(patient)

        shown = clinician.get(f"{PHOTOS}pair/?before={before.pk}&after={after.pk}").json()

        assert (shown["before"]["id"], shown["after"]["id"], shown["days_between"]) == (str(before.pk), str(after.pk), 92)
        assert (shown["aligned_by"], shown["difference"]["changed"]) == ("body_site", 0.0)
        assert len(shown["difference"]["limits"]) == 4
        for url in (shown["difference"]["image"], shown["frame"]["before"], shown["frame"]["after"]):
            answer = clinician.get(url)
            assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store")
            assert Image.open(io.BytesIO(answer.content)).size == (shown["frame"]["width"], shown["frame"]["height"])

    def test_refuses_two_places_with_every_reason(self, clinician):
        patient = a_photographed_patient()
        before, after = a_photo(patient, taken_at=LATER), a_photo(patient, laterality="right", view="overview")

        answer = clinician.get(f"{PHOTOS}pair/?before={before.pk}&after={after.pk}")

        assert answer.status_code == 422
        assert [reason["code"] for reason in answer.json()["reasons"]] == [
            "photos_not_comparable",
            "photo_views_differ",
            "photos_in_wrong_order",
        ]

    @pytest.mark.parametrize("path", ["pair/", "pair/image/"])
    def test_answers_foreign_photos_like_random_ids(self, path):
        patient = a_photographed_patient()
        before, after = a_photo(patient), a_photo(patient, taken_at=LATER)
        stranger = client_of(a_user(site=a_site("jersey-city")))

        known = stranger.get(f"{PHOTOS}{path}?before={before.pk}&after={after.pk}")
        random = stranger.get(f"{PHOTOS}{path}?before={uuid.uuid4()}&after={uuid.uuid4()}")

        assert (known.status_code, known.content) == (404, random.content)

    @pytest.mark.parametrize("query", ["", "before=x&after=y", "before=0198f0c2-0000-7000-8000-000000000000", "show=all"])
    def test_needs_two_photos(self, clinician, query):
        assert clinician.get(f"{PHOTOS}pair/image/?{query}").status_code == 400


class TestTheAdmin:
    def test_shows_photos_to_managers_and_changes_none(self, client):
        photo = a_photo(content=jpeg(upright(32, 32)))
        client.force_login(a_user("manager", is_staff=True))
        page = reverse("admin:patients_photo_change", args=[photo.pk])

        assert client.get(reverse("admin:patients_photo_changelist")).status_code == 200
        assert client.get(page).status_code == 200
        assert client.post(page, {"view": "overview"}).status_code == 403
        assert client.get(reverse("admin:patients_photo_delete", args=[photo.pk])).status_code == 403


class TestVerifyIntegrity:
    def test_names_stray_pictures(self, capsys):
        photo = a_photo()
        Photo.objects.get(pk=photo.pk)
        from patients.storage import photo_files

        photo_files().delete(photo.storage_name)

        with pytest.raises(SystemExit):
            call_command("verify_integrity", as_json=True)

        found = json.loads(capsys.readouterr().out)["findings"]
        assert [(row["promise"], row["photo"], row["detail"]) for row in found] == [
            ("photos_match_files", str(photo.pk), "its file is missing")
        ]
