"""The worker as it is deployed: a real server on the loopback, asked over HTTP."""

import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from render_worker.server import RenderServer
from render_worker.worker import Size, render_frame

SMALL = Size(32, 18)


class TestServer(unittest.TestCase):
    def setUp(self) -> None:
        self.server = RenderServer("127.0.0.1", 0, SMALL)
        self.server.RequestHandlerClass.log_message = lambda *_: None
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.get = build_opener(ProxyHandler({})).open  # the loopback, whatever proxy the environment names
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def test_frames_in_any_order_at_once(self) -> None:
        numbers = [5, 1, 9, 1, 5]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda n: self.get(f"{self.url}/frames/{n}.png").read(), numbers))
        self.assertEqual(answers, [render_frame(n, SMALL) for n in numbers])

    def test_a_size_may_be_asked_for(self) -> None:
        with self.get(f"{self.url}/frames/4.png?size=20x10") as answer:
            self.assertEqual(answer.headers["Content-Type"], "image/png")
            self.assertEqual(answer.read(), render_frame(4, Size(20, 10)))

    def test_health(self) -> None:
        with self.get(f"{self.url}/healthz") as answer:
            self.assertEqual((answer.status, answer.read()), (200, b"ok\n"))

    def test_what_cannot_be_rendered(self) -> None:
        for path, status in (("/frames/4.png?size=0x0", 400), ("/frames/-4.png", 404), ("/", 404)):
            with self.subTest(path), self.assertRaises(HTTPError) as raised:
                self.get(self.url + path)
            self.assertEqual(raised.exception.code, status)
            raised.exception.close()
