"""The staff pages of the engine."""

from backoffice.engine.admin import callbacks, drift, integrations, pushes

__all__ = [
    "callbacks",
    "drift",
    "integrations",
    "pushes",
]
