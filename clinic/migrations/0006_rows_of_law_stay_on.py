"""Rows of the protocol that law or safety asks for are never switched off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0005_tasks_and_papers_that_end"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="protocolrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("active", True),
                    models.Q(("events__overlap", ["authority_lost", "texts_stopped"]), _negated=True),
                    _connector="OR",
                ),
                name="protocol_row_of_law_or_safety_stays_on",
            ),
        ),
    ]
