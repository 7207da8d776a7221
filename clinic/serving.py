"""gunicorn's configuration, from environment variables like the settings."""

from typing import Any

from environs import Env
from prometheus_client import multiprocess

env = Env()
_host = env.str("HOST", "127.0.0.1")
multiprocess_folder = env.str("PROMETHEUS_MULTIPROC_DIR", None)

bind = f"[{_host}]:{env.int('PORT', 8000)}" if ":" in _host else f"{_host}:{env.int('PORT', 8000)}"
worker_class = "gthread"
workers = env.int("WEB_WORKERS", 2)
threads = env.int("WEB_THREADS", 8)
preload_app = True
keepalive = 15
timeout = 30
graceful_timeout = 8
limit_request_line = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = env.str("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")


def child_exit(server: Any, worker: Any) -> None:
    """Let the gauges of a worker that ended go with it."""
    if multiprocess_folder:
        multiprocess.mark_process_dead(worker.pid)
