"""Whose jobs are whose: what was done with the view of all shops is seen by who sees all."""

from django.db.models import Q

from backoffice.jobs.models import Job, JobRow
from backoffice.visibility import register_condition

register_condition(Job, lambda shops: Q(shops__contained_by=sorted(shops)))
register_condition(JobRow, lambda shops: Q(job__shops__contained_by=sorted(shops)))
