"""A sign of life that travels the whole way: beat rings, the broker carries it, the worker runs it and leaves a mark."""

import redis
from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY = "pearl:worker"
LIFETIME_S = 30


@shared_task
def refresh() -> None:
    """Leave a mark that fades unless the next one follows."""
    with connect() as broker:
        broker.set(KEY, 1, ex=LIFETIME_S)


@worker_ready.connect
def first_sign(**_: object) -> None:
    """The first mark, as soon as the worker takes work."""
    refresh()


def connect() -> redis.Redis:
    """The broker itself, with half a second of patience and no second try."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
        single_connection_client=True,
    )
