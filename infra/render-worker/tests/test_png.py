"""What the encoder writes is read back here chunk by chunk, as another reader would."""

import struct
import unittest
import zlib

from render_worker import png


def decode(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and RGB bytes of a PNG with the filters None and Up, every checksum checked."""
    assert data.startswith(png.SIGNATURE)
    chunks, place = [], len(png.SIGNATURE)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        assert checksum == zlib.crc32(kind + body), kind
        chunks.append((kind, body))
        place += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, colour, rest) == (8, 2, [0, 0, 0])
    return width, height, _unfiltered(zlib.decompress(chunks[1][1]), width * 3)


def _unfiltered(data: bytes, stride: int) -> bytes:
    above, rows = bytes(stride), []
    for start in range(0, len(data), stride + 1):
        kind, row = data[start], data[start + 1 : start + 1 + stride]
        assert kind in (0, 2), kind
        above = bytes((a + b) & 0xFF for a, b in zip(row, above)) if kind == 2 else row
        rows.append(above)
    return b"".join(rows)


class TestPng(unittest.TestCase):
    def test_what_was_written_is_read_back(self) -> None:
        for width, height in ((1, 1), (3, 2), (2, 300)):
            pixels = bytes((7 * i * i + i) & 0xFF for i in range(width * height * 3))
            self.assertEqual(decode(png.encode(width, height, pixels)), (width, height, pixels))

    def test_pixels_of_another_size_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "11 bytes of pixels for 2x2, expected 12"):
            png.encode(2, 2, bytes(11))
