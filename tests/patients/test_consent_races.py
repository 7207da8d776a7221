"""Signing, withdrawing and rewriting a text at the same time, over real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, Event
from time import sleep

import pytest
from django.db import DatabaseError, connection, transaction

from patients.models import Consent, ConsentText
from patients.policies.consents import Signer
from patients.selectors.consents import consents_in_force
from patients.services.consents import NewConsent, give_consent, withdraw_consent
from patients.services.signatures import Signature
from patients.signals import consent_withdrawn
from tests.committed import committed
from tests.factories import a_patient, a_user
from tests.factories_consents import a_consent, a_text

NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """What is written is committed, for other connections to see, and emptied afterwards."""
    with django_db_blocker.unblock(), committed():
        yield


def closing(act: Callable[[], object]) -> object:
    """Do it on the connection of this thread, and give that back."""
    try:
        return act()
    finally:
        connection.close()


@pytest.mark.usefixtures("transactional_db")
class TestAtTheSameTime:
    def test_a_text_is_not_rewritten_under_the_hand_that_signs_it(self):
        text, patient = a_text(), a_patient()
        signed, looked = Event(), Event()

        def rewrite():
            signed.wait(5)
            looked.set()
            ConsentText.objects.filter(pk=text.pk).update(in_force_from=NOW)

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                a_consent(patient, text=text)
                rewriting = pool.submit(closing, rewrite)
                signed.set()
                looked.wait(5)
                sleep(0.3)
            with pytest.raises(DatabaseError) as refused:
                rewriting.result(10)

        assert refused.value.__cause__.diag.constraint_name == "signed_text_is_never_changed"

    def test_two_withdrawals_tell_of_one(self):
        consent, told, together = a_consent(a_patient()), [], Barrier(2)
        actor = a_user()

        def hear(sender, **facts):
            told.append(facts["kind"])

        def withdraw():
            together.wait(5)
            return withdraw_consent(actor=actor, consent=Consent.objects.get(pk=consent.pk), reason="No more", now=NOW)

        consent_withdrawn.connect(hear)
        try:
            with ThreadPoolExecutor(2) as pool:
                ended = [attempt.result(10) for attempt in [pool.submit(closing, withdraw) for _ in range(2)]]
        finally:
            consent_withdrawn.disconnect(hear)

        assert (told, {row.withdrawn_at for row in ended}) == (["lancet_extraction"], {NOW})

    def test_a_signature_and_a_withdrawal_come_one_after_the_other(self):
        patient, actor, together = a_patient(), a_user(), Barrier(2)
        standing = a_consent(patient)
        new = NewConsent(
            kind="lancet_extraction", text_version=1, signer=Signer(role="patient"), signature=Signature(name="Ada")
        )

        def withdraw():
            together.wait(5)
            withdraw_consent(actor=actor, consent=standing, reason="No more", now=NOW)

        def give():
            together.wait(5)
            return give_consent(actor=actor, patient=patient, consent=new, now=NOW)

        with ThreadPoolExecutor(2) as pool:
            attempts = [pool.submit(closing, act) for act in (withdraw, give)]
            given = [attempt.result(10) for attempt in attempts][1]

        given.refresh_from_db()
        in_force = consents_in_force(patient=patient.pk, at=NOW)
        assert in_force == ({} if given.withdrawn_at else {"lancet_extraction": given.pk})
