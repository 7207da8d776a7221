"""What the settings read besides environment variables: what `manage.py up` keeps in the data folder, and whether a start is safe."""

import ipaddress
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

DEFAULT_SECRET_KEY = "insecure-default-for-one-machine-only-replace-it-before-anyone-else-can-reach-it"


def kept(folder: Path, name: str) -> str | None:
    """What `manage.py up` wrote under that name (an address, a secret), or None where it never ran or may not be read."""
    try:
        return (folder / name).read_text().strip() or None
    except OSError:
        return None


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
