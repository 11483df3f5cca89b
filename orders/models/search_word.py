"""The words that names, streets and towns of orders are made of, so that a slip of one letter still finds them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchWord(models.Model):
    """One word, folded, with its spellings that lack a letter: kept by `orders.services.known_words`."""

    # Compared letter by letter: a range of the key is what begins alike.
    word = models.CharField(_("word"), max_length=24, primary_key=True, db_collation="C")
    keys = ArrayField(models.CharField(max_length=24), verbose_name=_("spellings"))

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        # Searches read it all the time, and little is ever added: no list of pending entries to go through.
        indexes = [GinIndex(fields=["keys"], name="search_word_keys", fastupdate=False)]

    def __str__(self) -> str:
        return self.word
