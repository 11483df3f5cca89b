"""Labels of who did it: rows keep "system", "shop:WEB", "vendor:<name>", "rule:7", or the name of a person."""

from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title


def actor_label(actor: str) -> str:
    """Return the actor's label for staff; a person's name stays as it is."""
    kind, _colon, name = actor.partition(":")
    if actor == "system":
        return _("automatically")
    if not name:
        return actor
    labels = {
        "shop": _("shop %(name)s") % {"name": name},
        "key": _("API key %(name)s") % {"name": name},
        "rule": _("rule %(number)s") % {"number": name},
        "vendor": vendor_title(name),
        "command": name,
    }
    return labels.get(kind, actor)
