"""What a release executes, recorded as it is sent to PostgreSQL, and played again: its work without its code."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

# What was there before begins at the first, what is recorded at the second: numbers that mean nothing else.
BEFORE, RECORDED = 6_000_000_000, 7_000_000_000
APART = 1_000_000
# How far two performances are apart; so many rows of one table has each at most.
STEP = 1000
_ID = re.compile(r"(?<![\d.])7\d{9}(?![\d.])")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_RANDOM = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-zA-Z])")
_SETVAL = "SELECT setval(%s, %s, false)"
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE data_type = 'bigint'::regtype ORDER BY sequencename"


@dataclass(frozen=True)
class Statement:
    """What was executed, in which transaction (0: in one of its own), and how many rows it found or changed (-1: that
    differs each time).
    """

    text: str
    transaction: int
    rows: int


class Recorder:
    """An execute wrapper that keeps what passes."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._transactions = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        cursor, status = context["cursor"], connection.connection.info.transaction_status
        if connection.in_atomic_block and status == psycopg.pq.TransactionStatus.IDLE:
            self._transactions += 1
        number = self._transactions if connection.in_atomic_block else 0
        texts = [cursor.cursor.mogrify(sql, values) for values in (params if many else [params])]
        result = execute(sql, params, many, context)
        self.statements += [Statement(" ".join(text.split()), number, cursor.rowcount) for text in texts]
        return result


@dataclass(frozen=True)
class Tape:
    """A recording: what was there before, where ids begin, and what was executed."""

    before: list[Statement]
    recorded: list[Statement]
    ids: dict[str, int]

    def write(self, path: Path) -> None:
        lines = [f"{json.dumps(name)}: [\n{_lines(getattr(self, name))}\n]" for name in ("before", "recorded")]
        path.write_text("{" + ",\n".join([*lines, f'"ids": {json.dumps(self.ids)}']) + "}\n")

    @classmethod
    def read(cls, path: Path) -> "Tape":
        content = json.loads(path.read_text())
        before, recorded = ([Statement(*one) for one in content[name]] for name in ("before", "recorded"))
        return cls(before, recorded, content["ids"])


def _lines(statements: list[Statement]) -> str:
    return ",\n".join(json.dumps([*asdict(one).values()], ensure_ascii=False) for one in statements)


def start_ids(at: int) -> dict[str, int]:
    """Let the ids of each table begin far from those of others. Return where each begins."""
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES)
        begin = {name: at + number * APART for number, (name,) in enumerate(cursor.fetchall(), start=1)}
        for name, first in begin.items():
            cursor.execute("SELECT setval(%s, %s, false)", [name, first])
    return begin


class Player:
    """Plays a tape into a database, each time as another order of other customers."""

    def __init__(self, tape: Tape, address: str) -> None:
        self.tape = tape
        self.current = ""
        self._changing = {one.text for one in tape.recorded if _changed(one.text, 1) != one.text}
        self.connection = psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor)

    def close(self) -> None:
        self.connection.close()

    def prepare(self) -> None:
        """Put into the database what was there before."""
        for name, first in self.tape.ids.items():
            self.connection.execute(_SETVAL, [name, first - RECORDED + BEFORE])
        self._play(self.tape.before, {})

    def perform(self, number: int) -> list[str]:
        """Play it once. Return statements that found or changed another number of rows than they did."""
        for name, first in self.tape.ids.items():
            self._number_from(name, first + number * STEP)
        return self._play(self.tape.recorded, {"number": number})

    def _number_from(self, sequence: str, first: int) -> None:
        """Let the ids of a table go on there. A release never names this sequence, so nothing of its own is refused
        where a migration exchanges it; this statement has looked the name up before it waits, and is repeated.
        """
        self.current = f"setval({sequence})"
        try:
            self.connection.execute(_SETVAL, [sequence, first])
        except psycopg.errors.InternalError_ as error:
            if "could not open relation" not in str(error):
                raise
            self.connection.execute(_SETVAL, [sequence, first])

    def _play(self, statements: list[Statement], change: dict[str, int]) -> list[str]:
        different: list[str] = []
        position = 0
        for group in _transactions(statements):
            with self.connection.transaction() if group[0].transaction else nullcontext():
                for one in group:
                    is_other = change and one.text in self._changing
                    text = _changed(one.text, change["number"]) if is_other else one.text
                    self.current = text
                    found = self.connection.execute(text).rowcount
                    if found != one.rows >= 0:
                        different.append(f"{position}: {found} rows instead of {one.rows}: {text}")
                    position += 1
        return different


def _transactions(statements: list[Statement]) -> Iterator[list[Statement]]:
    """Return together what one transaction executed."""
    group: list[Statement] = []
    for one in statements:
        if group and (one.transaction == 0 or one.transaction != group[0].transaction):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _changed(text: str, number: int) -> str:
    """Return the statement with ids, references and random values of another performance."""
    text = _ID.sub(lambda found: str(int(found[0]) + number * STEP), text)
    text = _UUID.sub(lambda found: str(_another(number, found[0])), text)
    text = _RANDOM.sub(lambda found: (_another(number, found[0]).hex * 2)[: len(found[0])], text)
    return text.replace("RECORDED", f"RECORDED{number}")


def _another(number: int, value: str) -> uuid.UUID:
    """Return what stands for a random value in that performance."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {value}")
