"""One real PostgreSQL for the whole run (shared by the workers of pytest-xdist), unless DATABASE_URL names another."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings

from clinic.local import postgres
from tests.template import home_with_migrations

NOWHERE = "redis://127.0.0.1:1/0"
OUTSIDE = (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "DEBUG",
    "DEMO",
    "EMAIL_URL",
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "SECRET_KEY",
    "SMS_GATEWAY",
    "SMS_URL",
    "THROTTLES",
)
MIGRATED = "PEARL_TESTS_TEMPLATE"
FOLDER = pytest.StashKey[Path]()
SERVER = pytest.StashKey[postgres.Server]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before Django reads its settings; the workers of a run inherit its address."""
    if not hasattr(config, "workerinput"):
        _start_what_the_run_needs(config)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    if os.environ.get(MIGRATED):
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = os.environ[MIGRATED]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES["photos"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    django.setup()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: a worker takes a whole file, and makes what its module shares once."""
    slow = {item.path for item in items if item.get_closest_marker("takes_long")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what this process started."""
    if server := config.stash.get(SERVER, None):
        server.stop()
    if folder := config.stash.get(FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_picture_is_left_over() -> Iterator[None]:
    """Rows of a test are rolled back; so are its files."""
    yield
    from patients.storage import names_in, photo_files

    files = photo_files()
    for name in names_in(files):
        files.delete(name)


def _start_what_the_run_needs(config: pytest.Config) -> None:
    config.stash[FOLDER] = folder = Path(tempfile.mkdtemp(prefix="pearl-tests-"))
    for variable in OUTSIDE:
        os.environ.pop(variable, None)
    os.environ.update(DATA_DIR=str(folder), HTTPS="0", REDIS_URL=NOWHERE)
    if not os.environ.get("DATABASE_URL"):
        home_with_migrations(folder / "postgres")
        server = postgres.start(home=folder / "postgres", log=folder / "postgres.log", settings=postgres.FOR_TESTS)
        config.stash[SERVER] = server
        os.environ["DATABASE_URL"] = server.url
        os.environ[MIGRATED] = postgres.DATABASE
