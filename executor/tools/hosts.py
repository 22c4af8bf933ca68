"""What a host's name tells without asking anybody."""

from __future__ import annotations

from executor.patterns import pattern

DATABASE = pattern(
    r"(?i)\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|rediss|amqp|cassandra|clickhouse|jdbc:\w+)://"
    r"|:(?:5432|5433|3306|6379|27017|1433|1521|9042|26257)\b"
)
METADATA = pattern(r"(?:\w+://)?(?:169\.254\.\d+\.\d+|metadata(?:\.google\.internal)?)(?:[:/].*)?")


def never_asked(host: str) -> str | None:
    """Why a host is not asked, whoever names it, None if it may be: the port of a database, or the address where a
    cloud tells a machine its own secrets."""
    if DATABASE.search(host):
        return f"{host} is the port of a database; none is ever touched"
    return f"{host} is a machine's own metadata service, and no registry" if METADATA.fullmatch(host) else None


def wrong_port(host: str) -> str | None:
    """What stands in the place of the port of `host`, which may have a path behind it, and is none (1 to 65535)."""
    _, colon, port = host.partition("/")[0].rpartition("]")[2].partition(":")
    return port if colon and not (port.isdigit() and 0 < int(port) < 65536) else None


def is_loopback(host: str) -> bool:
    """`host` without port: localhost, 127.0.0.0/8 or ::1."""
    bare = host.strip("[]").casefold()
    return bare in ("localhost", "::1") or (bare.startswith("127.") and bare.replace(".", "").isdigit())
