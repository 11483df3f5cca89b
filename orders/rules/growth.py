"""How long is kept what rules did."""

from django.db.models import Q

from backoffice.engine.services.retention import bounded_elsewhere, forget, keep

forget(
    "rules.Notice", older="done_at", than="LOG_DAYS", only="once somebody has dealt with it",
    where=lambda: Q(done_at__isnull=False),
)  # fmt: skip
forget(
    "rules.RuleJob", older="finished_at", than="LOG_DAYS", only="once it has ended",
    where=lambda: Q(finished_at__isnull=False),
)  # fmt: skip
bounded_elsewhere("rules.RuleCallAttempt", kept="`RULE_CALL_LOG_DAYS` days", by="deleted by `clear_exchanges`")
keep(
    "rules.RuleRun", "rules.RuleCall",
    because="as long as the order: they keep a rule from acting on it twice",
)  # fmt: skip
keep("rules.Rule", "rules.RuleSecret", because="as many as people make")
