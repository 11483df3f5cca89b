"""Names as people, shops and attackers write them."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, models

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 6
MARKUP = "<img src=x onerror=window.hostile=1><b>Söhne & Töchter</b>"
SCRIPT = "<script>window.hostile=1</script>"
RTL = "محمد عبد الرحمن الطويل"
TEMPLATE = "{{7*7}} ${7*7} %(name)s {% now 'Y' %}"
EMOJI = "🎉🎈🦄 👩‍👩‍👧‍👦"
ODD = "\u202eevil \u200bzero O'Brien \"Q\"'); DROP TABLE--"
# Each of them stands in every text of some row.
HOSTILE = (LONG, MARKUP, RTL, SCRIPT, EMOJI, TEMPLATE, ODD)
PLAIN = ("Jana Größer", "Søren Åkesson", "Marie-Luise von der Heydt", "Łukasz Żółć", "Grace Hopper", "Ole Nielsen")
SKU = ("SKU-" + "LONG-UNBROKEN-VARIANT-CODE-" * 4)[:100]
ACTOR = "w" * 150
EMAIL = f"{'x' * 60}@{'y' * 60}.example.com"

T = TypeVar("T")


class Dice(random.Random):
    """Chance that falls alike in every run."""

    def name(self, share: float = 0.5) -> str:
        """Return a text, hostile for that share of all."""
        return self.choice(HOSTILE) if self.random() < share else self.choice(PLAIN)


def at_place(values: Sequence[T], place: int) -> T:
    """Return the values in turn."""
    return values[place % len(values)]


def next_keys(model: type[models.Model], count: int) -> list[int]:
    """Take so many keys off the model's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def bulk(rows: Sequence[T]) -> list[T]:
    """Create the rows, of one model, without anything that follows from them."""
    if not rows:
        return []
    model: Any = type(rows[0])
    return list(models.QuerySet(model).bulk_create(rows, batch_size=1000))


def since(rows: Sequence[models.Model], field: str, moments: Sequence[datetime]) -> None:
    """Set a time that the model would make now."""
    model: Any = type(rows[0])
    for row, moment in zip(rows, moments, strict=True):
        setattr(row, field, moment)
    models.QuerySet(model).bulk_update(rows, [field], batch_size=1000)
