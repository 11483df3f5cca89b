"""Who did it, in words: rows keep "system", "shop:WEB", "vendor:mypromo", "rule:7", or the name of a person."""

from django.utils.translation import gettext as _

from backoffice.vendors.registry import vendor_title


def actor_in_words(actor: str) -> str:
    """As staff would say it; a person's name stays as it is."""
    kind, colon, name = actor.partition(":")
    if actor == "system":
        return _("automatically")
    if not colon:
        return actor
    match kind:
        case "shop":
            return _("shop %(name)s") % {"name": name}
        case "rule":
            return _("rule %(number)s") % {"number": name}
        case "vendor":
            return vendor_title(name)
        case "command":
            return name
    return actor
