"""What is typed at the door."""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _

from backoffice.signin.services.accounts import find_by_email
from backoffice.staff.text_fields import CodeField

# Of an e-mail address.
LONGEST_LOGIN = 254


class SignInForm(LoginForm):
    """Takes the user name or the e-mail address, under one name in the form: axes counts both as one user."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        shown = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        login = CodeField(label=_("User name or e-mail address"), max_length=LONGEST_LOGIN)
        login.widget.attrs |= shown
        self.fields["login"] = login
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        """Keep the name that browsers and password managers know of the admin's form."""
        return super().add_prefix("username" if field_name == "login" else field_name)

    def user_credentials(self) -> dict[str, Any]:
        """Return name and password; whose address it is, is looked up before anything is counted."""
        typed = self.cleaned_data["login"]
        found = list(find_by_email(typed)[:2]) if "@" in typed else []
        name = found[0].get_username() if len(found) == 1 else typed
        return {"username": name, "password": self.cleaned_data["password"]}
