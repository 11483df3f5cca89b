"""What migrations may do although the linter says no, and why."""

# Tables with so few rows that nobody notices how long they are locked. All others may have millions.
SMALL_TABLES = {
    "accounts_apikey": "a few for each shop",
    "accounts_shop": "a row for each shop",
    "auth_group": "a row for each role",
    "auth_user": "a row for each person on the staff",
    "catalog_changeset": "what people prepared, some a day",
    "catalog_tableimport": "tables that people uploaded",
    "drafts_draftorder": "kept for DRAFT_DAYS",
    "engine_epoch": "one row",
    "engine_heartbeat": "a row for each that shows life",
    "engine_integration": "a row for each vendor",
    "engine_lease": "a row for each lease",
    "engine_vendortoken": "a row for each vendor",
    "importing_orderimport": "tables that people uploaded",
    "marketing_mailcampaign": "a row for each campaign",
    "rules_rule": "a row for each rule",
    "webhooks_webhookendpoint": "a few for each shop",
    "woocommerce_wooconnection": "a row for each connected shop",
}

_FEW_ROLES = "It reads and writes roles and people, of which there are few."
# By migration, without its number, and rule: why it does no harm. What is released is taken out.
ALLOWED = {
    ("privacy.privacy_hash_key", "rows-at-once"): "It writes one row into a table that is new.",
    ("accounts.roles_keep_sights", "rows-at-once"): _FEW_ROLES,
    ("accounts.rights_of_no_page", "rows-at-once"): _FEW_ROLES,
    ("engine.attention_index", "rows-at-once"): "It finds by an index what needs attention, which is little at a time.",
    ("complaints.roles_keep_refunds", "rows-at-once"): _FEW_ROLES,
}
