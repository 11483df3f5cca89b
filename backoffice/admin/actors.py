"""Who did it, in words: rows keep "system", "shop:WEB", "vendor:mypromo", or the name of a person."""

from django.utils.translation import gettext as _


def actor_in_words(actor: str) -> str:
    """As staff would say it; a person's name stays as it is."""
    kind, colon, name = actor.partition(":")
    if actor == "system":
        return _("automatically")
    if colon and kind == "shop":
        return _("shop %(name)s") % {"name": name}
    return name if colon and kind == "vendor" else actor
