"""What is shipped to run elsewhere: the image, the composition, the locks."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSITION = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSITION["services"]
OURS = ("migrate", "web", "worker", "beat")


class TestComposition:
    def test_has_every_part(self):
        assert set(SERVICES) == {"proxy", "postgres", "redis", "migrate", "web", "worker", "beat"}

    def test_publishes_only_the_proxy(self):
        publishing = [name for name, service in SERVICES.items() if "ports" in service]

        assert publishing == ["proxy"]

    @pytest.mark.parametrize("name", SERVICES)
    def test_gives_each_part_an_init_process(self, name):
        assert SERVICES[name]["init"] is True

    @pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
    def test_checks_the_health_of_each_lasting_part(self, name):
        assert SERVICES[name]["healthcheck"]["test"]

    def test_runs_one_image_with_one_environment(self):
        assert len({str(SERVICES[name]["environment"]) + SERVICES[name]["image"] for name in OURS}) == 1

    @pytest.mark.parametrize("name", ["web", "worker"])
    def test_leaves_what_scales_without_a_name_of_its_own(self, name):
        assert "container_name" not in SERVICES[name]

    @pytest.mark.parametrize("name", ["web", "worker", "beat"])
    def test_waits_for_the_migrations(self, name):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}

    @pytest.mark.parametrize("secret", ["SECRET_KEY", "POSTGRES_PASSWORD"])
    def test_has_no_default_for_a_secret(self, secret):
        given = re.findall(rf"\$\{{{secret}(.)(.)", (ROOT / "docker-compose.yml").read_text())

        assert given
        assert set(given) == {(":", "?")}

    def test_names_every_volume_it_mounts(self):
        mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

        assert {name for name in mounted if not name.startswith(".")} == set(COMPOSITION["volumes"])

    def test_mounts_only_files_that_exist(self):
        mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]

        assert all((ROOT / path).is_file() for path in mounted if path.startswith("."))

    def test_keeps_the_figures_of_the_process_inside(self):
        assert "path /metrics" in (ROOT / "deploy" / "Caddyfile").read_text()


class TestImage:
    INSTRUCTIONS = (ROOT / "Dockerfile").read_text().splitlines()

    def test_runs_as_an_ordinary_user(self):
        users = [line for line in self.INSTRUCTIONS if line.startswith("USER ")]

        assert users == ["USER pearl"]

    def test_collects_its_static_files_before_it_takes_a_public_address(self):
        collects = next(number for number, line in enumerate(self.INSTRUCTIONS) if "collectstatic" in line)
        opens = next(number for number, line in enumerate(self.INSTRUCTIONS) if "HOST=0.0.0.0" in line)

        assert collects < opens


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
class TestLock:
    def test_pins_every_release(self, name):
        lines = (ROOT / name).read_text().splitlines()

        assert lines
        assert all(re.match(r"[A-Za-z0-9._-]+==[\w.]+( ; .*)?$", line) for line in lines)

    def test_names_no_registry_and_no_folder(self, name):
        text = (ROOT / name).read_text()

        assert not re.search(r"://|/|--|@", text)


def test_both_locks_agree():
    run, develop = (set((ROOT / name).read_text().splitlines()) for name in ("requirements.txt", "requirements-dev.txt"))

    assert run <= develop
