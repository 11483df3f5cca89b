"""What staff of tests see that are about other rights."""

from backoffice.sight import SIGHTS

# As `codename__in` has them.
SEES = tuple(right.partition(".")[2] for right in SIGHTS)
