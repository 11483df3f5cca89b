"""Accounts at vendors beside the one that the environment sets up: each has a name of its own, as a vendor has.

`registry.py` makes a class of each, which differs from its vendor's in three things: its name, its title and what it
sees of the settings. So whatever is kept under the name of a vendor (pushes, callbacks, tokens, rate limits, breakers,
pauses, cursors) is an account's own, and no code has to ask which account is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from django.conf import settings
from django.utils.functional import Promise

# Stands between the vendor's name and the rest in the name of an account; no vendor's own name has one.
SEPARATOR = "_"


class FieldKind(StrEnum):
    """What is done with a value: an address and an identity say whose account it is, the others are sealed secrets."""

    ADDRESS = "address"
    IDENTITY = "identity"
    SEALED = "sealed"
    SEALED_LIST = "sealed_list"  # a line each
    MADE = "made"  # by us: what a vendor has to show when it calls us


@dataclass(frozen=True)
class AccountField:
    """A setting of which each account has its own. An address that is left out is the vendor's usual one."""

    setting: str
    kind: FieldKind
    label: Promise | str
    help: Promise | str = ""
    is_required: bool = True

    @property
    def is_secret(self) -> bool:
        return self.kind in (FieldKind.SEALED, FieldKind.SEALED_LIST, FieldKind.MADE)

    @property
    def nothing(self) -> Any:
        """The value of a setting that an account does not have: never that of another account."""
        return () if self.kind == FieldKind.SEALED_LIST else ""


@dataclass(frozen=True)
class KeptAccount:
    """One account: `vendor` is the name in the settings whose class speaks for it, `values` are by setting."""

    name: str
    vendor: str
    title: str
    values: Mapping[str, Any] = field(repr=False)
    # Says whether two sets of credentials are the same; tokens hang on it.
    fingerprint: str = field(repr=False, default="")
    is_retired: bool = False


class AccountSource(Protocol):
    """Where accounts are kept. Asked all the time, so it remembers."""

    def find(self, name: str) -> KeptAccount | None: ...

    def every(self) -> Sequence[KeptAccount]: ...


class NoAccounts:
    """There are only those of the environment."""

    def find(self, name: str) -> KeptAccount | None:
        return None

    def every(self) -> Sequence[KeptAccount]:
        return ()


class AccountSettings:
    """The settings as one account sees them: its own values, and of all else the ones that everybody shares."""

    def __init__(self, own: Mapping[str, Any]) -> None:
        self._own = dict(own)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__["_own"]
        return own[name] if name in own else getattr(settings, name)
