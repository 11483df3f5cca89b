"""Jobs: how long they and their files are kept."""

from backoffice.settings.base import env

# Files that a job made, with customers' data in them, and jobs with the result of each row.
JOB_FILE_DAYS = env.int("JOB_FILE_DAYS", default=7, least=1)
JOB_DAYS = env.int("JOB_DAYS", default=90, least=1)
