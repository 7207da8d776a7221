"""The product's settings, with the benchmark beside it: two views to compare with, in no other place reachable."""

from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
ROOT_URLCONF = "bench.urls"
DATABASES["default"]["OPTIONS"]["pool"] |= {"max_size": 240, "timeout": 30}
