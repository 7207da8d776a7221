"""Where pictures lie: a private folder by default, a bucket when the environment names one; both keep the same promises."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from environs import Env

from clinic.environment import photo_storage
from clinic.errors import RuleBroken, Unavailable
from patients.models import Photo
from patients.policies.consents import PHOTOS
from patients.services import photos
from patients.services.consents import withdraw_consent
from patients.services.images import Picture, SentFile
from patients.services.photo_files import strays, sweep_photo_files
from patients.services.photos import NewPhoto, picture_of, upload_photo
from patients.services.reference import load_catalogues
from patients.storage import names_in, photo_files
from tests.committed import committed
from tests.factories import NOON, a_user
from tests.factories_photos import TAKEN, a_photo, a_photographed_patient
from tests.patients.charting import a_clinician
from tests.pictures import jpeg
from tests.s3 import BUCKET, a_service

VARIABLES = ("PHOTOS_BUCKET", "PHOTOS_PREFIX", "PHOTOS_S3_ENDPOINT", "PHOTOS_S3_REGION", "PHOTOS_S3_KEY", "PHOTOS_S3_SECRET")


@pytest.fixture
def folder(settings, tmp_path):
    """The default: a folder on the disk."""
    place = tmp_path / "photos"
    settings.STORAGES = settings.STORAGES | {"photos": photo_storage(Env(), folder=place)}
    return place


@pytest.fixture
def bucket(settings, monkeypatch, tmp_path) -> Iterator[dict[str, bytes]]:
    """A bucket of a service that is not Amazon's."""
    with a_service() as (address, objects):
        values = (BUCKET, "clinic", address, "eu-west-1", "key", "secret")
        for name, value in zip(VARIABLES, values, strict=True):
            monkeypatch.setenv(name, value)
        settings.STORAGES = settings.STORAGES | {"photos": photo_storage(Env(), folder=tmp_path)}
        yield objects


@pytest.mark.django_db
class TestAFolder:
    def test_is_for_the_servers_user_alone(self, folder):
        photo = a_photo()

        path = folder / photo.storage_name
        assert path.read_bytes() == jpeg()
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_has_no_address(self, folder):
        with pytest.raises(ValueError, match="no public address"):
            photo_files().url(a_photo().storage_name)

    def test_may_not_be_there_yet(self, folder):
        assert names_in(photo_files()) == []
        assert strays() == []

    def test_is_swept(self, folder):
        photo = a_photo()
        (folder / "left_over.jpg").write_bytes(b"x")

        assert sweep_photo_files() == ["left_over.jpg"]
        assert names_in(photo_files()) == [photo.storage_name]

    def test_that_lost_a_file_is_told(self, folder):
        photo = a_photo()
        (folder / photo.storage_name).unlink()

        with pytest.raises(Unavailable):
            picture_of(photo)


@pytest.mark.django_db
class TestABucket:
    def test_holds_pictures_under_its_prefix(self, bucket):
        photo = a_photo()

        assert bucket == {f"clinic/{photo.storage_name}": jpeg()}
        assert picture_of(photo) == jpeg()

    def test_is_swept(self, bucket):
        photo = a_photo()
        bucket["clinic/ab/abandoned.jpg"] = b"x"

        assert [stray.detail for stray in strays()] == ["no photo keeps the file ab/abandoned.jpg"]
        assert sweep_photo_files() == ["ab/abandoned.jpg"]
        assert names_in(photo_files()) == [photo.storage_name]

    def test_loses_what_nobody_may_keep(self, bucket, django_capture_on_commit_callbacks):
        photo = a_photo()

        with django_capture_on_commit_callbacks(execute=True):
            withdraw_consent(actor=a_user(), consent=photo.consent, reason="She said so.", now=NOON)

        assert bucket == {}

    def test_that_lost_a_file_is_told(self, bucket):
        photo = a_photo()
        bucket.clear()

        assert [stray.detail for stray in strays()] == ["its file is missing"]
        with pytest.raises(Unavailable):
            picture_of(photo)


class TestTheEnvironment:
    def test_names_a_bucket(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PHOTOS_BUCKET", "clinic-photos")

        chosen = photo_storage(Env(), folder=tmp_path)

        assert chosen["BACKEND"] == "storages.backends.s3.S3Storage"
        assert (chosen["OPTIONS"]["bucket_name"], chosen["OPTIONS"]["default_acl"]) == ("clinic-photos", None)

    def test_names_the_folder_by_default(self, tmp_path):
        assert photo_storage(Env(), folder=tmp_path)["OPTIONS"] == {"location": str(tmp_path)}


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows are committed, for tests over several connections."""
    with django_db_blocker.unblock(), committed():
        load_catalogues()
        yield


class TestAtOnce:
    """An upload that has written its file and not yet committed, and somebody else."""

    @pytest.fixture
    def halted(self, monkeypatch) -> tuple[threading.Event, threading.Event]:
        """The file lies there; the row waits."""
        written, go_on = threading.Event(), threading.Event()
        keep = photos._kept

        def halt(picture: Picture) -> str:
            name = keep(picture)
            written.set()
            assert go_on.wait(20)
            return name

        monkeypatch.setattr(photos, "_kept", halt)
        return written, go_on

    def test_the_sweep_leaves_the_file_of_an_upload_that_goes_on(self, committing, halted):
        written, go_on = halted
        patient, actor = a_photographed_patient(), a_clinician()
        with ThreadPoolExecutor(2) as pool:
            upload = pool.submit(_alone, _upload, actor, patient)
            assert written.wait(20)
            sweep = pool.submit(_alone, sweep_photo_files)
            go_on.set()

            assert (sweep.result(20), upload.result(20).patient) == ([], patient)
        assert strays() == []

    def test_a_withdrawal_finds_the_photo_that_was_first(self, committing, halted):
        written, go_on = halted
        patient, actor, desk = a_photographed_patient(), a_clinician(), a_user()
        consent = patient.consents.get(kind=PHOTOS)
        with ThreadPoolExecutor(2) as pool:
            upload = pool.submit(_alone, _upload, actor, patient)
            assert written.wait(20)
            withdrawal = pool.submit(
                _alone, lambda: withdraw_consent(actor=desk, consent=consent, reason="She said so.", now=NOON)
            )
            go_on.set()
            upload.result(20), withdrawal.result(20)

        assert Photo.objects.get().bytes_removed_because == "consent_withdrawn"
        assert names_in(photo_files()) == []

    def test_an_upload_finds_the_withdrawal_that_was_first(self, committing):
        patient, actor = a_photographed_patient(), a_clinician()
        withdraw_consent(actor=a_user(), consent=patient.consents.get(kind=PHOTOS), reason="She said so.", now=NOON)

        with pytest.raises(RuleBroken, match="no consent to photos"):
            _upload(actor, patient)

        assert names_in(photo_files()) == []


def _upload(actor: Any, patient: Any) -> Photo:
    told = NewPhoto(view="close_up", taken_at=TAKEN, taken_at_source="camera", body_site="cheek", laterality="left")
    return upload_photo(actor=actor, patient=patient, photo=told, file=SentFile(content=jpeg()), now=NOON)


def _alone(work: Any, *args: Any) -> Any:
    """On a connection of its own, given back at the end."""
    try:
        return work(*args)
    finally:
        connection.close()
