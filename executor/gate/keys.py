"""Signing keys: ed25519. The private one lies outside of every repository; the public ones in `.executor/trusted_keys`.

`.executor/trusted_keys`, one key a line, `#` comments:

    NAME VALID-FROM VALID-UNTIL ed25519 PUBLIC

Times are RFC 3339 in UTC; a signature must fall inside them, which may lie in the past. PUBLIC is the base64 of the
key's SubjectPublicKeyInfo (DER), so that openssl reads it between the two lines of a PEM file. A key's id is the
sha256 of that DER.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from executor.errors import ConfigError, UsageError
from executor.values import dataclass

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner, SSlibKey

TRUSTED_KEYS = ".executor/trusted_keys"
SCHEME = "ed25519"
PATH_VARIABLE = "EXECUTOR_KEY"
PASSPHRASE_VARIABLE = "EXECUTOR_KEY_PASSPHRASE"  # noqa: S105 - a variable's name
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
LONGEST_DAYS = 36500
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key, who it belongs to, and between which moments (inclusive) its signatures count."""

    name: str
    valid_from: datetime
    valid_until: datetime
    public: str

    @property
    def id(self) -> str:
        return hashlib.sha256(base64.b64decode(self.public)).hexdigest()

    def covers(self, moment: datetime) -> bool:
        return self.valid_from <= moment <= self.valid_until

    @property
    def line(self) -> str:
        return f"{self.name} {self.valid_from:{_TIME}} {self.valid_until:{_TIME}} {SCHEME} {self.public}"

    def as_sslib(self) -> SSlibKey:
        from cryptography.hazmat.primitives.serialization import load_der_public_key
        from securesystemslib.signer import SSlibKey

        return SSlibKey.from_crypto(load_der_public_key(base64.b64decode(self.public)), self.id, SCHEME)


@dataclass(frozen=True)
class SigningKey:
    """A private key, loaded. `id` and `public` are those of its public half."""

    signer: CryptoSigner
    id: str
    public: str


def parse_trusted(text: str, place: str = TRUSTED_KEYS) -> dict[str, TrustedKey]:
    """Key id → key. Raises ConfigError with file:line for a line that is none, and for a key that stands there twice:
    which of two validities counts must never depend on the reader."""
    keys: dict[str, TrustedKey] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        key = _trusted(words, f"{place}:{number}")
        if key.id in keys:
            raise ConfigError(f"the key of {key.name} stands here twice", place=f"{place}:{number}",
                              remedy="keep one of the lines")  # fmt: skip
        keys[key.id] = key
    return keys


def _trusted(words: list[str], place: str) -> TrustedKey:
    try:
        name, valid_from, valid_until, scheme, public = words
        if scheme != SCHEME or not NAME.fullmatch(name):
            raise ValueError
        key = TrustedKey(name, _moment(valid_from), _moment(valid_until), public)
        if base64.b64encode(base64.b64decode(public, validate=True)).decode() != public:
            raise ValueError
        if not _is_ed25519(base64.b64decode(public)) or key.valid_until < key.valid_from:
            raise ValueError
    except (ValueError, binascii.Error):
        raise ConfigError(
            "not a trusted key", place=place, remedy="write: NAME VALID-FROM VALID-UNTIL ed25519 PUBLIC"
        ) from None
    return key


_SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What every ed25519 SubjectPublicKeyInfo begins with (RFC 8410); 32 bytes of key follow."""


def _is_ed25519(der: bytes) -> bool:
    return der.startswith(_SPKI_ED25519) and len(der) == len(_SPKI_ED25519) + 32


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


# The private half


def key_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where `executor keys new` puts private keys: the user's own configuration, no repository."""
    base = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".config")
    return Path(base) / "executor" / "keys"


def create(name: str, folder: Path, *, days: int, now: datetime | None = None) -> tuple[Path, TrustedKey]:
    """A new pair: the private key in `folder/NAME.pem` (0600, never overwritten), and the line for `trusted_keys`.

    It is encrypted with the passphrase in EXECUTOR_KEY_PASSPHRASE where that is set. Raises UsageError.
    """
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not NAME.fullmatch(name):
        raise UsageError(f'"{name}" is no name for a key', remedy="letters, digits and . _ @ - only")
    if not 0 < days <= LONGEST_DAYS:
        raise UsageError(f"a key cannot be valid for {days} days", remedy=f"--days 365; 1 to {LONGEST_DAYS}")
    _outside_of_repositories(folder)
    for each in (folder.parent, folder):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Ed25519PrivateKey.generate()
    phrase = os.environ.get(PASSPHRASE_VARIABLE)
    encryption = form.BestAvailableEncryption(phrase.encode()) if phrase else form.NoEncryption()
    path = folder / f"{name}.pem"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} exists; keys are never overwritten", remedy="choose another name") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, encryption))
        file.flush()
        os.fsync(file.fileno())
    start = (now or datetime.now(UTC)).replace(microsecond=0)
    return path, TrustedKey(name, start, start + timedelta(days=days), _public(private.public_key()))


