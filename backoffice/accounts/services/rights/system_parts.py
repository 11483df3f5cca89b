"""The parts of money and personal data, and of whoever keeps vendors, shops, staff and settings."""

from django.utils.translation import gettext_lazy as _lazy

from backoffice.accounts.services.rights.part import Area, RolePart, role_part
from backoffice.sight import PAYMENTS, PERSONAL_DATA, PURCHASE_PRICES

MONEY_PARTS: tuple[RolePart, ...] = (
    role_part(
        "sight.personal",
        Area.MONEY,
        _lazy("See names, addresses, e-mail addresses and telephone numbers of customers"),
        PERSONAL_DATA,
        is_telling=True,
    ),
    role_part("sight.purchase", Area.MONEY, _lazy("See purchase prices and margins"), PURCHASE_PRICES, is_telling=True),
    role_part(
        "sight.payments", Area.MONEY, _lazy("See the cost of cards, refunds and credits"), PAYMENTS, is_telling=True
    ),
    role_part(
        "pay.cards",
        Area.MONEY,
        _lazy("Check out card campaigns, which costs money"),
        "marketing.check_out_mailcampaign",
        is_telling=True,
    ),
    role_part(
        "pay.refunds",
        Area.MONEY,
        _lazy("Record refunds and their payment"),
        "complaints.pay_refund",
        is_telling=True,
    ),
)
VENDOR_PARTS: tuple[RolePart, ...] = (
    role_part(
        "vendors.see",
        Area.VENDORS,
        _lazy("See vendors and their connection"),
        "engine.view_integration",
        "vendor_accounts.view_vendoraccount",
    ),
    role_part("vendors.pause", Area.VENDORS, _lazy("Pause and resume sending to a vendor"), "engine.pause_integration"),
    role_part("vendors.test", Area.VENDORS, _lazy("Test the connection to a vendor"), "engine.test_integration"),
    role_part(
        "vendors.change",
        Area.VENDORS,
        _lazy("Set up vendors"),
        "engine.change_integration",
        "vendor_accounts.add_vendoraccount",
        "vendor_accounts.change_vendoraccount",
        "vendor_accounts.delete_vendoraccount",
    ),
    role_part(
        "vendors.webhooks",
        Area.VENDORS,
        _lazy("Subscribe to vendor webhooks and unsubscribe"),
        "engine.add_webhooksubscription",
        "engine.change_webhooksubscription",
    ),
    role_part(
        "requests.see",
        Area.VENDORS,
        _lazy("See outgoing requests and incoming webhooks"),
        "engine.view_push",
        "engine.view_callback",
        "engine.view_drift",
    ),
    role_part(
        "requests.resend", Area.VENDORS, _lazy("Send outgoing requests again or dismiss them"), "engine.resend_push"
    ),
    role_part(
        "requests.decide",
        Area.VENDORS,
        _lazy("Decide on outgoing requests with an unknown outcome"),
        "engine.decide_push",
    ),
    role_part("callbacks.replay", Area.VENDORS, _lazy("Process incoming webhooks again"), "engine.replay_callback"),
    role_part(
        "endpoints.see",
        Area.VENDORS,
        _lazy("See webhook endpoints of shops and what was sent to them"),
        "webhooks.view_webhookendpoint",
        "webhooks.view_webhookdelivery",
    ),
    role_part(
        "endpoints.change",
        Area.VENDORS,
        _lazy("Add, change and remove webhook endpoints of shops"),
        "webhooks.add_webhookendpoint",
        "webhooks.change_webhookendpoint",
        "webhooks.delete_webhookendpoint",
    ),
    role_part(
        "endpoints.replay",
        Area.VENDORS,
        _lazy("Send events to webhook endpoints again, and send test events"),
        "webhooks.replay_webhookdelivery",
    ),
    role_part(
        "woo.see",
        Area.VENDORS,
        _lazy("See WooCommerce connections and their transfers"),
        "woocommerce.view_wooconnection",
        "woocommerce.view_wooproduct",
        "woocommerce.view_woomessage",
        "woocommerce.view_woosending",
        "woocommerce.view_wooproducttable",
    ),
    role_part(
        "woo.connect",
        Area.VENDORS,
        _lazy("Connect and set up WooCommerce"),
        "woocommerce.add_wooconnection",
        "woocommerce.change_wooconnection",
    ),
    role_part("woo.map", Area.VENDORS, _lazy("Assign WooCommerce products"), "woocommerce.change_wooproduct"),
    role_part(
        "woo.messages",
        Area.VENDORS,
        _lazy("Retry or dismiss orders from WooCommerce"),
        "woocommerce.decide_woomessage",
    ),
    role_part(
        "woo.sendings",
        Area.VENDORS,
        _lazy("Send updates that WooCommerce did not accept again, or dismiss them"),
        "woocommerce.decide_woosending",
    ),
)
SETTING_PARTS: tuple[RolePart, ...] = (
    role_part(
        "shops.see",
        Area.SETTINGS,
        _lazy("See shops and their markets"),
        "accounts.view_shop",
        "accounts.view_furthermarket",
    ),
    role_part(
        "shops.change", Area.SETTINGS, _lazy("Add and change shops"), "accounts.add_shop", "accounts.change_shop"
    ),
    role_part(
        "markets.change",
        Area.SETTINGS,
        _lazy("Add, change and remove markets of shops"),
        "accounts.add_furthermarket",
        "accounts.change_furthermarket",
        "accounts.delete_furthermarket",
    ),
    role_part(
        "keys.manage",
        Area.SETTINGS,
        _lazy("See, create and revoke API keys"),
        "accounts.view_apikey",
        "accounts.add_apikey",
        "accounts.change_apikey",
        is_telling=True,
    ),
    role_part(
        "keys.orders",
        Area.SETTINGS,
        _lazy("Create API keys that place and cancel orders"),
        "accounts.issue_order_keys",
    ),
    role_part("shopmails.see", Area.SETTINGS, _lazy("See the settings of customer e-mails"), "mail.view_shopmail"),
    role_part("shopmails.change", Area.SETTINGS, _lazy("Choose which e-mails customers get"), "mail.change_shopmail"),
    role_part("templates.change", Area.SETTINGS, _lazy("Change e-mail texts"), "mail.change_mailtemplate"),
    role_part("retention.see", Area.SETTINGS, _lazy("See how long data is kept"), "privacy.view_retentionrule"),
    role_part("retention.change", Area.SETTINGS, _lazy("Change how long data is kept"), "privacy.change_retentionrule"),
    role_part("policy.see", Area.SETTINGS, _lazy("See blocked content"), "staff.view_policyreport"),
)
STAFF_PARTS: tuple[RolePart, ...] = (
    role_part("people.see", Area.STAFF, _lazy("See staff and roles"), "auth.view_user", "auth.view_group"),
    role_part(
        "people.manage",
        Area.STAFF,
        _lazy("Invite staff, assign roles, change and deactivate accounts"),
        "auth.add_user",
        "auth.change_user",
        is_telling=True,
    ),
    role_part("people.delete", Area.STAFF, _lazy("Delete staff accounts"), "auth.delete_user"),
    role_part(
        "roles.change",
        Area.STAFF,
        _lazy("Create, change and remove roles"),
        "auth.add_group",
        "auth.change_group",
        "auth.delete_group",
        is_telling=True,
    ),
    role_part("audit.see", Area.STAFF, _lazy("Read the audit trail"), "audit.view_auditentry", is_telling=True),
    role_part("signins.see", Area.STAFF, _lazy("See sign-ins of all staff"), "signin.view_signinevent"),
    role_part("signinrules.see", Area.STAFF, _lazy("See the sign-in rules"), "signin.view_factorrequirement"),
    role_part("signinrules.change", Area.STAFF, _lazy("Change the sign-in rules"), "signin.change_factorrequirement"),
)
