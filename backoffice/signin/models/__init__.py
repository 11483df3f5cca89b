"""Who must have a second factor, and who came in or was refused."""

from backoffice.signin.models.event import Refusal, SignInEvent, SignInMethod
from backoffice.signin.models.requirement import FactorRequirement

__all__ = ["FactorRequirement", "Refusal", "SignInEvent", "SignInMethod"]
