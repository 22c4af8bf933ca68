"""PNG, as much of it as an RGB image needs (https://www.w3.org/TR/png-3/)."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUECOLOUR = 2
NO_FILTER = b"\x00"
UP_FILTER = b"\x02"


def encode(width: int, height: int, pixels: bytes) -> bytes:
    """`pixels` are `height` rows of `width` RGB triples, 8 bits each, top row first."""
    if len(pixels) != width * height * 3:
        raise ValueError(f"{len(pixels)} bytes of pixels for {width}x{height}, expected {width * height * 3}")
    header = struct.pack(">IIBBBBB", width, height, 8, TRUECOLOUR, 0, 0, 0)
    data = zlib.compress(_filtered(pixels, width * 3), 6)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _filtered(pixels: bytes, stride: int) -> bytes:
    """Each row as its difference from the row above: smooth pictures shrink to about half."""
    rows = [NO_FILTER + pixels[:stride]]
    for start in range(stride, len(pixels), stride):
        above, row = pixels[start - stride : start], pixels[start : start + stride]
        rows.append(UP_FILTER + bytes([(a - b) & 0xFF for a, b in zip(row, above)]))
    return b"".join(rows)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
