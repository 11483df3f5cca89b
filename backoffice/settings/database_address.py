"""What the address of a PostgreSQL says."""

import re
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

# What libpq would refuse only when it connects.
_LIBPQ_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
}


def parse_postgres(address: str) -> dict[str, Any]:
    """Return the entry of DATABASES for an address, with all that it says: TLS, several hosts, any option of libpq.

    Raises ValueError for what libpq does not know.
    """
    try:
        parts = conninfo_to_dict(address)
    except ProgrammingError as error:
        raise ValueError(f"libpq does not understand it: {str(error).strip()}") from None
    ports = str(parts.get("port", "")).split(",")
    if not parts.get("dbname") or not all(re.fullmatch(r"[0-9]{0,5}", port) for port in ports):
        raise ValueError("has to name a database, and ports as numbers: postgres://user:password@host:5432/name")
    for option, choices in _LIBPQ_CHOICES.items():
        if parts.get(option, choices[0]) not in choices:
            raise ValueError(f"{option} has to be one of {', '.join(choices)}")
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    entry = {ours: str(parts.pop(theirs, "")) for ours, theirs in names.items()}
    return {**entry, "ENGINE": "django.db.backends.postgresql", "OPTIONS": parts}
