"""Who counts what a shop has of something, before another is added, does it alone."""

from backoffice.accounts.models import Shop


def lock_shop(shop_id: int) -> None:
    """Let nobody else pass here with the shop until the transaction ends. Not its key is locked: rows that refer to it
    may be written meanwhile.
    """
    Shop.objects.select_for_update(no_key=True).get(pk=shop_id)
