"""Signing in is of the staff."""

from backoffice.signin.models import FactorRequirement, SignInEvent
from backoffice.visibility import register_shared

register_shared(FactorRequirement, SignInEvent, reason="How the staff come in.")
