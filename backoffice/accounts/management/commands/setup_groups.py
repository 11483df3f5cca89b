"""`manage.py setup_groups`: the groups of staff with what each may see and do."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

# Nobody gets delete_order: there is no such button, and the admin refuses it to superusers too.
READ = {
    "orders.order", "rules.rule", "rules.notice", "marketing.mailcampaign", "orders.enquiry",
    "orders.strayorder", "complaints.complaint", "customers.customer",
    "catalog.product", "catalog.variant", "catalog.syncrun", "catalog.changeset", "catalog.tableimport",
    "catalog.catalogrules", "catalog.rating", "catalog.customproduct", "fulfillment.shipment",
    "fulfillment.carrier", "fulfillment.country", "fulfillment.state", "fulfillment.productionorder",
    "marketing.orderexport", "marketing.exportbatch",
    "mail.mail", "mail.shopmail",
    "accounts.shop", "engine.push", "engine.callback", "engine.drift", "engine.integration", "jobs.job",
}  # fmt: skip
MACHINERY = {"engine.resend_push", "engine.decide_push", "engine.replay_callback"}
CATALOGUE = {
    "catalog.change_product", "catalog.change_variant", "catalog.add_changeset", "catalog.change_changeset",
    "catalog.approve_changeset", "catalog.push_changeset", "catalog.add_tableimport",
    "engine.resend_push", "engine.decide_push", "conversation.add_comment",
}  # fmt: skip
GROUPS: dict[str, set[str]] = {
    "Read only": set(),
    "Order desk": {
        "orders.change_order", "rules.change_notice", "orders.change_enquiry", "catalog.change_customproduct",
        "customers.change_customer",
        "orders.decide_strayorder", "engine.resend_push", "engine.decide_push", "jobs.export_job",
        "drafts.view_draftorder", "drafts.add_draftorder", "drafts.change_draftorder", "drafts.delete_draftorder",
        "conversation.add_comment", "conversation.mail_customer", "mail.decide_mail", "complaints.change_complaint",
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
        "fulfillment.dispatch_productionorder", "fulfillment.view_documents", "engine.resend_push",
        "engine.decide_push", "conversation.add_comment",
    },
    # Checking cards out spends money: take it from who should only prepare them.
    "Marketing": {
        "customers.change_customer",
        "marketing.export_orders", "marketing.view_optout", "marketing.add_optout", "marketing.delete_optout",
        "marketing.add_mailcampaign", "marketing.change_mailcampaign", "marketing.check_out_mailcampaign",
        "rules.change_notice", "engine.resend_push", "engine.decide_push", "jobs.export_job",
        "conversation.add_comment",
    },
    "Operations": MACHINERY
    | {
        "rules.add_rule", "rules.change_rule", "rules.change_notice", "jobs.export_job", "conversation.add_comment",
        "conversation.mail_customer", "mail.decide_mail", "mail.change_shopmail", "mail.change_mailtemplate",
        "engine.change_integration", "engine.pause_integration", "engine.test_integration",
        "engine.add_webhooksubscription",
        "engine.change_webhooksubscription", "accounts.add_shop", "accounts.change_shop",
        "accounts.add_apikey", "accounts.change_apikey", "accounts.view_apikey", "auth.view_user",
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
