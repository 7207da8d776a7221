"""Every model that holds clinical or scheduling data keeps its history."""

import pytest
from django.apps import apps
from django.db import connection

OURS = ("clinic", "patients", "treatments", "appointments")
WITHOUT = {
    # derived from visits by the database, and only while these live
    "ResourceClaim",
    "Authority",
    # their rows are their own record
    "Message",
    "ExpiryNotice",
    "Link",
    "ContactConsent",
    "InboundText",
    "StoppedNumber",
    "Attempts",
    "KeptAnswer",
    # a queue, whose rows are gone once they are done
    "FreedSlot",
    "DueMessage",
    "StaffToken",
    # accounts and fixed catalogues
    "User",
    "Seat",
    "BodySite",
    "Diagnosis",
    "MiliaType",
    "TreatmentAct",
    "IngredientClass",
}


def models_of_ours() -> list[str]:
    found = [
        model for name in OURS for model in apps.get_app_config(name).get_models() if not hasattr(model, "pgh_tracked_model")
    ]
    return sorted({model.__name__ for model in found} - WITHOUT)


@pytest.mark.parametrize("name", models_of_ours())
def test_is_kept_for(name):
    events = {
        model.pgh_tracked_model.__name__
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if hasattr(model, "pgh_tracked_model")
    }

    assert name in events


@pytest.mark.django_db
def test_every_table_of_it_refuses_edits():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname FROM pg_class c
             WHERE c.relkind = 'r' AND c.relname ~ '^(clinic|patients|treatments|appointments)_.*event$'
               AND NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
                                WHERE t.tgrelid = c.oid AND f.proname = 'clinic_history_is_append_only'
                                  AND t.tgenabled = 'O')
            """
        )

        assert cursor.fetchall() == []
