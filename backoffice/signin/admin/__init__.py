"""The staff pages of sign-in: one's own, who must show what, who came in, and colleagues' accounts."""

from backoffice.signin.admin import door, history, mine, roles, rules, users

__all__ = ["door", "history", "mine", "roles", "rules", "users"]
