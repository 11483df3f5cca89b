"""Loads the jobs of imports, so that they are registered."""

from orders.importing.services import exporting, placing

__all__ = ["exporting", "placing"]
