"""Links in messages: the same at every try, of one purpose, and ended by use, revocation or time."""

from datetime import timedelta

import pytest

from appointments.models import Link
from appointments.policies.links import purpose_of, state_of
from appointments.policies.texts import GUIDING, KEYS
from appointments.selectors.guidance import guidance
from appointments.selectors.links import open_link
from appointments.services.links import end_link, link_for, link_in
from clinic.base import uuid7
from tests.factories import NOON, span
from tests.factories_links import SENT_AT, a_follow_up, a_message, a_token
from tests.refusing import refused_as, sql

DAY = timedelta(days=1)


class TestPurposeOf:
    @pytest.mark.parametrize(
        ("key", "purpose"),
        [
            ("confirmation", "visit"),
            ("change", "visit"),
            ("check_in", "check_in"),
            ("slot_offer", "offer"),
            ("bring", "guidance"),
            ("aftercare", "guidance"),
        ],
    )
    def test_follows_from_the_text(self, key, purpose):
        assert purpose_of(key) == purpose

    def test_whatever_is_to_be_read_can_be_read_in_both_languages(self):
        wanted = {key for key in KEYS if purpose_of(key) == "guidance"} - {"opted_out", "opted_in", "help", "staff_expiry"}

        assert guidance().keys() == {(key, language) for key in wanted for language in ("en", "es")}
        assert wanted == {*GUIDING, "preparation", "bring"} - {"check_in"}

    def test_every_page_names_its_source(self):
        assert [page.key for page in guidance().values() if not page.source or not page.points] == []


class TestStateOf:
    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({}, "live"),
            ({"expires_at": NOON}, "expired"),
            ({"used_at": NOON}, "used"),
            ({"used_at": NOON, "revoked_at": NOON}, "revoked"),
            ({"expires_at": NOON - DAY, "visit_ends_at": NOON + DAY}, "live"),
            ({"expires_at": NOON - DAY, "visit_ends_at": NOON - DAY}, "expired"),
        ],
    )
    def test_is(self, fields, state):
        plain = {"expires_at": NOON + DAY, "used_at": None, "revoked_at": None, "visit_ends_at": None, "now": NOON}

        assert state_of(**plain | fields) == state


@pytest.mark.django_db
class TestLinkIn:
    def test_is_short_enough_for_a_text_message(self):
        assert len(a_token(a_message())) == 22

    def test_is_the_same_at_every_try(self):
        message = a_message()

        assert a_token(message) == a_token(message, now=SENT_AT + DAY)
        assert Link.objects.count() == 1

    def test_is_another_one_in_another_message(self):
        message = a_message()

        assert a_token(message) != a_token(a_follow_up(message.recipient), "check_in")

    def test_nothing_that_opens_it_is_stored(self):
        token = a_token(a_message())

        row = Link.objects.values().get()
        assert token not in str(row)
        assert token.encode() not in bytes(row["digest"])
        assert len(bytes(row["digest"])) == 32

    def test_under_another_secret_the_earlier_token_ends(self, settings):
        message = a_message()
        earlier = a_token(message)
        settings.SECRET_KEY = "another secret of this installation, 50 characters"

        later = a_token(message)

        assert open_link(token=earlier, now=SENT_AT) is None
        assert open_link(token=later, now=SENT_AT).state == "live"

    def test_all_messages_about_one_offer_carry_the_same(self):
        offer = uuid7()
        first = a_follow_up(subject=offer, subject_kind="offer", kind="W01", expires_at=SENT_AT + DAY)
        second = a_follow_up(first.recipient, subject=offer, subject_kind="offer", kind="W01", idempotency_key="2")

        links = {link_in(message=message, key="slot_offer", visit=None, now=SENT_AT) for message in (first, second)}

        assert len(links) == 1
        assert Link.objects.get().owner == offer
        assert Link.objects.get().expires_at == SENT_AT + DAY


@pytest.mark.django_db
class TestOpenLink:
    def test_gives_the_link_and_its_state(self):
        message = a_message()

        opened = open_link(token=a_token(message), now=SENT_AT)

        assert (opened.link.message, opened.state) == (message, "live")

    def test_of_a_visit_lasts_a_day_beyond_it(self):
        token = a_token(a_message())

        ends = NOON + timedelta(minutes=30) + DAY
        assert [open_link(token=token, now=ends - DAY / 24).state, open_link(token=token, now=ends).state] == [
            "live",
            "expired",
        ]

    def test_of_a_visit_follows_it_through_a_move(self):
        message = a_message()
        token = a_token(message)
        visit = message.appointment
        visit.during = visit.blocked = span(60 * 24 * 7)
        visit.save()

        assert open_link(token=token, now=NOON + 7 * DAY).state == "live"

    @pytest.mark.parametrize("token", ["", "x" * 22, "AAAAAAAAAAAAAAAAAAAAAA", "ñ" * 22, "a" * 5000])
    def test_knows_no_guessed_token(self, token):
        a_token(a_message())

        assert open_link(token=token, now=SENT_AT) is None


@pytest.mark.django_db
class TestEndLink:
    @pytest.mark.parametrize(("used", "state"), [(True, "used"), (False, "revoked")])
    def test_ends_it_once_and_for_good(self, used, state):
        owner = uuid7()
        token = link_for(purpose="offer", owner=owner, until=SENT_AT + DAY).split("/")[-2]

        ended = [end_link(purpose="offer", owner=owner, used=said, now=SENT_AT) for said in (used, not used)]

        assert ended == [True, False]
        assert open_link(token=token, now=SENT_AT).state == state

    def test_keeps_to_its_owner_and_purpose(self):
        owner = uuid7()
        link_for(purpose="offer", owner=owner, until=SENT_AT + DAY)

        assert not end_link(purpose="offer", owner=uuid7(), used=True, now=SENT_AT)
        assert not end_link(purpose="check_in", owner=owner, used=True, now=SENT_AT)


@pytest.mark.django_db
class TestPostgres:
    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ("purpose = 'visit', text = ''", "link_ends_once"),
            ("text = 'recall'", "link_ends_once"),
            ("used_at = NULL", "link_ends_once"),
            ("revoked_at = NULL", "link_ends_once"),
            ("message_id = NULL, owner = uuidv7()", "link_ends_once"),
        ],
    )
    def test_refuses_to_change_what_a_link_opens_and_that_it_has_ended(self, change, name):
        a_token(a_message(), "aftercare")
        Link.objects.update(used_at=NOON, revoked_at=NOON)

        assert refused_as(lambda: sql(f"UPDATE appointments_link SET {change}")) == name

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"purpose": "marketing"}, "link_has_a_known_purpose"),
            ({"purpose": "guidance"}, "link_to_read_says_what"),
            ({"text": "aftercare"}, "link_to_read_says_what"),
            ({"owner": None}, "link_is_of_a_message_or_of_something_else"),
        ],
    )
    def test_refuses(self, fields, name):
        plain = {"purpose": "offer", "owner": uuid7(), "digest": b"x", "expires_at": NOON}

        assert refused_as(lambda: Link.objects.create(**plain | fields)) == name

    def test_refuses_two_links_of_one_message_for_one_purpose(self):
        message = a_message()
        a_token(message)

        again = {"purpose": "visit", "message": message, "digest": b"x", "expires_at": NOON}
        assert refused_as(lambda: Link.objects.create(**again)) == "message_has_one_link_for_a_purpose"
