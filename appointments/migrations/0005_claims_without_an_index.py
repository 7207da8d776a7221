"""A worker claims a message by a column that no index holds; the pages keep room for the two updates that each row sees."""

import django.db.models.deletion
from django.db import migrations, models

STATES = ["due", "sent", "delivered", "failed", "expired", "withdrawn", "suppressed", "dead"]
ROOM = "ALTER TABLE appointments_message SET (fillfactor = 45)"
NO_ROOM = "ALTER TABLE appointments_message RESET (fillfactor)"
UNCLAIM = "UPDATE appointments_message SET state = 'due', claimed_until = NULL WHERE state = 'claimed'"


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0004_availability"),
        ("patients", "0002_history_of_assessed_lesions"),
    ]
    operations = [
        migrations.RunSQL(UNCLAIM, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="message", name="message_has_a_known_state"),
        migrations.RemoveIndex(model_name="message", name="message_claimed"),
        migrations.AlterField(
            model_name="message",
            name="recipient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="patients.patient",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.TextField(choices=[(state, state) for state in STATES], default="due"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", STATES)), name="message_has_a_known_state"),
        ),
        migrations.RunSQL(ROOM, NO_ROOM),
    ]
