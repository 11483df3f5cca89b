"""What a mail says: the words of staff for a shop and language, else the product's own."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict
from backoffice.mail.models import MailTemplate
from backoffice.mail.services.kinds import MailKind
from backoffice.mail.services.rendering import check_template
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class Words:
    """Subject and text as templates; `row` where staff wrote them."""

    subject_line: str
    body: str
    row: MailTemplate | None = None


def find_words(kind: MailKind, *, shop: Shop | None, language: str) -> Words:
    """Return what mails of that kind say there. One query."""
    row = MailTemplate.objects.filter(shop=shop, kind=kind.name, language=language).first()
    return Words(row.subject_line, row.body, row) if row else own_words(kind, language=language)


def own_words(kind: MailKind, *, language: str) -> Words:
    """Return the product's own words, in English where it does not speak the language."""
    spoken = language if language in dict(settings.LANGUAGES) else "en"
    with translation.override(spoken):
        return Words(str(kind.subject_line), str(kind.body))


def languages_of(shop: Shop | None) -> list[str]:
    """Return the languages in which templates can be written: a shop's own first, then those of the product."""
    own = [shop.language.lower()] if shop else []
    return list(dict.fromkeys([*own, *dict(settings.LANGUAGES)]))


@transaction.atomic
def save_template(
    kind: MailKind, *, shop: Shop | None, language: str, subject_line: str, body: str, revision: int, actor: str
) -> MailTemplate:
    """Keep the words. `revision` is that of the words that were edited, 0 for the product's own.

    Raise InvalidInput for what could not be rendered, Conflict when somebody saved meanwhile.
    """
    check_template(subject_line, body, variables=kind.variables)
    key = {"shop": shop, "kind": kind.name, "language": language}
    row = MailTemplate.objects.select_for_update().filter(**key).first() or MailTemplate(**key, revision=0)
    if row.revision != revision:
        text = _("%(name)s has saved this template in the meantime. Your text is below; compare, then save again.")
        raise Conflict(text % {"name": row.changed_by or "?"}, code="changed_meanwhile")
    row.subject_line, row.body, row.changed_by, row.revision = subject_line, body, actor, revision + 1
    row.save()
    return row


@transaction.atomic
def reset_template(kind: MailKind, *, shop: Shop | None, language: str) -> None:
    """Let the product's own words be sent again."""
    MailTemplate.objects.filter(shop=shop, kind=kind.name, language=language).delete()
