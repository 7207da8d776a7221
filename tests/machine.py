"""`manage.py up` in a folder of its own, seen from outside: over HTTP, through psql and by its processes."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg

from clinic.local.process import free_port

ROOT = Path(__file__).resolve().parents[1]
START_S = 90


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def soon(question, *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(answer)


class Machine:
    """`manage.py up` with a data folder of its own, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.said = folder.parent / f"{folder.name}.out"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, **more: str) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = kept | {"DATA_DIR": str(self.folder), "PORT": str(self.port), "DEMO": "0"} | more
        with self.said.open("wb") as output:
            command = [sys.executable, "manage.py", "up"]
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def start(self) -> None:
        self.process = self.launch()
        assert soon(lambda: "READY" in self.said.read_text() or self.process.poll() is not None, seconds=START_S)
        assert f"READY http://127.0.0.1:{self.port}" in self.said.read_text()

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=60)

    def pids(self) -> dict[str, int]:
        return {path.stem: int(path.read_text()) for path in (self.folder / "run").glob("*.pid")}

    def health(self, which: str = "ready") -> tuple[int, dict[str, str], dict[str, object]]:
        address = f"http://127.0.0.1:{self.port}/api/v1/health/{which}/"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.status, dict(answer.headers), json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.load(error)

    def status(self) -> object:
        with contextlib.suppress(OSError):
            return self.health()[2]["status"]
        return None

    def psql(self, statement: str) -> object:
        with psycopg.connect((self.folder / "run" / "database_url").read_text(), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone() if cursor.description else None
