"""A claim that lapsed is remembered: whoever died with the message may have sent it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0012_waitlist")]

    operations = [
        migrations.AddField(model_name="duemessage", name="lapsed", field=models.BooleanField(db_default=False)),
    ]
