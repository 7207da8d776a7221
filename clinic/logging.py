"""Structured logs: one JSON line each, with the request id, and without values that may belong to a patient."""

import re
import sys
import traceback
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

Event = dict[str, Any]
TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{22}(?=/|$)")
"""128 bits as one step of an address."""


class RequestLog(RequestMiddleware):
    """
    One line a request: method and path; never the query, which may name a patient, nor the address of the caller, nor the token of
    a link, which opens it.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """`GET /api/v1/...`, without the query string."""
        return f"{request.method} {TOKEN.sub('...', request.path)}"


def without_values(logger: Any, name: str, event: Event) -> Event:
    """An exception as its type and its frames: its message may quote a row, its locals a patient."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[0] is not None:
        event["exception"] = _chain(exc_info[1])
    event.pop("user_agent", None)
    return event


def configuration(*, level: int) -> dict[str, Any]:
    """The LOGGING setting; structlog itself is set up in the same place, so that both kinds of loggers print alike."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    quiet = {name: {"level": "WARNING"} for name in ("celery", "kombu", "amqp")} | {"psycopg.pool": {"level": "ERROR"}}
    quiet |= {"apprise": {"level": "CRITICAL"}}  # it names numbers in what it logs
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": quiet | {"django": {"handlers": [], "propagate": True}, "django.request": {"level": "CRITICAL"}},
    }


def _chain(error: BaseException | None) -> list[Event]:
    """The error and what it came from, outermost first."""
    chain: list[Event] = []
    while error is not None and len(chain) < 5:
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        chain.append(
            {"type": f"{type(error).__module__}.{type(error).__qualname__}", "frames": frames[-15:]} | _constraint(error)
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _constraint(error: BaseException) -> Event:
    """For what the database refused: its code and the name of the rule, which hold no values."""
    code = getattr(error, "sqlstate", None)
    name = getattr(getattr(error, "diag", None), "constraint_name", None)
    return {key: value for key, value in (("sqlstate", code), ("constraint", name)) if value}
