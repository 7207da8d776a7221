"""A mail to whose paper ends: once for each step, and only while there is something to renew."""

from datetime import UTC, date, datetime, timedelta

import pytest

from appointments.models import Message
from appointments.services.delivery import deliver_due
from clinic.models import Licence, Task, User
from clinic.services.expirables import watch_expirables
from clinic.services.tasks import finish_task
from tests.factories_clinic import a_licence, a_practitioner, a_site, a_user

ENDS = date(2027, 6, 30)
SIXTY_DAYS_BEFORE = datetime(2027, 5, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder() -> User:
    a_site(name="Pearl Columbus", phone="+1 614 555 0100")
    user = a_user("practitioner")
    User.objects.filter(pk=user.pk).update(email="eva@example.org", first_name="Eva")
    user.refresh_from_db()
    a_licence(a_practitioner(user=user, name="Eva Lind"), "esthetician", valid_through=ENDS)
    return user


def mails() -> list[Message]:
    return list(Message.objects.filter(kind="P25").order_by("due_at"))


def delivered(now: datetime = SIXTY_DAYS_BEFORE) -> Message:
    deliver_due(now=now)
    [mail] = mails()
    return mail


class TestAMail:
    def test_goes_to_whose_paper_ends(self, holder, mailoutbox):
        watch_expirables(now=SIXTY_DAYS_BEFORE)

        mail = delivered()

        assert (mail.state, mail.address, mail.staff, mail.recipient) == ("sent", "eva@example.org", holder, None)

    def test_says_when_it_ends(self, holder, mailoutbox, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        watch_expirables(now=SIXTY_DAYS_BEFORE)

        delivered()

        [mail] = mailoutbox
        assert mail.to == ["eva@example.org"]
        assert "Wednesday, June 30, 2027" in mail.body

    def test_is_written_once_for_each_step(self, holder):
        for days in (60, 59, 30, 29):
            watch_expirables(now=SIXTY_DAYS_BEFORE + timedelta(days=60 - days))

        assert [mail.revision for mail in mails()] == [60, 30]

    def test_is_not_sent_once_the_paper_is_renewed(self, holder):
        watch_expirables(now=SIXTY_DAYS_BEFORE)
        Licence.objects.update(valid_through=ENDS + timedelta(days=365))
        watch_expirables(now=SIXTY_DAYS_BEFORE)

        assert delivered().reason_not_sent == "the paper is seen to"

    def test_is_not_sent_once_the_holder_saw_to_it(self, holder):
        watch_expirables(now=SIXTY_DAYS_BEFORE)
        finish_task(actor=holder, task=Task.objects.get(kind="renew_own_paper").pk, now=SIXTY_DAYS_BEFORE)

        assert delivered().reason_not_sent == "the paper is seen to"

    @pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
    def test_says_why_it_did_not_go(self, holder, change):
        watch_expirables(now=SIXTY_DAYS_BEFORE)
        User.objects.filter(pk=holder.pk).update(**change)

        mail = delivered()

        assert (mail.state, mail.reason_not_sent) == ("suppressed", "there is no account with an e-mail address any more")

    def test_is_written_to_nobody_who_does_not_sign_in(self):
        a_licence(a_practitioner(), "esthetician", valid_through=ENDS)

        watch_expirables(now=SIXTY_DAYS_BEFORE)

        assert not mails()
