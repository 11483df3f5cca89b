"""The grid in which prices are edited."""
