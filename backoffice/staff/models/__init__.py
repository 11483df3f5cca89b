"""What staff keep of lists: views for the team, how each person likes to see them; and what pages were kept from."""

from backoffice.staff.models.list_setting import ListSetting
from backoffice.staff.models.policy_report import PolicyReport
from backoffice.staff.models.saved_view import SavedView

__all__ = ["ListSetting", "PolicyReport", "SavedView"]
