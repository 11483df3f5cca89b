"""How long the history of sign-ins is kept."""

from backoffice.engine.services.retention import bounded_elsewhere, keep

bounded_elsewhere(
    "signin.SignInEvent", kept="`SIGN_IN_HISTORY_DAYS` days", by="deleted in batches, `forget_old_sign_ins`"
)
keep("signin.FactorRequirement", because="as many as roles")
