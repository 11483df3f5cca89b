"""What people keep of lists is of the team."""

from backoffice.staff.models import ListSetting, PolicyReport, SavedView
from backoffice.visibility import register_shared

register_shared(ListSetting, SavedView, reason="Filters and columns: what they find is narrowed for each reader.")
register_shared(PolicyReport, reason="What pages were kept from loading: addresses of pages alone.")
