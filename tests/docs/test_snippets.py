"""Whoever types what the guide says gets what it says."""

import json
from pathlib import Path

import pytest

from tests.api.storefront import Storefront
from tests.docs.pages import GUIDE, guide_pages, read_steps
from tests.docs.running import missing_tools, run_steps, with_values

FIRST = "first-order.md"
# Run with the client that is made there: tests/clients/test_python.py.
ELSEWHERE = {"clients.md"}
# What some pages need beside a back office that answers.
BESIDE = {"designs.md": "editor", "webhooks.md": "postman"}
STEPS = {page.name: read_steps(page.read_text(encoding="utf-8")) for page in guide_pages()}
PAGES = [name for name, steps in STEPS.items() if steps and name not in ELSEWHERE]

pytestmark = [
    pytest.mark.skipif(bool(missing_tools()), reason=f"the guide's snippets need {', '.join(missing_tools())}"),
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("page", PAGES)
def test_each_snippet_runs_and_is_answered_as_the_page_says(
    page: str, storefront: Storefront, values: dict[str, str], folder: Path, request: pytest.FixtureRequest
) -> None:
    if page in BESIDE:
        request.getfixturevalue(BESIDE[page])
    variables = {}
    if page != FIRST:  # what whoever comes from the first page has
        variables = {"API": f"{values['http://127.0.0.1:8000']}/api/v1", "KEY": storefront.key}
        storefront.place(json.loads((folder / "order.json").read_text()), key="FIRST-1")
    text = with_values((GUIDE / page).read_text(encoding="utf-8"), values)
    assert run_steps(read_steps(text), folder=folder, variables=variables) == []


def test_the_guide_shows_each_language() -> None:
    languages = [step.block.language for steps in STEPS.values() for step in steps]
    assert {"bash", "python", "typescript"} <= set(languages)
    assert all(languages.count(one) >= 4 for one in ("python", "typescript"))
