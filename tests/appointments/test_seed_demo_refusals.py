"""Where the demo clinic is not seeded, and that chance alone makes no difference."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from appointments.demo.ground import Ground
from appointments.demo.seeding import seed_demo
from appointments.models import Appointment
from clinic.errors import Conflict, NotAllowed
from clinic.models import User
from tests.clinic_world import NOW


@pytest.fixture
def private(settings, tmp_path):
    settings.DEMO, settings.PUBLIC_ADDRESS, settings.DATA_DIR = True, False, tmp_path


@pytest.mark.django_db
@pytest.mark.usefixtures("private")
class TestRefusals:
    def test_refuses_a_public_address(self, settings):
        settings.PUBLIC_ADDRESS = True

        with pytest.raises(CommandError, match="public address"):
            call_command("seed_demo")

        assert not User.objects.exists()

    def test_refuses_without_demo_where_anything_is(self, settings):
        settings.DEMO = False
        User.objects.create(username="somebody")

        with pytest.raises(NotAllowed):
            seed_demo(seed=1, patients=0, now=NOW)

    def test_refuses_where_half_of_its_names_are_taken(self):
        User.objects.create(username="derm")

        with pytest.raises(Conflict):
            seed_demo(seed=1, patients=0, now=NOW)

    def test_fills_an_empty_database_without_demo_and_alike_for_the_same_seed(self, settings):
        settings.DEMO = False

        first = _made_and_undone(seed=3)

        assert first == _made_and_undone(seed=3)
        assert first != _made_and_undone(seed=4)


class TestGround:
    def test_keys_are_uuids_of_version_seven_in_order(self):
        ground = Ground(seed=1, now=NOW)

        keys = [ground.key() for _ in range(100)]

        assert {key.version for key in keys} == {7}
        assert keys == sorted(keys)


def _made_and_undone(*, seed: int) -> tuple[dict, list]:
    with transaction.atomic():
        made = (
            seed_demo(seed=seed, patients=3, now=NOW, booked_days=2),
            list(Appointment.objects.order_by("id").values_list("id", "during", "status", "room__name")),
        )
        transaction.set_rollback(True)
    return made
