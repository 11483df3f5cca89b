"""Who staff are: by name or e-mail address and password, and on each request by their session."""

from typing import Any, NoReturn

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from backoffice.signin.services.requirement import find_user
from backoffice.signin.services.single_sign_on import is_password_ended


class StaffBackend(ModelBackend):
    """Members of staff whose account is switched on, and nobody else.

    What a rule wants of them comes with their row, so that no page asks for it.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **options: Any
    ) -> User:
        """Raise PermissionDenied for everybody else: no later backend compares the password once more."""
        user: Any = super().authenticate(request, username=username, password=password)
        if user is None:
            self._refuse()
        if is_password_ended(user):
            if request is not None:
                request.sign_in_refusal = "no_passwords"  # type: ignore[attr-defined]  # read by `receivers`
            self._refuse()
        found: User = user
        return found

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.is_active and user.is_staff)

    def get_user(self, user_id: Any) -> Any:
        user = find_user(user_id)
        return user if user is not None and user.is_active else None

    def _refuse(self) -> NoReturn:
        raise PermissionDenied
