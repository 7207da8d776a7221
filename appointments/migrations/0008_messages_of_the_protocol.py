"""Messages are about visits, procedures, home care, lesions ...: each names its subject, its row of the protocol, and its site."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OF_VISITS = """
UPDATE appointments_message m SET site_id = v.site_id, subject = v.id, expires_at = lower(v.during)
  FROM appointments_appointment v WHERE v.id = m.appointment_id;
UPDATE appointments_message SET sent_at = due_at WHERE state IN ('sent', 'delivered') AND sent_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0007_ended_visits_follow_their_patient"),
        ("clinic", "0004_the_protocol"),
        ("patients", "0006_duplicates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="address",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="message",
            name="anchor_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="delivered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="offset_days",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="site",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="staff",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="subject",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="subject_kind",
            field=models.TextField(
                choices=[
                    ("visit", "visit"),
                    ("procedure", "procedure"),
                    ("home_care", "home_care"),
                    ("lesion", "lesion"),
                    ("plan", "plan"),
                    ("offer", "offer"),
                    ("number", "number"),
                    ("paper", "paper"),
                ],
                default="visit",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.RunSQL(OF_VISITS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="message",
            name="site",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.site"
            ),
        ),
        migrations.AlterField(model_name="message", name="subject", field=models.UUIDField()),
        migrations.AlterField(
            model_name="message",
            name="appointment",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="appointments.appointment",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.TextField(choices=[("email", "email"), ("sms", "sms"), ("portal", "portal")], default="email"),
        ),
        migrations.AlterField(
            model_name="message",
            name="recipient",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="patients.patient",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("state", "due")), fields=["subject"], name="message_waiting_about"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("channel", "sms"), ("sent_at__isnull", False)),
                fields=["address", "sent_at"],
                name="text_by_number",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True), fields=["provider_id"], name="message_by_receipt"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms", "portal"])), name="message_has_a_known_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("subject_kind__in", ["visit", "procedure", "home_care", "lesion", "plan", "offer", "number", "paper"])
                ),
                name="message_is_about_a_known_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("recipient__isnull", False), ("staff__isnull", True)),
                    models.Q(("recipient__isnull", True), ("staff__isnull", False)),
                    _connector="OR",
                ),
                name="message_has_one_recipient",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("appointment__isnull", False), ("subject", models.F("appointment")), ("subject_kind", "visit")),
                    models.Q(models.Q(("subject_kind", "visit"), _negated=True), ("appointment__isnull", True)),
                    _connector="OR",
                ),
                name="message_about_a_visit_names_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sent", "delivered"]), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="message_sent_says_when",
            ),
        ),
    ]
