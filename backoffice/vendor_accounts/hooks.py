"""Where apps above take part: what still needs an account, so that it stays, and whether anything of ours is there."""

from collections.abc import Callable

# Returns what needs the account of that name, in words for people; empty for nothing.
uses: list[Callable[[str], str]] = []
# Returns whether anything of ours was ever at the account of that name.
traces: list[Callable[[str], bool]] = []
