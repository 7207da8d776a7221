"""For tests over several connections: what they commit is emptied afterwards, history too, which nobody else may do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction

KEPT = {"django_content_type", "django_migrations", "auth_permission"}
THERE = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)"


@contextmanager
def committed() -> Iterator[None]:
    """Everything that is written meanwhile is committed, and gone afterwards."""
    try:
        yield
    finally:
        tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - KEPT
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(THERE, [sorted(tables)])
            there = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
            cursor.execute(f"TRUNCATE {there}")
        connection.close()
