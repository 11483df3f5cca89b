"""The words of names, streets and towns that orders have: what a word with a slip in it may mean.

Of each word the spellings that lack one letter are kept (as SymSpell does): a word typed and a word known that are one
letter apart have one in common, which an index finds without comparing with all others.
"""

from collections.abc import Collection, Iterable
from functools import partial

from django.db import connection, transaction

from orders.models import SearchWord
from orders.services.spellings import is_name, is_slip, name_words, without_a_letter

# Of one order: nobody's name has more, and what storefronts send has no bound.
MOST_LEARNT = 24
# Words looked up together, and what may be meant by one of them.
MOST_TYPED, MOST_MEANT = 5, 12
# Words that one process remembers to be known, some ten megabytes.
MOST_SEEN = 100_000
_SEEN: set[str] = set()
# No key is beyond it that begins with the same letters.
_END = "\U0010ffff"


def learn_names(names: Iterable[Iterable[str]]) -> None:
    """Have the words of the names of these orders known once the transaction is committed: no lock is held for them
    meanwhile, and no order is refused for their sake.
    """
    words = {word for texts in names for word in sorted(name_words(texts))[:MOST_LEARNT]}
    if words:
        transaction.on_commit(partial(add_words, words), robust=True)


def add_words(words: Collection[str]) -> None:
    """Add those that are not known; two queries at most, in the order of the words, so that none waits for another.

    What this process has seen committed is not asked for again: most names are of a few. After a restore that took
    words away, `manage.py refresh_search` brings them back.
    """
    is_certain = not connection.in_atomic_block
    asked = set(words) - _SEEN if is_certain else set(words)
    if not asked:
        return
    known = set(SearchWord.objects.filter(word__in=asked).values_list("word", flat=True))
    if missing := sorted(asked - known):
        rows = [SearchWord(word=word, keys=without_a_letter(word)) for word in missing]
        SearchWord.objects.bulk_create(rows, ignore_conflicts=True)
    if is_certain:
        if len(_SEEN) > MOST_SEEN:
            _SEEN.clear()
        _SEEN.update(asked)


def find_meant(words: Iterable[str]) -> dict[str, list[str]]:
    """Return for each of the typed words that nothing known begins with those that are one slip away. One query."""
    typed = [word for word in dict.fromkeys(words) if is_name(word)][:MOST_TYPED]
    if not typed:
        return {}
    keys = sorted({key for word in typed for key in without_a_letter(word)})
    names = SearchWord.objects.values_list("word", flat=True)
    # Without a limit, which would have PostgreSQL read all words until it has as many.
    near = names.filter(keys__overlap=keys)
    begun = (names.filter(word__gte=word, word__lt=word + _END)[:1] for word in typed)
    known = list(near.union(*begun, all=True))
    unknown = [word for word in typed if not any(one.startswith(word) for one in known)]
    meant = {word: sorted({one for one in known if is_slip(word, one)})[:MOST_MEANT] for word in unknown}
    return {word: found for word, found in meant.items() if found}
