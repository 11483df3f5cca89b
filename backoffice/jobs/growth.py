"""How long jobs are kept."""

from backoffice.engine.services.retention import bounded_elsewhere

bounded_elsewhere(
    "jobs.Job", kept="`JOB_DAYS` days; files `JOB_FILE_DAYS`, previews a day", by="deleted by `wake_jobs`"
)
bounded_elsewhere("jobs.JobRow", kept="as long as the job", by="with the job")