def find(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The private key's path: as given, else EXECUTOR_KEY, else the only one in the key folder; None: there is none.

    Raises UsageError where several are there and none was named.
    """
    if given is not None:
        return given
    if environment.get(PATH_VARIABLE):
        return Path(environment[PATH_VARIABLE])
    found = sorted(key_folder(environment).glob("*.pem"))
    if len(found) > 1:
        names = ", ".join(str(each) for each in found)
        raise UsageError(f"several keys are here: {names}", remedy=f"name one: --key FILE or {PATH_VARIABLE}=FILE")
    return found[0] if found else None


def load(path: Path) -> SigningKey:
    """The private key. Raises UsageError where it is not there, is none, lies in a repository, or others may read it:
    a key that an operation or another user can read proves nothing."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import CryptoSigner, SSlibKey

    _outside_of_repositories(path.resolve().parent)
    data = _read_private(path)
    phrase = os.environ.get(PASSPHRASE_VARIABLE)
    try:
        private = load_pem_private_key(data, phrase.encode() if phrase and b"ENCRYPTED" in data else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            f"{path} cannot be used: it is no private key, or its passphrase is another",
            remedy=f"set {PASSPHRASE_VARIABLE}, or make a key: executor keys new NAME",
        ) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"{path} is no ed25519 key", remedy="executor keys new NAME")
    public = _public(private.public_key())
    key_id = hashlib.sha256(base64.b64decode(public)).hexdigest()
    return SigningKey(CryptoSigner(private, SSlibKey.from_crypto(private.public_key(), key_id, SCHEME)), key_id, public)


def _read_private(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"the key {path} cannot be read: {error.strerror}", remedy="executor keys new NAME") from None
    found = os.fstat(descriptor)
    if stat.S_ISDIR(found.st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is a folder", remedy="name the key's file in it")
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise UsageError(
                f"{path} is not this user's alone (mode {stat.S_IMODE(found.st_mode):04o})",
                remedy=f"chmod 600 {path}, or make a new key if somebody may have read it",
            )
        return file.read(64 * 1024)


def _outside_of_repositories(folder: Path) -> None:
    for each in (folder.resolve(), *folder.resolve().parents):
        if (each / ".git").exists():
            raise UsageError(f"{folder} lies in the repository {each}", remedy="keep private keys outside of it")


def _public(key: object) -> str:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    assert isinstance(key, Ed25519PublicKey)
    return base64.b64encode(key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)).decode()


def may_trust(root: Path, name: str) -> None:
    """Before a key is made: the repository's file can be read, and has nobody of that name. Raises ConfigError,
    UsageError."""
    path = root / TRUSTED_KEYS
    known = parse_trusted(path.read_bytes().decode(errors="replace") if path.exists() else "")
    if any(each.name == name for each in known.values()):
        raise UsageError(f"{TRUSTED_KEYS} has a key of {name} already", remedy=f"choose another name, such as {name}2")


def trust(root: Path, key: TrustedKey) -> Path:
    """Add the key's line to the repository's file; what stands there stays byte for byte."""
    from executor.tools import files

    path = root / TRUSTED_KEYS
    old = path.read_bytes() if path.exists() else _HEADER
    known = parse_trusted(old.decode(errors="replace"))
    if key.id not in known:
        joint = b"" if old.endswith(b"\n") or not old else b"\n"
        files.replace(path, old + joint + key.line.encode() + b"\n")
    return path


_HEADER = b"""# Keys whose certificates count (docs/certificate.md): NAME VALID-FROM VALID-UNTIL ed25519 PUBLIC
# A key whose time is over stays here: what it signed in its time still counts. A stolen one is removed.
"""


def names(keys: Iterable[TrustedKey]) -> str:
    return ", ".join(f"{each.name} ({each.id[:12]})" for each in keys) or "none"
