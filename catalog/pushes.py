"""The pushes of change sets: what they mean is said by the services that are registered here."""

from catalog.services.pushing import comparing, sending, verifying

__all__ = ["comparing", "sending", "verifying"]
