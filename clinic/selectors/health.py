"""How the parts of the system are, each asked with little patience: all of it takes less than three seconds."""

from dataclasses import dataclass
from datetime import datetime

import redis
from django.conf import settings
from django.db import Error, connection
from django.utils.module_loading import import_string

from clinic import heartbeat

OK, DEGRADED, UNAVAILABLE = "ok", "degraded", "unavailable"
AWAY, UNKNOWN = "away", "unknown"
PART_STATES = [OK, AWAY]


@dataclass(frozen=True, kw_only=True)
class Health:
    """The state of each part (the worker's is unknown without the broker), and how late messages are, in seconds (None without the database)."""

    database: str
    broker: str
    worker: str
    oldest_due_s: int | None

    @property
    def status(self) -> str:
        """Unavailable without the database, degraded without broker or worker."""
        if self.database != OK:
            return UNAVAILABLE
        return OK if self.broker == self.worker == OK else DEGRADED


def health_at(*, now: datetime) -> Health:
    """Ask the database, the broker and, by the mark that it leaves there, the worker."""
    database, oldest_due_s = _database(now)
    broker, worker = _broker()
    return Health(database=database, broker=broker, worker=worker, oldest_due_s=oldest_due_s)


def _database(now: datetime) -> tuple[str, int | None]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        oldest = import_string(settings.OLDEST_DUE_MESSAGE)(now=now)
    except Error:
        return AWAY, None
    return OK, int((now - oldest).total_seconds()) if oldest else 0


def _broker() -> tuple[str, str]:
    try:
        with heartbeat.connect() as broker:
            return OK, OK if broker.exists(heartbeat.KEY) else AWAY
    except redis.RedisError:
        return AWAY, UNKNOWN
