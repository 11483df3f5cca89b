"""What no page of ours may have."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_no_page_loads_itself_anew() -> None:
    """It throws away what is being typed, the place on the page, and a screen reader's own."""
    again = [path.name for path in TEMPLATES.rglob("*.html") if re.search(r'http-equiv="?refresh', path.read_text())]
    assert again == []
