"""Whose rows of shops are whose; and what Django and its libraries keep, which is of the staff and of no shop."""

from django.apps import apps
from django.db.models import Q

from backoffice.accounts.models import ApiKey, ApiKeyUse, FurtherMarket, IdempotencyKey, Shop, ShopRestriction
from backoffice.visibility import register, register_condition, register_shared

register_condition(Shop, lambda shops: Q(pk__in=shops))
for _model in (ApiKey, FurtherMarket, IdempotencyKey):
    register(_model, "shop")
register(ApiKeyUse, "key__shop")
register_shared(ShopRestriction, reason="Who sees which shops is shown to who manages the staff.")
for _label in ("account", "admin", "auth", "axes", "contenttypes", "mfa", "sessions", "socialaccount", "usersessions"):
    register_shared(*apps.get_app_config(_label).get_models(), reason="Accounts, roles and sessions of the staff.")
register_shared(*apps.get_app_config("rest_framework_api_key").get_models(), reason="Without rows: ours are ApiKey's.")
