"""The reader of the guide's snippets finds what is there, and lets nothing pass that is wrong."""

from pathlib import Path

import pytest

from tests.docs.claims import faults
from tests.docs.pages import BadPage, Block, read_steps
from tests.docs.running import missing_tools, run_steps

TABS = """
=== "curl"

    ```bash
    echo '{"a": 1}'
    ```

=== "Python"

    ```python
    print('{"a": 2}')
    ```

```json
{"a": 1}
```
"""


def test_blocks_in_tabs_are_found_and_share_the_claim_that_follows() -> None:
    steps = read_steps(TABS)
    assert [(step.block.language, step.block.line) for step in steps] == [("bash", 4), ("python", 10)]
    assert [[claim.line for claim in step.claims] for step in steps] == [[14], [14]]
    assert steps[0].block.text == "echo '{\"a\": 1}'\n"


def test_a_titled_block_is_a_file_and_claims_nothing() -> None:
    (step,) = read_steps('```json title="order.json"\n{}\n```\n')
    assert (step.block.title, step.claims) == ("order.json", [])


@pytest.mark.parametrize(
    "page",
    ["```\nx\n```", "```json\n{}\n```", "```ruby\nputs 1\n```", "```bash\necho", "```bash linenums\nx\n```"],
    ids=["no language", "a claim about nothing", "another language", "no end", "another option"],
)
def test_a_block_that_nobody_would_test_is_refused(page: str) -> None:
    with pytest.raises(BadPage):
        read_steps(page)


ANSWER = '{"id": 17, "state": {"order": "held"}, "lines": [{"quantity": 100}], "holds": [], "next": null, "at": "1:31"}'


@pytest.mark.parametrize(
    "claim",
    ['{"id": 4}', '{"state": {"order": "held"}, "next": null}', '{"lines": [{"quantity": 100}]}', '{"at": "9:00"}',
     '{"state": {"order": "h…"}}', '{"holds": []}'],
)  # fmt: skip
def test_a_claim_may_show_less_and_another_run(claim: str) -> None:
    assert faults(Block("json", claim, 1), ANSWER) == []


@pytest.mark.parametrize(
    "claim",
    ['{"pk": 17}', '{"id": "17"}', '{"state": {"order": "released"}}', '{"lines": []}', '{"lines": [{"quantity": 1}]}',
     '{"lines": [{}, {}]}', '{"next": "x"}', '{"holds": [{}]}', '{"at": "9.00"}', '{"state": {"order": "x…"}}', "[]"],
)  # fmt: skip
def test_a_claim_of_what_is_not_there_is_found(claim: str) -> None:
    assert len(faults(Block("json", claim, 1), ANSWER)) == 1


@pytest.mark.parametrize(
    ("claim", "count"),
    [
        ("HTTP/1.1 201 Created\nETag: \"3\"", 0),
        ("HTTP/1.1 200 OK", 1),
        ("HTTP/1.1 201 Created\nIdempotent-Replayed: true", 1),
        ("HTTP/1.1 201 Created\nETag: W/\"3\"", 1),
    ],
)  # fmt: skip
def test_a_claim_about_the_head_is_of_its_status_and_headers(claim: str, count: int) -> None:
    printed = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nETag: "12"\r\nServer: x\r\n\r\n{"a": 1}'
    assert len(faults(Block("http", claim, 1), printed)) == count
    assert faults(Block("json", '{"a": 1}', 1), printed) == []
    assert len(faults(Block("http", claim, 1), '{"a": 1}')) == 1


@pytest.mark.skipif(bool(missing_tools()), reason="tools of the snippets are not there")
def test_a_page_with_planted_faults_fails_at_each(tmp_path: Path) -> None:
    numbers = "```bash\nexport A=5\nsleep 60 &\n```\n\n```bash\necho $A\n```\n\n```text\nsix\n```\n"
    wrong = f"{numbers}{TABS}\n```bash\nfalse\n```"
    found = run_steps(read_steps(wrong), folder=tmp_path, variables={})
    assert [fault.partition(":")[0] for fault in found] == ["line 10", "line 26", "line 30"]


@pytest.mark.skipif(bool(missing_tools()), reason="tools of the snippets are not there")
@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [("python", "import kept", "import missing"), ("typescript", "import './kept.mts'", "import './missing.mts'")],
)
def test_a_program_that_fails_is_found(tmp_path: Path, language: str, good: str, bad: str) -> None:
    kept = "kept.py" if language == "python" else "kept.mts"
    for name, line, count in (("good", good, 0), ("bad", bad, 1)):
        folder = tmp_path / name
        folder.mkdir()
        page = f'```{language} title="{kept}"\n\n```\n\n```{language}\n{line}\n```\n'
        found = run_steps(read_steps(page), folder=folder, variables={})
        assert len(found) == count, found
