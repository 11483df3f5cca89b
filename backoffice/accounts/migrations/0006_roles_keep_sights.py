"""Who saw purchase prices, personal data and payments until now, as part of the pages, goes on seeing them; who made
API keys makes them as before.
"""

from typing import Any

from django.db import migrations

from backoffice.accounts.granting import grant_to_holders

_ORDERS = [
    "orders.view_order", "orders.view_strayorder", "drafts.view_draftorder", "importing.view_orderimport", "jobs.view_job",
    "complaints.view_complaint", "engine.view_push", "engine.view_callback",
]
_PERSONAL = [
    *_ORDERS, "orders.view_enquiry", "customers.view_customer", "mail.view_mail", "fulfillment.view_productionorder",
    "marketing.view_mailcampaign", "marketing.view_orderexport", "marketing.view_optout", "rules.view_rulecall",
    "rules.view_notice", "webhooks.view_webhookdelivery", "woocommerce.view_woomessage", "woocommerce.view_woosending",
]
_PURCHASE = [*_ORDERS, "catalog.view_product", "catalog.view_variant", "catalog.view_changeset", "catalog.view_tableimport"]
_PAYMENTS = ["complaints.view_complaint", "marketing.view_mailcampaign", "engine.view_push"]


def keep(apps: Any, schema_editor: Any) -> None:
    for codename, name, held in (
        ("see_personal_data", "Can see names, addresses, e-mail addresses and telephone numbers of customers", _PERSONAL),
        ("see_purchase_prices", "Can see purchase prices and margins", _PURCHASE),
        ("see_payments", "Can see what cards, refunds and credits cost", _PAYMENTS),
    ):
        grant_to_holders(apps, f"accounts.{codename}", model="shop", name=name, held=held)
    grant_to_holders(
        apps,
        "accounts.issue_order_keys",
        model="apikey",
        name="Can create API keys that place and cancel orders",
        held=["accounts.add_apikey"],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_roles_rights"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
