"""`python -m bench`: a PostgreSQL of its own with its usual, durable settings, and then the measuring."""

import argparse
import os
import secrets
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

from clinic.local import postgres

PARTS = ("search", "booking", "http", "races", "messages", "records", "machine")
ROOT = Path(__file__).resolve().parent.parent
OURS = ("ALLOWED_HOSTS", "BEHIND_PROXY", "DEBUG", "DEMO", "HOST", "PORT", "THROTTLES", "DATABASE_POOL", "EMAIL_URL")
SERVER = {"max_connections": "300", "max_wal_size": "8GB"}
"""Room for 200 clients, and no checkpoint in the middle of a block."""


def main() -> None:
    """Start the server, migrate, measure, write the figures, and leave nothing behind unless told."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="pearl-bench-") as scratch:
        home = options.data_dir or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        server = postgres.start(home=home / "postgres", log=home / "postgres.log", settings=SERVER)
        try:
            _configure(server.url, home)
            call_command("migrate", verbosity=0, skip_checks=True)
            call_command("measure", sizes=options.sizes, only=options.only, smoke=options.smoke, results=options.results)
        finally:
            server.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="The speed of Pearl, as ratios within one run.")
    parser.add_argument(
        "--sizes", type=int, nargs="+", help="finished visits in the history; 100000 unless SIZES says otherwise"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone")
    parser.add_argument("--smoke", action="store_true", help="a tiny clinic and few repetitions: that it runs, not how fast")
    parser.add_argument("--data-dir", type=Path, help="keep the database there, and go on with it the next time")
    parser.add_argument(
        "--results", type=Path, help="where bench_results/bench.json and docs/bench.md are written; here, after a whole run"
    )
    options = parser.parse_args()
    if options.smoke:  # the tests start the whole machine anyway
        options.only = [part for part in options.only if part != "machine"]
    if options.results is None and not options.smoke and options.only == PARTS:
        options.results = ROOT
    named = os.environ.get("SIZES", "").replace(",", " ").split() or (["500"] if options.smoke else ["100000"])
    options.sizes = sorted(options.sizes or map(int, named))
    return options


def _configure(url: str, home: Path) -> None:
    for variable in OURS:
        os.environ.pop(variable, None)
    os.environ.update(
        DATABASE_URL=url,
        DATA_DIR=str(home),
        DJANGO_SETTINGS_MODULE="bench.settings",
        HTTPS="0",
        LOG_LEVEL="WARNING",
        REDIS_URL="redis://127.0.0.1:1/0",
        SECRET_KEY=secrets.token_urlsafe(48),
    )
    django.setup()


if __name__ == "__main__":
    main()
