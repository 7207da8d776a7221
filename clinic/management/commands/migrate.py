"""
Django's `migrate`, sparing a fresh database most of its time.

Django renders every related model anew, and what is related to these, after each table, column, constraint and trigger that
a migration adds: nine tenths of its time. None of them changes the columns of another model that is rendered already.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.fields import NOT_PROVIDED
from pgtrigger.migrations import AddTrigger

RELOAD = ProjectState.reload_model


class Command(migrate.Command):
    """The same command, with the same options and the same result."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate while only what has changed is rendered."""
        with rendering_what_changed():
            super().handle(*args, **options)


@contextmanager
def rendering_what_changed() -> Iterator[None]:
    """
    While it lasts, a new constraint, index or trigger joins the rendered model, and a model is rendered alone when it is new, has
    one column more, or changes in what no key refers to.
    """
    with (
        patch.object(ProjectState, "_append_option", _append_option),
        patch.object(ProjectState, "add_model", _add_model),
        patch.object(ProjectState, "add_field", _add_field),
        patch.object(ProjectState, "reload_model", _reload_model),
        patch.object(AddTrigger, "state_forwards", _add_trigger),
    ):
        yield


def _append_option(self: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = self.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]
    if "apps" in self.__dict__:
        setattr(self.apps.get_model(app_label, model_name)._meta, option_name, options[option_name])


def _add_model(self: ProjectState, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:
        self.apps.render_multiple([model_state])


def _add_field(self: ProjectState, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
    key = app_label, model_name
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    self.models[key].fields[name] = field
    if self._relations is not None:
        self.resolve_model_field_relations(key, name, field)
    _reload_model(self, app_label, model_name, delay=True)


def _reload_model(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """`delay` is Django's word for a change that other models need not see at once."""
    if not delay:
        RELOAD(self, app_label, model_name)
    elif "apps" in self.__dict__:
        self._reload({(app_label, model_name)})


def _add_trigger(self: AddTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, self.model_name].options
    options["triggers"] = [*options.get("triggers", []), self.trigger]
