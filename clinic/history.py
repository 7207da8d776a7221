"""Every change of clinical and scheduling data, with who, why and request id, in rows that nobody can edit."""

from typing import TypeVar

import pghistory
from django.db.models import GeneratedField, Model

from clinic.constraints import Trigger

M = TypeVar("M", bound=type[Model])


def tracked(model: M) -> M:
    """Keep each insert, update and delete of the model in an append-only table of its own."""
    generated = [field.name for field in model._meta.local_fields if isinstance(field, GeneratedField)]
    name = model._meta.model_name
    append_only = Trigger(
        name=f"{name}_history_is_append_only",
        timing="BEFORE UPDATE OR DELETE OR TRUNCATE",
        function="clinic_history_is_append_only",
        rest="FOR EACH STATEMENT",
    )
    track = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=generated,
        context_field=pghistory.ContextJSONField(),
        context_id_field=pghistory.ContextUUIDField(),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
        meta={"constraints": [append_only]},
    )
    return track(model)
