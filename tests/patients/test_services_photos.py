"""Photos: kept on the strength of a consent, removed with it, and never a row without its file."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, connection
from PIL import Image

from clinic.errors import Malformed, NotAllowed, NotFound, RuleBroken, Unavailable
from clinic.models import User
from patients.models import Photo
from patients.policies.consents import PHOTOS
from patients.services import photos
from patients.services.consents import withdraw_consent
from patients.services.images import SentFile
from patients.services.photo_files import strays, sweep_photo_files
from patients.services.photo_pairs import compare_photos
from patients.services.photos import NewPhoto, picture_of, remove_mistaken_picture, upload_photo
from patients.services.reference import load_catalogues
from patients.storage import names_in, photo_files
from tests.factories import NOON, a_lesion, a_patient, a_user
from tests.factories_consents import a_consent
from tests.factories_photos import TAKEN, UPLOADED, a_photo, a_photographed_patient
from tests.patients.charting import a_clinician
from tests.pictures import SECRET, exif, held, jpeg, upright

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> User:
    return a_clinician("esthetician")


def upload(actor, patient, *, content=None, now=NOON, **fields) -> Photo:
    told = {"view": "close_up", "taken_at": TAKEN, "taken_at_source": "camera"} | fields
    if not {"lesion", "body_site", "chart"} & set(told):
        told |= {"body_site": "cheek", "laterality": "left"}
        load_catalogues()
    return upload_photo(actor=actor, patient=patient, photo=NewPhoto(**told), file=SentFile(content=content or jpeg()), now=now)


def withdrawn(patient, now: datetime = NOON) -> None:
    withdraw_consent(actor=a_user(), consent=patient.consents.get(kind=PHOTOS), reason="She said so.", now=now)


class TestUploading:
    def test_keeps_row_and_file(self, actor):
        patient = a_photographed_patient()

        photo = upload(actor, patient)

        content = photo_files().open(photo.storage_name).read()
        assert Image.open(io.BytesIO(content)).size == (photo.width, photo.height) == (64, 48)
        assert (len(content), photo.uploaded_by, photo.uploaded_at) == (photo.bytes, actor, NOON)
        assert photo.consent == patient.consents.get()
        assert strays() == []

    def test_keeps_nothing_but_pixels_under_a_name_that_says_nothing(self, actor):
        patient = a_photographed_patient(family_name="Lovelace")

        photo = upload(actor, patient, content=jpeg(held(6), exif=exif(6), comment=SECRET))

        assert SECRET not in picture_of(photo)
        assert (photo.width, photo.height) == (64, 48)
        assert not any(told in photo.storage_name for told in ("Lovelace", str(patient.pk), "face"))

    def test_takes_the_place_from_the_lesion(self, actor):
        patient = a_photographed_patient()
        lesion = a_lesion(patient, chart="face_left", x=0.5, y=0.5)

        photo = upload(actor, patient, lesion=lesion)

        assert (photo.body_site, photo.laterality, photo.chart) == (lesion.body_site, "left", "face_left")

    def test_may_show_a_whole_chart(self, actor):
        photo = upload(actor, a_photographed_patient(), chart="face_front", view="overview")

        assert (photo.body_site, photo.laterality, photo.chart) == (None, "", "face_front")

    def test_keeps_the_time_that_is_told_as_data(self, actor):
        photo = upload(actor, a_photographed_patient(), taken_at_source="given")

        assert (photo.taken_at, photo.taken_at_source) == (TAKEN, "given")

    def test_lets_a_camera_be_a_minute_ahead(self, actor):
        photo = upload(actor, a_photographed_patient(), taken_at=NOON + timedelta(minutes=1))

        assert photo.taken_at == NOON

    def test_is_refused_without_consent(self, actor):
        with pytest.raises(RuleBroken) as refused:
            upload(actor, a_patient())

        assert [(reason.code, reason.gate) for reason in refused.value.reasons] == [("consent_missing", "G16")]

    def test_is_refused_on_another_consent(self, actor):
        patient = a_patient()
        a_consent(patient, "lancet_extraction")

        with pytest.raises(RuleBroken, match="no consent to photos"):
            upload(actor, patient)

    def test_is_refused_once_the_consent_is_withdrawn(self, actor):
        patient = a_photographed_patient()
        withdrawn(patient)

        with pytest.raises(RuleBroken, match="no consent to photos"):
            upload(actor, patient, now=NOON + timedelta(minutes=1))

    def test_is_refused_when_the_consent_is_withdrawn_while_the_picture_is_read(self, actor, monkeypatch):
        patient = a_photographed_patient()
        clean = photos.clean_picture
        monkeypatch.setattr(photos, "clean_picture", lambda file: (clean(file), withdrawn(patient))[0])

        with pytest.raises(RuleBroken, match="no consent to photos"):
            upload(actor, patient)

        assert names_in(photo_files()) == []

    def test_is_refused_to_somebody_at_the_desk(self):
        with pytest.raises(NotAllowed):
            upload(a_user(), a_photographed_patient())

    def test_is_refused_for_a_lesion_of_another_patient(self, actor):
        with pytest.raises(RuleBroken) as refused:
            upload(actor, a_photographed_patient(), lesion=a_lesion())

        assert refused.value.code == "lesion_of_another_patient"

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"taken_at": NOON + timedelta(hours=1)}, "taken_at"),
            ({"taken_at": NOON.replace(year=1980)}, "taken_at"),
            ({"chart": ""}, "lesion"),
            ({"chart": "face_front", "laterality": "left"}, "laterality"),
        ],
    )
    def test_is_refused_when_time_or_place_do_not_fit(self, actor, told, field):
        with pytest.raises(Malformed) as refused:
            upload(actor, a_photographed_patient(), **told)

        assert list(refused.value.fields) == [field]

    def test_leaves_no_row_when_the_file_cannot_be_kept(self, actor, monkeypatch):
        monkeypatch.setattr(type(photo_files()), "save", _full)

        with pytest.raises(Unavailable):
            upload(actor, a_photographed_patient())

        assert not Photo.objects.exists()


class TestWithdrawal:
    def test_removes_the_bytes_and_keeps_the_rows(self, django_capture_on_commit_callbacks):
        photo = a_photo()
        other = a_photo()

        with django_capture_on_commit_callbacks(execute=True):
            withdrawn(photo.patient)

        photo.refresh_from_db()
        assert (photo.bytes_removed_at, photo.bytes_removed_because) == (NOON, "consent_withdrawn")
        assert names_in(photo_files()) == [other.storage_name]
        with pytest.raises(NotFound):
            picture_of(photo)

    def test_of_another_consent_removes_nothing(self, django_capture_on_commit_callbacks):
        photo = a_photo()
        a_consent(photo.patient, "email")

        with django_capture_on_commit_callbacks(execute=True):
            withdraw_consent(actor=a_user(), consent=photo.patient.consents.get(kind="email"), reason="Spam.", now=NOON)

        assert picture_of(photo) == jpeg()

    def test_keeps_the_files_until_it_is_committed(self):
        photo = a_photo()

        withdrawn(photo.patient)

        assert names_in(photo_files()) == [photo.storage_name]

    def test_leaves_to_the_sweep_what_the_storage_did_not_remove(self, monkeypatch, django_capture_on_commit_callbacks):
        photo = a_photo()
        with monkeypatch.context() as away, django_capture_on_commit_callbacks(execute=True):
            away.setattr(type(photo_files()), "delete", _full)
            withdrawn(photo.patient)
        assert [stray.detail for stray in strays()] == [f"no photo keeps the file {photo.storage_name}"]

        removed = sweep_photo_files()

        assert removed == [photo.storage_name]
        assert strays() == []


class TestAMistake:
    def test_is_removed_by_its_uploader_within_a_day(self, django_capture_on_commit_callbacks):
        photo = a_photo()

        with django_capture_on_commit_callbacks(execute=True):
            remove_mistaken_picture(actor=photo.uploaded_by, photo=photo, now=UPLOADED + timedelta(hours=23))

        photo.refresh_from_db()
        assert photo.bytes_removed_because == "entered_in_error"
        assert names_in(photo_files()) == []

    def test_is_removed_by_a_medical_director_at_any_time(self):
        photo = a_photo()

        remove_mistaken_picture(actor=a_user("medical_director"), photo=photo, now=NOON)
        remove_mistaken_picture(actor=a_user("medical_director"), photo=photo, now=NOON + timedelta(hours=1))

        photo.refresh_from_db()
        assert photo.bytes_removed_at == NOON

    @pytest.mark.parametrize("role", ["practitioner", "manager", "front_desk"])
    def test_is_removed_by_nobody_else(self, role):
        photo = a_photo()

        with pytest.raises(NotAllowed):
            remove_mistaken_picture(actor=a_user(role), photo=photo, now=UPLOADED)

    def test_is_not_removed_by_its_uploader_later(self):
        photo = a_photo()

        with pytest.raises(NotAllowed):
            remove_mistaken_picture(actor=photo.uploaded_by, photo=photo, now=UPLOADED + timedelta(days=2))


class TestTheSweep:
    def test_removes_a_file_that_a_crash_left(self, actor, monkeypatch):
        kept = a_photo()
        patient = a_photographed_patient()
        with monkeypatch.context() as crash:
            crash.setattr(Photo.objects, "create", _killed)
            with pytest.raises(KeyboardInterrupt):
                upload(actor, patient)
        assert len(names_in(photo_files())) == 2

        sweep_photo_files()

        assert names_in(photo_files()) == [kept.storage_name]
        assert strays() == []

    def test_removes_nothing_else(self):
        photo = a_photo()

        assert sweep_photo_files() == []
        assert picture_of(photo) == jpeg()


class TestStrays:
    def test_name_a_photo_without_its_file(self):
        photo = a_photo()
        photo_files().delete(photo.storage_name)

        assert [(stray.photo, stray.detail) for stray in strays()] == [(str(photo.pk), "its file is missing")]

    def test_name_a_photo_with_another_file(self):
        photo = a_photo()
        photo_files().delete(photo.storage_name)
        photo_files().save(photo.storage_name, ContentFile(b"something else"))

        assert [(stray.photo, stray.detail) for stray in strays()] == [(str(photo.pk), "its file is not the one that was kept")]
        with pytest.raises(Unavailable):
            picture_of(photo)

    def test_name_a_file_without_a_photo(self):
        photo_files().save("ab/abandoned.jpg", ContentFile(b"x"))

        assert [(stray.photo, stray.detail) for stray in strays()] == [("", "no photo keeps the file ab/abandoned.jpg")]


class TestTheTable:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE patients_photo SET taken_at = taken_at - interval '1 day'",
            "UPDATE patients_photo SET sha256 = repeat('0', 64)",
            "UPDATE patients_photo SET patient_id = uuidv7()",
            "UPDATE patients_photo SET bytes_removed_at = now(), bytes_removed_because = 'consent_withdrawn', width = 1",
            "DELETE FROM patients_photo",
            "TRUNCATE patients_photo CASCADE",
        ],
    )
    def test_never_changes_a_photo(self, change):
        a_photo()

        with connection.cursor() as cursor, pytest.raises(DatabaseError) as refused:
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {change}")

        by_whom = "row_changes_its_patient_by_a_merge" if "patient_id" in change else "photo_is_never_changed"
        assert refused.value.__cause__.diag.constraint_name == by_whom

    def test_never_gives_removed_bytes_back(self):
        photo = a_photo()
        withdrawn(photo.patient)

        with pytest.raises(IntegrityError, match="only their bytes are removed"), connection.cursor() as cursor:
            cursor.execute("UPDATE patients_photo SET bytes_removed_at = NULL, bytes_removed_because = ''")

    @pytest.mark.parametrize(
        ("column", "value", "constraint"),
        [
            ("view", "from afar", "photo_has_a_known_view"),
            ("taken_at_source", "guess", "photo_time_has_a_known_source"),
            ("content_type", "image/svg+xml", "photo_is_kept_as_jpeg"),
            ("laterality", "up", "photo_has_one_side"),
            ("chart", "moon", "photo_has_a_known_chart"),
            ("body_site", None, "photo_shows_a_place"),
            ("width", 0, "photo_has_pixels"),
            ("sha256", "abc", "photo_has_a_hash"),
            ("taken_at", NOON, "photo_is_taken_before_it_is_uploaded"),
            ("bytes_removed_because", "mood", "photo_bytes_are_removed_for_a_reason"),
        ],
    )
    def test_refuses_what_cannot_be(self, column, value, constraint):
        with pytest.raises(IntegrityError) as refused:
            a_photo(**{column: value})

        assert refused.value.__cause__.diag.constraint_name == constraint

    def test_refuses_a_lesion_of_another_patient(self):
        with pytest.raises(IntegrityError) as refused:
            a_photo(lesion=a_lesion())

        assert refused.value.__cause__.diag.constraint_name == "photographed_lesion_is_of_the_patient"

    def test_refuses_a_photo_on_the_consent_of_another_patient(self):
        foreign = a_photographed_patient().consents.get()

        with pytest.raises(IntegrityError) as refused:
            a_photo(a_patient(), consent=foreign)

        assert refused.value.__cause__.diag.constraint_name == "photo_consent_is_of_the_patient"

    @pytest.mark.parametrize("kind", ["lancet_extraction", "email"])
    def test_refuses_a_photo_on_a_consent_to_something_else(self, kind):
        patient = a_patient()

        with pytest.raises(IntegrityError) as refused:
            a_photo(patient, consent=a_consent(patient, kind))

        assert refused.value.__cause__.diag.constraint_name == "photo_stands_on_a_consent"

    def test_refuses_a_photo_on_a_withdrawn_consent(self):
        patient = a_photographed_patient()
        withdrawn(patient)

        with pytest.raises(IntegrityError) as refused:
            a_photo(patient)

        assert refused.value.__cause__.diag.constraint_name == "photo_stands_on_a_consent"


class TestTheConsentOfAPhoto:
    def test_is_not_withdrawn_around_the_product_while_its_bytes_are_kept(self):
        consent = a_photo().consent

        with pytest.raises(IntegrityError) as refused, connection.cursor() as cursor:
            cursor.execute(
                "UPDATE patients_consent SET withdrawn_at = now(), withdrawn_by_id = recorded_by_id, withdrawal_reason = 'x'"
                " WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE",
                [consent.pk],
            )

        assert refused.value.__cause__.diag.constraint_name == "photos_go_with_their_consent"

    def test_is_withdrawn_through_it_with_the_bytes(self):
        withdrawn(a_photo().patient)

        connection.check_constraints()


class TestBeforeAndAfter:
    def test_says_the_days_and_that_nothing_changed(self):
        patient = a_photographed_patient()
        before, after = a_photo(patient), a_photo(patient, taken_at=TAKEN + timedelta(minutes=30))

        pair = compare_photos(before=before, after=after)

        assert (pair.days_between, pair.aligned_by, pair.change, pair.changed) == (0, "body_site", 0.0, 0.0)
        assert pair.limits

    def test_finds_where_something_changed_whatever_the_size(self):
        patient = a_photographed_patient()
        spotted = upright(640, 480)
        spotted.paste((255, 255, 255), (40, 40, 120, 120))
        before = a_photo(patient, content=jpeg(upright(320, 240)))
        after = a_photo(patient, content=jpeg(spotted), taken_at=TAKEN + timedelta(minutes=30))

        pair = compare_photos(before=before, after=after)

        shown = Image.open(io.BytesIO(pair.picture)).convert("RGB")
        inside, outside = (
            shown.getpixel((pair.width // 8, pair.height // 6)),
            shown.getpixel((pair.width // 2, pair.height // 8)),
        )
        assert 0.01 < pair.changed < 0.06
        assert inside[0] > inside[1] + 100
        assert max(outside) - min(outside) < 60

    def test_levels_the_light(self):
        patient = a_photographed_patient()
        dark = upright().point(lambda value: value * 3 // 4)
        before = a_photo(patient)
        after = a_photo(patient, content=jpeg(dark), taken_at=TAKEN + timedelta(minutes=30))

        pair = compare_photos(before=before, after=after)

        assert 1.25 < pair.gain < 1.4
        assert pair.changed == 0.0

    @pytest.mark.parametrize("show", ["before", "after", "difference"])
    def test_shows_each_in_the_common_frame(self, show):
        patient = a_photographed_patient()
        before = a_photo(patient, content=jpeg(upright(300, 400)))
        after = a_photo(patient, content=jpeg(upright(640, 480)), taken_at=TAKEN + timedelta(minutes=30))

        pair = compare_photos(before=before, after=after, show=show)

        assert Image.open(io.BytesIO(pair.picture)).size == (pair.width, pair.height)
        assert pair.width < pair.height

    def test_is_refused_for_two_places(self):
        patient = a_photographed_patient()

        with pytest.raises(RuleBroken) as refused:
            compare_photos(before=a_photo(patient), after=a_photo(patient, laterality="right"))

        assert refused.value.code == "photos_not_comparable"


def _full(*args, **kwargs):
    raise OSError("no space left on device")


def _killed(*args, **kwargs):
    raise KeyboardInterrupt
