"""The worker over HTTP: `GET /frames/42.png` (optionally `?size=640x360`) answers the PNG, `GET /healthz` answers ok."""

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .worker import Size, parse_size, render_frame


class RenderServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, size: Size) -> None:
        super().__init__((host, port), Handler)
        self.size = size


class Handler(BaseHTTPRequestHandler):
    server: RenderServer
    server_version = "render-worker"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        frame = re.fullmatch(r"/frames/([0-9]{1,9})\.png", url.path)
        if url.path == "/healthz":
            self._answer(200, "text/plain", b"ok\n")
        elif not frame:
            self._answer(404, "text/plain", b"try /frames/42.png\n")
        else:
            self._frame(int(frame[1]), parse_qs(url.query).get("size"))

    def _frame(self, frame: int, sizes: list[str] | None) -> None:
        try:
            size = parse_size(sizes[-1]) if sizes else self.server.size
        except ValueError as error:
            self._answer(400, "text/plain", f"{error}\n".encode())
        else:
            self._answer(200, "image/png", render_frame(frame, size))

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
