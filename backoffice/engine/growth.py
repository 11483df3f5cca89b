"""How long the engine's tables keep their rows."""

from backoffice.engine.services.compressing import compress_pushes, finished
from backoffice.engine.services.retention import bounded_elsewhere, forget, keep

_MONTHS = "dropped by month, `keep_partitions`"

bounded_elsewhere("engine.Callback", kept="`CALLBACK_MONTHS` whole months, those that still wait longer", by=_MONTHS)
bounded_elsewhere("engine.CallbackKey", kept="as long as the callback", by="with its month, `keep_partitions`")
bounded_elsewhere("engine.PushAttempt", kept="`ATTEMPT_MONTHS` whole months", by=_MONTHS)
forget(
    "engine.Push", older="finished_at", than="PUSH_DETAIL_DAYS", only="then a line as long as what it is about",
    where=finished, act=compress_pushes, how="compressed",
)  # fmt: skip
bounded_elsewhere("engine.Drift", kept="30 days", by="deleted in batches by each pull")
bounded_elsewhere(
    "engine.StatusDay", kept="90 days, a row a vendor and day", by="deleted by each question for the status"
)
bounded_elsewhere("engine.FileDeletion", kept="until the file is gone", by="deleted with it, `delete_files`")
bounded_elsewhere("engine.WaitingFile", kept="until the store has taken it", by="deleted by `look_after_store`")
keep(
    "engine.Epoch", "engine.Heartbeat", "engine.Integration", "engine.Lease", "engine.PullCursor", "engine.RateLimit",
    "engine.VendorToken", "engine.WebhookSubscription",
    because="a fixed number of rows: one a vendor, list or process",
)  # fmt: skip

# Of Django and libraries, which have no place of their own to say it.
keep(
    "auth.Group", "auth.Permission", "auth.User", "contenttypes.ContentType", "account.EmailAddress",
    "mfa.Authenticator", "socialaccount.SocialApp", "socialaccount.SocialAccount", "socialaccount.SocialToken",
    because="as many as people of the staff, their devices and rights",
)  # fmt: skip
keep("rest_framework_api_key.APIKey", because="nothing writes to it: keys are `accounts_apikey`")
keep("admin.LogEntry", because="one row for what a person changed by hand on a page of Django's own")
forget("account.EmailConfirmation", older="created", than="LOG_DAYS")
forget("axes.AccessFailureLog", older="attempt_time", than="SIGN_IN_HISTORY_DAYS")
forget("axes.AccessAttemptExpiration", older="expires_at", than="SIGN_IN_HISTORY_DAYS")
_DAILY = "deleted in batches, `forget_old_sign_ins`"
bounded_elsewhere("axes.AccessLog", kept="`SIGN_IN_HISTORY_DAYS` days", by=_DAILY)
bounded_elsewhere("axes.AccessAttempt", kept="`SIGN_IN_HISTORY_DAYS` days", by=_DAILY)
bounded_elsewhere("sessions.Session", kept="until it ends", by=_DAILY)
bounded_elsewhere("usersessions.UserSession", kept="as long as the session", by=_DAILY)
# Of the staff pages, which know no app.
forget("staff.PolicyReport", older="last_at", than="LOG_DAYS", only="and at most 1,000")
keep("staff.ListSetting", "staff.SavedView", because="as many as people save")
