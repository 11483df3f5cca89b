"""How long is kept what passes between a shop and us."""

from backoffice.engine.services.retention import bounded_elsewhere, keep

bounded_elsewhere("woocommerce.WooMessage", kept="`WOOCOMMERCE_LOG_DAYS` days, those dealt with", by="`clear_messages`")
keep(
    "woocommerce.WooOrder", "woocommerce.WooSending",
    because="as long as the order: they say what the shop was told last",
)  # fmt: skip
keep(
    "woocommerce.WooConnection", "woocommerce.WooProduct", "woocommerce.WooProductTable",
    because="as many as shops and their products",
)  # fmt: skip
