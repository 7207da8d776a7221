"""Constraints that Django cannot say: temporal keys, composite keys and triggers, declared in Meta.constraints."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Model


class _AddedAfterTheTables(BaseConstraint):
    """SQL that may name other tables: it runs when all tables of its migration exist."""

    options: tuple[str, ...] = ()

    def __init__(self, *, name: str, **options: Any) -> None:
        super().__init__(name=name)
        for option in self.options:
            value = options.pop(option)
            setattr(self, option, tuple(value) if isinstance(value, list) else value)
        if options:
            raise TypeError(f"unknown options: {', '.join(options)}")

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {option: getattr(self, option) for option in self.options}

    def body(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> str:
        raise TypeError("a subclass says what it constrains")

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str | None:
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return None

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        return Statement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s %(body)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
            body=self.body(model, schema_editor),
        )

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """PostgreSQL is the judge."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BaseConstraint) and self.deconstruct() == other.deconstruct()

    __hash__ = object.__hash__


def _columns(model: type[Model], editor: BaseDatabaseSchemaEditor, fields: tuple[str, ...]) -> list[str]:
    return [editor.quote_name(model._meta.get_field(field).column) for field in fields]


class WithoutOverlaps(_AddedAfterTheTables):
    """At most one row of these fields at any instant of `period`; it stands in CREATE TABLE, so that keys may refer to it."""

    options = ("fields", "period")

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        return f"CONSTRAINT {schema_editor.quote_name(self.name)} {self.body(model, schema_editor)}"

    def body(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> str:
        columns = ", ".join(_columns(model, editor, (*self.fields, self.period)))
        return f"UNIQUE ({columns} WITHOUT OVERLAPS)"


class CompositeForeignKey(_AddedAfterTheTables):
    """Several columns together refer to one row of another table."""

    options = ("fields", "to", "to_fields")

    def body(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> str:
        target = model._meta.apps.get_model(self.to)
        here = ", ".join(_columns(model, editor, self.fields))
        there = ", ".join(_columns(target, editor, self.to_fields))
        table = editor.quote_name(target._meta.db_table)
        return f"FOREIGN KEY ({here}) REFERENCES {table} ({there}) DEFERRABLE INITIALLY IMMEDIATE"


class PeriodForeignKey(_AddedAfterTheTables):
    """The other table covers this row's fields during its whole period; a NULL in any field bypasses it."""

    options = ("fields", "period", "to", "to_fields", "to_period")

    def body(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> str:
        target = model._meta.apps.get_model(self.to)
        here = self._key(model, editor, self.fields, self.period)
        there = self._key(target, editor, self.to_fields, self.to_period)
        table = editor.quote_name(target._meta.db_table)
        return f"FOREIGN KEY ({here}) REFERENCES {table} ({there}) DEFERRABLE INITIALLY IMMEDIATE"

    def _key(self, model: type[Model], editor: BaseDatabaseSchemaEditor, fields: tuple[str, ...], period: str) -> str:
        return ", ".join([*_columns(model, editor, fields), f"PERIOD {_columns(model, editor, (period,))[0]}"])


class Trigger(_AddedAfterTheTables):
    """`CREATE [CONSTRAINT] TRIGGER name {timing} ON table {rest} EXECUTE FUNCTION {function}()`; a migration before makes the function."""

    options = ("timing", "function", "rest", "deferred")

    def __init__(self, *, name: str, timing: str, function: str, rest: str = "FOR EACH ROW", deferred: bool = False) -> None:
        super().__init__(name=name, timing=timing, function=function, rest=rest, deferred=deferred)

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        return Statement(
            "CREATE %(kind)s %(name)s %(timing)s ON %(table)s %(deferral)s %(rest)s EXECUTE FUNCTION %(function)s()",
            kind="CONSTRAINT TRIGGER" if self.deferred else "TRIGGER",
            deferral="DEFERRABLE INITIALLY DEFERRED" if self.deferred else "",
            name=schema_editor.quote_name(self.name),
            timing=self.timing,
            table=Table(model._meta.db_table, schema_editor.quote_name),
            rest=self.rest,
            function=self.function,
        )

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        return Statement(
            "DROP TRIGGER %(name)s ON %(table)s",
            name=schema_editor.quote_name(self.name),
            table=Table(model._meta.db_table, schema_editor.quote_name),
        )


def derived(name: str) -> Trigger:
    """Only triggers of the database write the table; every other writer is refused (42501)."""
    return Trigger(
        name=name,
        timing="BEFORE INSERT OR UPDATE OR DELETE",
        function="clinic_row_is_derived",
        rest="FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)",
    )
