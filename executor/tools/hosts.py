"""What a host's name tells without asking anybody."""

from __future__ import annotations


def is_loopback(host: str) -> bool:
    """`host` without port: localhost, 127.0.0.0/8 or ::1."""
    bare = host.strip("[]").casefold()
    return bare in ("localhost", "::1") or (bare.startswith("127.") and bare.replace(".", "").isdigit())
