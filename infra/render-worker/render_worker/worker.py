"""One job: the frame's number and size in, the PNG out."""

import re
from typing import NamedTuple

from . import png, scene, tracer

MAX_PIXELS = 3840 * 2160


class Size(NamedTuple):
    width: int
    height: int


DEFAULT_SIZE = Size(320, 180)


def render_frame(frame: int, size: Size = DEFAULT_SIZE) -> bytes:
    """The frame as a PNG file. Raises ValueError for a negative frame number."""
    return png.encode(*size, tracer.render(scene.at(frame), *size))


def parse_size(text: str) -> Size:
    """`320x180` → Size(320, 180). Raises ValueError for what is no size, is empty or would take all day."""
    match = re.fullmatch(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", text)
    if not match:
        raise ValueError(f"size {text!r}: expected WIDTHxHEIGHT, such as 320x180")
    size = Size(int(match[1]), int(match[2]))
    if size.width * size.height > MAX_PIXELS:
        raise ValueError(f"size {text}: more than {MAX_PIXELS} pixels")
    return size


def parse_frames(text: str) -> range:
    """`42` or `10-19` (both ends included) → the frame numbers. Raises ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", text)
    if not match:
        raise ValueError(f"frames {text!r}: expected a number or FIRST-LAST, such as 10-19")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise ValueError(f"frames {text}: the last one comes before the first")
    return range(first, last + 1)
