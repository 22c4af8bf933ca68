"""A statement, signed: DSSE around canonical JSON (RFC 8785), one ed25519 signature.

There is exactly one encoding of a signed statement: `opened` refuses what `sealed` would not have written, so that a
byte changed anywhere is seen, also where base64 or JSON would allow several spellings of one value.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from executor.gate.keys import SigningKey, TrustedKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Rejected(Exception):
    """The document does not prove what it says. The message is the reason."""


def canonical(value: Any) -> bytes:
    """The one JSON text of a value (RFC 8785). Floats are not ours: they would be written in several ways."""
    import rfc8785

    return rfc8785.dumps(value)


def sha256_of(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def sealed(statement: Mapping[str, Any], key: SigningKey) -> bytes:
    """The envelope as canonical JSON."""
    from securesystemslib.dsse import Envelope

    envelope = Envelope(canonical(dict(statement)), PAYLOAD_TYPE, {})
    envelope.sign(key.signer)
    return canonical(envelope.to_dict())


def payload_of(envelope: bytes) -> tuple[bytes, str]:
    """The payload and the id of the key that is said to have signed it; nothing is believed yet. Raises Rejected."""
    try:
        document = json.loads(envelope)
        payload = base64.b64decode(document["payload"], validate=True)
        (signature,) = document["signatures"]
        if canonical(document) != envelope or set(document) != {"payload", "payloadType", "signatures"}:
            raise ValueError
        if set(signature) != {"keyid", "sig"} or base64.b64encode(payload).decode() != document["payload"]:
            raise ValueError
        if base64.b64encode(base64.b64decode(signature["sig"], validate=True)).decode() != signature["sig"]:
            raise ValueError
        return payload, str(signature["keyid"])
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError):
        raise Rejected("its envelope is damaged") from None


def opened(envelope: bytes, trusted: Mapping[str, TrustedKey]) -> tuple[dict[str, Any], TrustedKey]:
    """The statement and the trusted key that signed it. Raises Rejected: damaged, unknown key, wrong signature."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError

    payload, key_id = payload_of(envelope)
    key = trusted.get(key_id)
    if key is None:
        raise Rejected(f"it is signed by the key {key_id[:12]}, which is not trusted here")
    parsed = Envelope.from_dict(json.loads(envelope))
    if parsed.payload_type != PAYLOAD_TYPE:
        raise Rejected(f"its payload is {parsed.payload_type!r}, not {PAYLOAD_TYPE}")
    try:
        parsed.verify([key.as_sslib()], 1)
    except (VerificationError, UnverifiedSignatureError, ValueError):
        raise Rejected(f"its signature is not that of {key.name} over this content") from None
    return statement_of(payload), key


def statement_of(payload: bytes) -> dict[str, Any]:
    try:
        statement = json.loads(payload)
        if not isinstance(statement, dict) or canonical(statement) != payload:
            raise ValueError
    except (ValueError, RecursionError):
        raise Rejected("its statement is not canonical JSON") from None
    return statement


def pae(payload: bytes) -> bytes:
    """The bytes that are really signed (DSSE v1, pre-authentication encoding); docs/certificate.md gives them to
    openssl."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
