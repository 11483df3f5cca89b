"""Whatever `manage.py doctor` finds, it says what it costs and what to do."""

import ast
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from backoffice.engine.services.foundations import DoctorResult, examine_indexes
from tests.doors.sessions import sources


def test_no_finding_leaves_out_what_it_costs() -> None:
    """A result with a next step is one that is not well; its cost comes behind it."""
    bare, seen = [], 0
    for path, source in sources():
        for node in ast.walk(ast.parse(source)) if "DoctorResult(" in source else ():
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DoctorResult"):
                continue
            given = [*map(str, range(len(node.args))), *(word.arg for word in node.keywords)]
            seen += 1
            if ("2" in given or "remedy" in given) and not ("3" in given or "cost" in given):
                bare.append(f"{path}:{node.lineno}")
    assert bare == []
    assert seen > 30


@pytest.mark.django_db
def test_each_finding_is_printed_with_cost_and_next_step(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SWEEP_SECONDS = 3600
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", offline=True, stdout=out)
    lines = out.getvalue().splitlines()
    found = [number for number, line in enumerate(lines) if line.startswith("wrong ")]
    assert len(found) > 2
    for number in found:
        assert lines[number + 1].startswith("      Impact: ")
        assert lines[number + 2].startswith("      Next: ")
        assert min(len(line) for line in lines[number + 1 : number + 3]) > 20


@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_left_unfinished_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unfinished AS SELECT 1 AS a FROM generate_series(1, 2)")
        try:
            assert list(examine_indexes()) == []
            with pytest.raises(Exception, match="could not create unique index"):
                cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY left_over ON unfinished (a)")
            [found] = examine_indexes()
        finally:
            cursor.execute("DROP TABLE unfinished")
    assert isinstance(found, DoctorResult)
    assert 'DROP INDEX CONCURRENTLY "left_over"' in found.remedy
