"""Files: written beside and renamed, never torn; and the one-runner lock of a repository."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from executor.errors import LockHeld, RepositoryError


def sha256(data: bytes) -> str:
    """The hexadecimal digest, without a prefix."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def read(path: Path, limit: int = -1) -> bytes:
    """The first `limit` bytes of a regular file (-1: all). Raises OSError, for a pipe too: reading one never ends."""
    with open(path, "rb", opener=_without_waiting) as file:  # raises IsADirectoryError
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(path))
        return file.read(limit)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def replace(path: Path, data: bytes, *, scratch: Path | None = None) -> None:
    """Make `data` the content of `path`: the old bytes or the new ones are there at any moment, never a mixture.

    The new file is written in `scratch` (a folder on the same file system; default: beside), flushed to the disk and
    renamed. Mode and owner are kept. Raises OSError with nothing changed and nothing left behind.
    """
    folder = scratch if scratch is not None else path.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _write_and_rename(folder, path, data)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _write_and_rename(path.parent, path, data)  # scratch is another file system: beside, as a last resort


def _write_and_rename(folder: Path, path: Path, data: bytes) -> None:
    import tempfile

    descriptor, name = tempfile.mkstemp(prefix=".executor-", suffix=".new", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            _keep_mode_and_owner(path, file.fileno())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)


def _keep_mode_and_owner(path: Path, descriptor: int) -> None:
    try:
        old = path.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, 0o666 & ~_umask())
        return
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    if (old.st_uid, old.st_gid) != (os.getuid(), os.getgid()):
        with contextlib.suppress(PermissionError):  # not ours to give away; the content matters more
            os.fchown(descriptor, old.st_uid, old.st_gid)


def _umask() -> int:
    """The process's umask; the standard library can only read it by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def lock(path: Path, holder: Mapping[str, Any]) -> Iterator[None]:
    """Hold the lock file `path` while inside; raises LockHeld naming who has it.

    flock on an open descriptor: the kernel frees it however the holder dies. The file is never unlinked, or two
    runners could hold locks on two files of the same name. Raises RepositoryError where there can be no such file.
    """
    import json

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    except OSError as error:
        raise RepositoryError(
            f"the lock cannot be taken: {error.strerror}", place=str(path), remedy="a run has to write there"
        ) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RepositoryError("is no regular file", place=str(path), remedy="remove it")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(
                f"another run works in this repository: {_holder(path)}", remedy="try again when it has ended"
            ) from None
        with contextlib.suppress(OSError):  # a full disk: it is held all the same; this says by whom
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(dict(holder)).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    """What the holder wrote about itself. It may just be writing: then what is known is that there is one."""
    import json

    try:
        known = json.loads(path.read_bytes())
        return f"pid {known['pid']}, {known['task']}, since {known['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has only just started"
