"""python3 -m render_worker: one frame, a range of frames, or an HTTP server that renders what it is asked for."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .server import RenderServer
from .worker import DEFAULT_SIZE, Size, parse_frames, parse_size, render_frame


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    try:
        return options.command(options)
    except (ValueError, OSError) as error:
        print(f"render_worker: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="render_worker", description=__doc__)
    parser.add_argument("--size", help="WIDTHxHEIGHT; default: $FRAME_SIZE, else 320x180")
    commands = parser.add_subparsers(required=True)
    frame = commands.add_parser("frame", help="write one frame's PNG to the standard output, or to a file")
    frame.add_argument("number")
    frame.add_argument("--out", type=Path)
    frame.set_defaults(command=_frame)
    frames = commands.add_parser("frames", help="write a range of frames, FIRST-LAST, into a folder")
    frames.add_argument("range")
    frames.add_argument("folder", type=Path)
    frames.set_defaults(command=_frames)
    serve = commands.add_parser("serve", help="GET /frames/42.png, GET /healthz")
    serve.add_argument("--host", default="0.0.0.0")
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8080")))
    serve.set_defaults(command=_serve)
    return parser


def _size(options: argparse.Namespace) -> Size:
    text = options.size or os.environ.get("FRAME_SIZE")
    return parse_size(text) if text else DEFAULT_SIZE


def _frame(options: argparse.Namespace) -> int:
    numbers = parse_frames(options.number)
    if len(numbers) != 1:
        raise ValueError(f"frame {options.number}: one number is expected here; `frames` takes a range")
    picture = render_frame(numbers[0], _size(options))
    if options.out:
        _write(options.out, picture)
    else:
        sys.stdout.buffer.write(picture)
    return 0


def _frames(options: argparse.Namespace) -> int:
    size = _size(options)
    options.folder.mkdir(parents=True, exist_ok=True)
    for number in parse_frames(options.range):
        _write(options.folder / f"{number:06d}.png", render_frame(number, size))
    return 0


def _write(path: Path, content: bytes) -> None:
    """Beside it, then renamed: whoever sees the file sees all of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _serve(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as process 1 of a container it would be ignored otherwise
    with RenderServer(options.host, options.port, _size(options)) as server:
        print(f"render-worker listens on {options.host}:{server.server_address[1]}", file=sys.stderr, flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
