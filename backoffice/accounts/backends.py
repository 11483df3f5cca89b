"""What takes effect in all shops is not done by who sees some."""

from typing import Any

from django.core.exceptions import PermissionDenied

from backoffice.accounts.services.visibility import visible_shops

# Rights to change what all shops share and what acts in each of them by itself.
OF_ALL_SHOPS = frozenset(
    {
        "accounts.add_shop", "engine.change_integration", "engine.pause_integration", "engine.add_webhooksubscription",
        "engine.change_webhooksubscription", "mail.change_mailtemplate", "auth.add_group",
        "auth.change_group", "auth.delete_group", "rules.add_rule", "rules.change_rule",
        "rules.delete_rule", "vendor_accounts.add_vendoraccount",
        "vendor_accounts.change_vendoraccount", "vendor_accounts.delete_vendoraccount",
    }
)  # fmt: skip


class ShopsBackend:
    """Stands before those that grant rights: whatever roles say, these are refused to who sees some shops only.

    It signs nobody in, and has no `get_user`: Django's test client takes the first backend that does.
    """

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Leave it to those behind."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Raise PermissionDenied for what takes effect in shops that the user does not see."""
        if perm in OF_ALL_SHOPS and user_obj.is_active and visible_shops(user_obj) is not None:
            raise PermissionDenied
        return False
