"""A small S3 service in memory, for tests: objects of one bucket, put, read, listed and deleted."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "pictures"


@contextmanager
def a_service() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Its address, and the objects that it holds."""
    objects: dict[str, bytes] = {}
    handler = type("Handler", (_Handler,), {"objects": objects})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    objects: dict[str, bytes]
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self._body()
        self.objects[self._key()] = body
        self._answer(200, headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if urlsplit(self.path).path.strip("/") == BUCKET:
            self._answer(200, self._listing(query.get("prefix", [""])[0], query.get("delimiter", [""])[0]).encode())
        elif self._key() in self.objects:
            body = self.objects[self._key()]
            self._answer(
                200, body, {"ETag": f'"{hashlib.md5(body).hexdigest()}"', "Last-Modified": "Mon, 01 Jun 2026 15:00:00 GMT"}
            )
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        self.objects.pop(self._key(), None)
        self._answer(204)

    def log_message(self, *_: object) -> None:
        """Silent."""

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")

    def _body(self) -> bytes:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return raw
        body, at = b"", 0
        while size := int(raw[at : raw.index(b"\r\n", at)].split(b";")[0], 16):
            start = raw.index(b"\r\n", at) + 2
            body, at = body + raw[start : start + size], start + size + 2
        return body

    def _listing(self, prefix: str, delimiter: str) -> str:
        rest = {key.removeprefix(prefix): key for key in self.objects if key.startswith(prefix)}
        folders = sorted({name.split(delimiter)[0] for name in rest if delimiter and delimiter in name})
        files = sorted(key for name, key in rest.items() if not (delimiter and delimiter in name))
        listed = [f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size></Contents>" for key in files]
        listed += [f"<CommonPrefixes><Prefix>{escape(prefix + name + delimiter)}</Prefix></CommonPrefixes>" for name in folders]
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(listed)}</ListBucketResult>"

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
