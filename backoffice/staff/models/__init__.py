"""What staff keep of lists: views for the team, and how each person likes to see them."""

from backoffice.staff.models.list_setting import ListSetting
from backoffice.staff.models.saved_view import SavedView

__all__ = ["ListSetting", "SavedView"]
