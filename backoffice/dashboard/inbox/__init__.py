"""The inbox: what needs attention, by kind, in one page with a list beside its first item."""
