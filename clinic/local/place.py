"""Where Pearl runs on one machine: its folders, its address, and the variables that its parts are given."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clinic.local.process import kept_secret

LOG_LIMIT = 10 * 1024 * 1024
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A data folder, an address, and the code that runs there; `variables` grows as the parts come up."""

    code: Path
    folder: Path
    host: str
    port: int
    demo: bool
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def run(self) -> Path:
        """The folder of the process numbers and addresses."""
        return self.folder / "run"

    @property
    def url(self) -> str:
        """The address that people open."""
        return f"http://{_bracketed(self.host)}:{self.port}"

    @property
    def own_url(self) -> str:
        """The address by which this machine reaches itself."""
        return f"http://{_bracketed(WILDCARDS.get(self.host, self.host))}:{self.port}"

    def log(self, name: str) -> Path:
        """The log file of a part."""
        return self.folder / "log" / f"{name}.log"


def furnish(place: Place, *, given: Mapping[str, str], public: bool) -> None:
    """Make the folders and the secret key, and set the variables that do not depend on a running part."""
    os.umask(0o077)
    place.folder.mkdir(parents=True, exist_ok=True)
    place.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for folder in (place.run, place.folder / "log"):
        folder.mkdir(exist_ok=True)
    metrics = place.run / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    kept_secret(place.folder / "secret_key")
    for log in (place.folder / "log").glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
    place.variables.update(
        DATA_DIR=str(place.folder),
        HOST=place.host,
        PORT=str(place.port),
        DEMO=str(int(place.demo)),
        PROMETHEUS_MULTIPROC_DIR=str(metrics),
        PYTHONUNBUFFERED="1",
    )
    if "HTTPS" not in given and not public:
        place.variables["HTTPS"] = "0"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
