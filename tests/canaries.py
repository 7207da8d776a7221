"""A patient whose every word is unmistakable, and where such words may have ended up."""

import base64
import binascii
import re
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import redis

FIRST_NAME: Final = "Quillonby"
EMAIL: Final = "vexmoor77@canary.example"
WHO: Final = (
    "zanthrax",
    "vexmoor77",
    "6145550173",
    "614-555-0173",
    "614) 555-0173",
    "1961-03-07",
    "03/07/1961",
    "March 7, 1961",
)
TOLD: Final = ("krystalbump", "glimmerwort", "snarkweed", "frobnitz")
HEALTH: Final = ("lancet", "retinol", "cheek", "milium", "extraction")
"""Words of this patient's record that stand in no address of the API."""

ENCODED: Final = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
COMMANDS: Final = "commands that Redis was given"


def found_in(texts: Mapping[str, str], words: Iterable[str]) -> list[str]:
    """Where which of these words stand, encoded in base64 too: `name: word`."""
    return [
        f"{name}: {word}"
        for name, text in texts.items()
        for read in [" ".join(readings(text)).casefold()]
        for word in words
        if word.casefold() in read
    ]


def readings(text: str) -> Iterator[str]:
    """The text, and what of it is text in base64."""
    yield text
    for part in ENCODED.findall(text):
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


class Listener:
    """Writes down every command that a Redis is given, until it is told to stop."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._heard = bytearray()
        self._socket = socket.create_connection((address.hostname, address.port))
        self._socket.sendall(f"AUTH {address.password}\r\nMONITOR\r\n".encode())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def heard(self) -> str:
        """All of it, a line each."""
        return self._heard.decode(errors="replace")

    def stop(self) -> None:
        """Nobody listens any more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)
        self._socket.close()

    def _listen(self) -> None:
        while told := self._socket.recv(65536):
            self._heard += told


def kept_in(url: str) -> dict[str, str]:
    """Every key of a Redis with all that it holds."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return {f"Redis {key}": f"{key} {_value(client, key)}" for key in client.scan_iter()}


def _value(client: Any, key: str) -> Any:
    readers = {
        "string": client.get,
        "list": lambda name: client.lrange(name, 0, -1),
        "set": client.smembers,
        "hash": client.hgetall,
        "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
    }
    return readers.get(client.type(key), lambda _: "")(key)
