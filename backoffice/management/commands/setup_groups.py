"""`manage.py setup_groups`: the groups of staff with what each may see and do."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

# Nobody gets delete_order: there is no such button, and the admin refuses it to superusers too.
READ = {
    "orders.order", "orders.rule", "orders.notice", "orders.mailcampaign", "orders.enquiry",
    "orders.strayorder",
    "catalog.product", "catalog.variant", "catalog.syncrun", "catalog.changeset", "catalog.tableimport",
    "catalog.catalogrules", "catalog.rating", "catalog.customproduct", "fulfillment.shipment",
    "fulfillment.carrier", "fulfillment.country", "fulfillment.state", "fulfillment.productionorder",
    "orders.orderexport", "orders.exportbatch",
    "backoffice.shop", "backoffice.push", "backoffice.callback", "backoffice.integration",
}  # fmt: skip
MACHINERY = {"backoffice.resend_push", "backoffice.decide_push", "backoffice.replay_callback"}
CATALOGUE = {
    "catalog.change_product", "catalog.change_variant", "catalog.add_changeset", "catalog.change_changeset",
    "catalog.approve_changeset", "catalog.push_changeset", "catalog.add_tableimport",
    "backoffice.resend_push", "backoffice.decide_push",
}  # fmt: skip
GROUPS: dict[str, set[str]] = {
    "Read only": set(),
    "Order desk": {
        "orders.change_order", "orders.change_notice", "orders.change_enquiry", "catalog.change_customproduct",
        "orders.decide_strayorder", "backoffice.resend_push", "backoffice.decide_push",
    },
    "Catalogue desk": CATALOGUE,
    # Beside approving: what cannot be undone, what guards would stop, and the figures of the guards themselves.
    "Catalogue lead": CATALOGUE
    | {
        "catalog.override_changeset", "catalog.reset_searchtexts", "catalog.add_catalogrules",
        "catalog.change_catalogrules", "catalog.add_categoryrule", "catalog.change_categoryrule",
        "catalog.delete_categoryrule", "catalog.view_categoryrule",
    },
    "Production desk": {
        "orders.change_order", "orders.change_notice", "fulfillment.dispatch_productionorder",
        "fulfillment.view_documents", "backoffice.resend_push", "backoffice.decide_push",
    },
    # Checking cards out spends money: take it from who should only prepare them.
    "Marketing": {
        "orders.tell_orders", "orders.view_optout", "orders.add_optout", "orders.delete_optout",
        "orders.add_mailcampaign", "orders.change_mailcampaign", "orders.check_out_mailcampaign",
        "orders.change_notice", "backoffice.resend_push", "backoffice.decide_push",
    },
    "Operations": MACHINERY
    | {
        "orders.add_rule", "orders.change_rule", "orders.change_notice",
        "backoffice.change_integration", "backoffice.pause_integration", "backoffice.test_integration",
        "backoffice.add_vendorwebhook",
        "backoffice.change_vendorwebhook", "backoffice.add_shop", "backoffice.change_shop",
        "backoffice.add_apikey", "backoffice.change_apikey", "backoffice.view_apikey", "auth.view_user",
        "auth.add_user", "auth.change_user", "auth.view_group",
    },
}  # fmt: skip


class Command(BaseCommand):
    help = "Makes the groups of staff and gives each its permissions; what was changed by hand is set back."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = {
            f"{row.content_type.app_label}.{row.codename}": row
            for row in Permission.objects.select_related("content_type")
        }
        for name, extra in GROUPS.items():
            wanted = {_view(model) for model in READ} | extra
            if missing := wanted - known.keys():
                raise CommandError(f"No such permission: {', '.join(sorted(missing))}. Run migrate first.")
            group, _created = Group.objects.get_or_create(name=name)
            group.permissions.set([known[codename] for codename in wanted])
            if options["verbosity"]:
                self.stdout.write(f"{name}: {len(wanted)} permissions")


def _view(model: str) -> str:
    app, name = model.split(".")
    return f"{app}.view_{name}"
