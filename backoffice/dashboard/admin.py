"""The pages of the dashboard, on the site of all staff pages."""

from backoffice.dashboard.inbox import actions
from backoffice.dashboard.inbox.menu import menu_counts
from backoffice.dashboard.inbox.page import inbox
from backoffice.dashboard.today import today
from backoffice.staff.site import register_page

register_page("", inbox, name="index")
register_page("today/", today, name="today")
register_page("inbox/counts/", menu_counts, name="inbox_counts")
for name in ("snooze", "wake", "assign", "dismiss"):
    register_page(f"inbox/<slug:kind>/<int:key>/{name}/", getattr(actions, name), name=f"inbox_{name}")
