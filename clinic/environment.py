"""What the settings read besides environment variables: what `manage.py up` keeps in the data folder, and whether a start is safe."""

import ipaddress
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env

S3_PATIENCE = {"connect_timeout": 2, "read_timeout": 10, "retries": {"total_max_attempts": 2}}
"""Seconds, and tries: somebody waits for the answer."""
SMS_GATEWAYS = ("file", "console", "http", "apprise")
LONGEST_PUBLIC_URL = 60
"""A link then takes 86 characters, and every text message fits with its names shortened."""
DEFAULT_SECRET_KEY = "insecure-default-for-one-machine-only-replace-it-before-anyone-else-can-reach-it"


def kept(folder: Path, name: str) -> str | None:
    """What `manage.py up` wrote under that name (an address, a secret), or None where it never ran or may not be read."""
    try:
        return (folder / name).read_text().strip() or None
    except OSError:
        return None


def photo_storage(env: Env, *, folder: Path) -> dict[str, Any]:
    """
    Where pictures of patients lie: in that folder, or in the bucket PHOTOS_BUCKET of an S3 service.

    PHOTOS_S3_ENDPOINT names one that is not Amazon's, PHOTOS_S3_REGION its region; the keys come from PHOTOS_S3_KEY and
    PHOTOS_S3_SECRET, or are found as boto3 finds them. The bucket is private: pictures leave only through the API.
    """
    bucket = env.str("PHOTOS_BUCKET", "")
    if not bucket:
        return {"BACKEND": "patients.storage.PrivateFolder", "OPTIONS": {"location": str(folder)}}
    options = {
        "bucket_name": bucket,
        "location": env.str("PHOTOS_PREFIX", ""),
        "endpoint_url": env.str("PHOTOS_S3_ENDPOINT", "") or None,
        "region_name": env.str("PHOTOS_S3_REGION", "") or None,
        "access_key": env.str("PHOTOS_S3_KEY", "") or None,
        "secret_key": env.str("PHOTOS_S3_SECRET", "") or None,
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
        "client_config": import_module("botocore.config").Config(signature_version="s3v4", **S3_PATIENCE),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def public_url(env: Env, *, allowed_hosts: Sequence[str], port: int) -> str:
    """
    Where links in messages lead (PUBLIC_URL), without a slash at its end; else the first name that others may call this by.

    :raises ImproperlyConfigured: for one that is no address, or so long that no text message has room for a link.
    """
    known = [name for name in allowed_hosts if name and not _is_local(name) and name[0] not in ".*"]
    address = env.str("PUBLIC_URL", "") or (f"https://{known[0]}" if known else f"http://localhost:{port}")
    if not address.startswith(("https://", "http://")):
        raise ImproperlyConfigured("PUBLIC_URL begins with https:// (or, on one machine, http://).")
    if len(address.rstrip("/")) > LONGEST_PUBLIC_URL:
        raise ImproperlyConfigured(f"PUBLIC_URL has {LONGEST_PUBLIC_URL} characters at most: text messages hold 160 in all.")
    return address.rstrip("/")


def sms_gateway(env: Env) -> tuple[str, str, str]:
    """
    Who sends text messages, its address and its token.

    :raises ImproperlyConfigured: for a gateway that is none, or lacks what it needs.
    """
    name, url = env.str("SMS_GATEWAY", "") or "file", env.str("SMS_URL", "")
    if name not in SMS_GATEWAYS:
        raise ImproperlyConfigured(f"SMS_GATEWAY is one of {', '.join(SMS_GATEWAYS)}.")
    if name == "http" and not url.startswith(("https://", "http://")):
        raise ImproperlyConfigured("SMS_GATEWAY=http needs SMS_URL, the address of the service.")
    if name == "apprise" and "{to}" not in url:
        raise ImproperlyConfigured("SMS_GATEWAY=apprise needs SMS_URL, with {to} where the number stands.")
    if name == "apprise" and find_spec("apprise") is None:
        raise ImproperlyConfigured("SMS_GATEWAY=apprise needs apprise, which is not installed.")
    return name, url, env.str("SMS_TOKEN", "")


def is_public(*, host: str, allowed_hosts: Sequence[str]) -> bool:
    """Whether anybody beyond this machine could reach the server by these."""
    return not all(_is_local(name) for name in [host, *allowed_hosts])


def require_safe_start(*, public: bool, debug: bool, secret_key: str) -> None:
    """
    Refuse what must never be reachable from outside.

    :raises ImproperlyConfigured: for debug mode or the default secret key on a public address.
    """
    if public and debug:
        raise ImproperlyConfigured("DEBUG must be off on a public address (HOST, ALLOWED_HOSTS).")
    if public and (secret_key == DEFAULT_SECRET_KEY or len(secret_key) < 32):
        raise ImproperlyConfigured(
            "A public address (HOST, ALLOWED_HOSTS) needs a SECRET_KEY of its own, 32 characters or more."
        )


def _is_local(name: str) -> bool:
    bare = name.strip("[]").lower()
    if bare in {"localhost", "testserver"} or bare.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
