"""
Who takes messages, as a process of its own: `python -m tests.takers mail|sms PORT FILE [--slow SECONDS] [--mood MOOD]`.

What is taken becomes a line of the file before it is answered, as a provider does that dies in between; `again` is a repetition of
a key, which reaches nobody. The mood is that of a server that takes nothing: busy, garbage or silent. Some who are
written to have troubles of their own, which their address names.
"""

import argparse
import asyncio
import json
import os
import threading
import time
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

LOOPBACK = "127.0.0.1"
MOODS = ("fine", "busy", "garbage", "silent")
FOREVER_S = 3600
REFUSED_NUMBER, BUSY_NUMBER, ODD_NUMBER, SILENT_NUMBER = "+16142000400", "+16142000503", "+16142000200", "+16142000000"
REFUSED, BUSY, POISON = "refused@example.org", "busy@example.org", "poison@example.org"


class Book:
    """What was taken, a line each; several processes after one another go on with the same one."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._known = {json.loads(line)["key"] for line in path.read_text().splitlines()}

    def note(self, *, key: str, **told: Any) -> None:
        """Write it down, with the moment by the machine's clock."""
        with self._lock:
            line = {"key": key, "again": key in self._known, "at": time.time(), **told}
            self._known.add(key)
            os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")


class Mailbox:
    """A mail server, one message at a time."""

    def __init__(self, book: Book, slow: float) -> None:
        self._book, self._slow, self._turn = book, slow, asyncio.Lock()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the names that aiosmtpd calls
        """Refuse those whose address says so."""
        if address == REFUSED:
            return "550 5.1.1 no such user"
        if address == BUSY:
            return "451 4.2.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """Take it; a poisonous one makes the server hang up."""
        if POISON in envelope.rcpt_tos:
            server.transport.close()
            return "421 bye"
        async with self._turn:
            await asyncio.sleep(self._slow)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            told = {
                "to": mail["To"],
                "subject": mail["Subject"],
                "body": mail.get_body().get_content(),
                "id": mail["Message-ID"],
            }
            self._book.note(key=mail["X-Idempotency-Key"], **told)
        return "250 OK"


class Moody:
    """A mail server of which nothing good comes."""

    def __init__(self, mood: str) -> None:
        self._greeting = {"busy": b"421 4.3.2 later\r\n", "garbage": b"\x00\xff\xfe what?\r\n" * 3, "silent": b""}[mood]

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say it, and then nothing."""
        writer.write(self._greeting)
        await reader.read()
        writer.close()


async def take_mail(port: int, book: Book, *, slow: float, mood: str) -> None:
    """Until somebody kills it."""
    loop = asyncio.get_running_loop()
    if mood == "fine":
        mailbox = Mailbox(book, slow)
        server = await loop.create_server(lambda: SMTP(mailbox, hostname=LOOPBACK), LOOPBACK, port)
    else:
        server = await asyncio.start_server(Moody(mood).greet, LOOPBACK, port)
    await server.serve_forever()


def take_texts(port: int, book: Book, *, slow: float) -> None:
    """Until somebody kills it."""
    turn, heard = threading.Lock(), set()

    class Gateway(BaseHTTPRequestHandler):
        """`{to, body}` with an Idempotency-Key."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Take it, one at a time."""
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            to, key = text["to"], self.headers["Idempotency-Key"]
            if to == SILENT_NUMBER and key not in heard:
                heard.add(key)
                time.sleep(FOREVER_S)
            if answer := {REFUSED_NUMBER: 400, BUSY_NUMBER: 503, ODD_NUMBER: 200}.get(to):
                self._say(answer, b"<html>")
                return
            with turn:
                time.sleep(slow)
                book.note(key=key, to=to, subject="", body=text["body"])
            self._say(201, json.dumps({"id": key}).encode())

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing of those who are written to."""

    ThreadingHTTPServer((LOOPBACK, port), Gateway).serve_forever()


def main() -> None:
    """Take one kind of messages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("mail", "sms"))
    parser.add_argument("port", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--mood", choices=MOODS, default="fine")
    asked = parser.parse_args()
    book = Book(asked.file)
    if asked.kind == "sms":
        take_texts(asked.port, book, slow=asked.slow)
    else:
        asyncio.run(take_mail(asked.port, book, slow=asked.slow, mood=asked.mood))


if __name__ == "__main__":
    main()
