"""The parts of whoever works with orders, customers, goods and cards."""

from django.utils.translation import gettext_lazy as _lazy

from backoffice.accounts.services.rights.part import Area, RolePart, role_part

ORDER_PARTS: tuple[RolePart, ...] = (
    role_part("orders.see", Area.ORDERS, _lazy("See orders, holds and timelines"), "orders.view_order"),
    role_part(
        "orders.change",
        Area.ORDERS,
        _lazy("Release, hold, edit and cancel orders"),
        "orders.change_order",
        is_telling=True,
    ),
    role_part(
        "drafts.place",
        Area.ORDERS,
        _lazy("Enter orders by hand and place them"),
        "drafts.view_draftorder",
        "drafts.add_draftorder",
        "drafts.change_draftorder",
        "drafts.delete_draftorder",
    ),
    role_part(
        "imports.see",
        Area.ORDERS,
        _lazy("See imports of orders"),
        "importing.view_orderimport",
        "importing.view_importedorder",
    ),
    role_part("imports.make", Area.ORDERS, _lazy("Import orders from tables"), "importing.add_orderimport"),
    role_part("jobs.see", Area.ORDERS, _lazy("See jobs"), "jobs.view_job"),
    role_part(
        "jobs.export", Area.ORDERS, _lazy("Export orders and jobs as tables"), "jobs.export_job", is_telling=True
    ),
    role_part("strays.see", Area.ORDERS, _lazy("See orders that exist only at a vendor"), "orders.view_strayorder"),
    role_part(
        "strays.decide",
        Area.ORDERS,
        _lazy("Import or dismiss orders that exist only at a vendor"),
        "orders.decide_strayorder",
    ),
    role_part("rules.see", Area.ORDERS, _lazy("See rules for orders"), "rules.view_rule"),
    role_part(
        "rules.change", Area.ORDERS, _lazy("Create and change rules for orders"), "rules.add_rule", "rules.change_rule"
    ),
    role_part("notices.see", Area.ORDERS, _lazy("See notices"), "rules.view_notice"),
    role_part("notices.settle", Area.ORDERS, _lazy("Mark notices as done"), "rules.change_notice"),
    role_part("calls.see", Area.ORDERS, _lazy("See calls from rules to other systems"), "rules.view_rulecall"),
    role_part(
        "calls.decide", Area.ORDERS, _lazy("Send calls from rules again or dismiss them"), "rules.decide_rulecall"
    ),
    role_part("complaints.see", Area.ORDERS, _lazy("See complaints"), "complaints.view_complaint"),
    role_part(
        "complaints.change",
        Area.ORDERS,
        _lazy("Record complaints, order replacements and settle them"),
        "complaints.change_complaint",
    ),
)
CUSTOMER_PARTS: tuple[RolePart, ...] = (
    role_part("customers.see", Area.CUSTOMERS, _lazy("See customers and what they bought"), "customers.view_customer"),
    role_part(
        "customers.change",
        Area.CUSTOMERS,
        _lazy("Keep notes on customers and merge customers"),
        "customers.change_customer",
    ),
    role_part(
        "privacy.see", Area.CUSTOMERS, _lazy("See all data stored about a person"), "privacy.view_privacyrequest"
    ),
    role_part(
        "privacy.export",
        Area.CUSTOMERS,
        _lazy("Disclose all data stored about a person"),
        "privacy.export_person",
        is_telling=True,
    ),
    role_part("privacy.erase", Area.CUSTOMERS, _lazy("Erase a person’s data"), "privacy.erase_person", is_telling=True),
    role_part("enquiries.see", Area.CUSTOMERS, _lazy("See enquiries"), "orders.view_enquiry"),
    role_part("enquiries.answer", Area.CUSTOMERS, _lazy("Reply to enquiries and settle them"), "orders.change_enquiry"),
    role_part("comments.write", Area.CUSTOMERS, _lazy("Comment and mention colleagues"), "conversation.add_comment"),
    role_part(
        "customers.write",
        Area.CUSTOMERS,
        _lazy("Write to customers"),
        "conversation.mail_customer",
        is_telling=True,
    ),
    role_part("mails.see", Area.CUSTOMERS, _lazy("See sent e-mails"), "mail.view_mail"),
    role_part("mails.decide", Area.CUSTOMERS, _lazy("Send e-mails again or dismiss them"), "mail.decide_mail"),
)
PRODUCTION_PARTS: tuple[RolePart, ...] = (
    role_part(
        "production.see",
        Area.PRODUCTION,
        _lazy("See the work list and production orders"),
        "fulfillment.view_productionorder",
    ),
    role_part(
        "production.dispatch",
        Area.PRODUCTION,
        _lazy("Fetch labels and report parcels"),
        "fulfillment.dispatch_productionorder",
    ),
    role_part(
        "production.force",
        Area.PRODUCTION,
        _lazy("Report more pieces than were ordered, or parcels without the supplied labels"),
        "fulfillment.force_productionorder",
    ),
    role_part(
        "production.documents",
        Area.PRODUCTION,
        _lazy("Open print files, delivery slips and labels, which name the recipient"),
        "fulfillment.view_documents",
    ),
    role_part(
        "reference.see",
        Area.PRODUCTION,
        _lazy("Look up carriers, countries and states"),
        "fulfillment.view_carrier",
        "fulfillment.view_country",
        "fulfillment.view_state",
    ),
)
CATALOGUE_PARTS: tuple[RolePart, ...] = (
    role_part(
        "products.see",
        Area.CATALOGUE,
        _lazy("See products, variants, ratings and syncs"),
        "catalog.view_product",
        "catalog.view_variant",
        "catalog.view_rating",
        "catalog.view_syncrun",
    ),
    role_part(
        "products.change",
        Area.CATALOGUE,
        _lazy("Handle failed syncs"),
        "catalog.change_product",
        "catalog.change_variant",
    ),
    role_part("custom.see", Area.CATALOGUE, _lazy("See custom products"), "catalog.view_customproduct"),
    role_part(
        "custom.change", Area.CATALOGUE, _lazy("Fetch images of custom products"), "catalog.change_customproduct"
    ),
    role_part(
        "changes.see",
        Area.CATALOGUE,
        _lazy("See price lists, search texts, stock and change sets"),
        "catalog.view_changeset",
    ),
    role_part(
        "changes.draft",
        Area.CATALOGUE,
        _lazy("Draft changes to prices, search texts and stock"),
        "catalog.add_changeset",
        "catalog.change_changeset",
    ),
    role_part(
        "changes.approve",
        Area.CATALOGUE,
        _lazy("Approve change sets"),
        "catalog.approve_changeset",
        is_telling=True,
    ),
    role_part(
        "changes.send",
        Area.CATALOGUE,
        _lazy("Send and schedule approved change sets"),
        "catalog.push_changeset",
        is_telling=True,
    ),
    role_part(
        "changes.override",
        Area.CATALOGUE,
        _lazy("Override warnings on change sets, with a reason"),
        "catalog.override_changeset",
    ),
    role_part(
        "texts.reset",
        Area.CATALOGUE,
        _lazy("Reset search texts and, with them, the SEO URLs"),
        "catalog.reset_searchtexts",
    ),
    role_part("tables.see", Area.CATALOGUE, _lazy("See imported price tables"), "catalog.view_tableimport"),
    role_part("tables.import", Area.CATALOGUE, _lazy("Import price tables"), "catalog.add_tableimport"),
    role_part("limits.see", Area.CATALOGUE, _lazy("See price limits"), "catalog.view_catalogrules"),
    role_part(
        "limits.change",
        Area.CATALOGUE,
        _lazy("Set price limits, for a shop and by category"),
        "catalog.add_catalogrules",
        "catalog.change_catalogrules",
        "catalog.view_categoryrule",
        "catalog.add_categoryrule",
        "catalog.change_categoryrule",
        "catalog.delete_categoryrule",
    ),
)
MARKETING_PARTS: tuple[RolePart, ...] = (
    role_part(
        "exports.see",
        Area.MARKETING,
        _lazy("See which orders are sent for letters and reviews"),
        "marketing.view_orderexport",
        "marketing.view_exportbatch",
    ),
    role_part(
        "exports.send",
        Area.MARKETING,
        _lazy("Send orders for letters and reviews, or dismiss them"),
        "marketing.export_orders",
    ),
    role_part(
        "exports.views",
        Area.MARKETING,
        _lazy("Remove views of letters and reviews saved by others"),
        "marketing.change_orderexport",
    ),
    role_part("campaigns.see", Area.MARKETING, _lazy("See card campaigns"), "marketing.view_mailcampaign"),
    role_part(
        "campaigns.prepare",
        Area.MARKETING,
        _lazy("Prepare card campaigns"),
        "marketing.add_mailcampaign",
        "marketing.change_mailcampaign",
    ),
    role_part(
        "optouts.keep",
        Area.MARKETING,
        _lazy("See, add and remove opt-outs"),
        "marketing.view_optout",
        "marketing.add_optout",
        "marketing.delete_optout",
    ),
)
