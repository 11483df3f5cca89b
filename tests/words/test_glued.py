"""No sentence of a template is glued from parts: another language has another order of words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
BLOCK = re.compile(r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}", re.DOTALL)
INSERTED = "⟦sentence⟧"
TEXT = r"""{%\s*translate\s+"(?P<text>[^"]*)"\s*%}"""
# Tags within a line of text: what stands on both sides of them is read in one go.
OPEN = r"(?:<(?:a|b|bdi|em|s|span|strong)\b[^<>{}]*(?:{[{%][^{}]*[}%]}[^<>{}]*)*>)*"
CLOSED = r"(?:</(?:a|b|bdi|em|s|span|strong)>)*"
VALUE = r"{{[^{}]*}}"
RULES = {
    # "sent" and a time after it. A label that ends in a colon may stand before its value.
    "a text goes on in a value": re.compile(rf"{TEXT}\s+{OPEN}\s*(?P<rest>{VALUE})"),
    # A number and "days" after it.
    "a value goes on in a text": re.compile(rf"(?P<rest>{VALUE}){CLOSED} {TEXT}"),
    # The colon, comma or full stop belongs to the text: languages differ in what stands there.
    "a colon by hand": re.compile(rf"{TEXT}:"),
    "a full stop by hand": re.compile(rf"(?:{VALUE}|{INSERTED}|{TEXT}){CLOSED}\.(?=[\s<{{]|$)"),
}


def glued(source: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each rule that is broken, with what breaks it."""
    source = BLOCK.sub(INSERTED, source)
    for name, pattern in RULES.items():
        for match in pattern.finditer(source):
            text = match.groupdict().get("text") or ""
            is_label = name == "a text goes on in a value" and text.endswith((":", ".", "!", "?"))
            is_heading = name == "a value goes on in a text" and text[:1].isupper()
            if not is_label and not is_heading:
                yield name, match.group(0)


def test_no_template_glues_a_sentence() -> None:
    sources = {path.relative_to(TEMPLATES): path.read_text() for path in TEMPLATES.rglob("*.html")}
    assert len(sources) > 200
    assert [(str(path), *found) for path, source in sources.items() for found in glued(source)] == []


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "sent" %} {{ when|ago }}',
        '{% translate "Split from" %} <a href="{% url "x" one.pk %}"><bdi>{{ one.number }}</bdi></a>',
        '{{ variant.days }} {% translate "days" %}',
        '<strong>{{ price }}</strong> {% translate "gross" %}',
        '{% translate "Assigned to" %}: <bdi>{{ name }}</bdi>',
        '{% translate "Rejected" %}, {{ when|ago }}. {% translate "Fix them." %}',
        "{% blocktranslate %}Paused by {{ name }}{% endblocktranslate %}.",
    ],
)
def test_a_glued_sentence_is_noticed(source: str) -> None:
    assert list(glued(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        '<dt>{% translate "Created" %}</dt><dd>{{ row.created_at|exact }}</dd>',
        '{% translate "Still needed:" %} {{ missing|join:", " }}',
        "{% blocktranslate with when=row.sent_at|ago %}sent {{ when }}{% endblocktranslate %} · {{ name }}",
        '{{ row.text }} {% translate "It can be sent again." %}',
        '<h3>{% translate "Labels" %}</h3><span class="badge">{{ labels|length }}</span>',
    ],
)
def test_what_stands_beside_each_other_is_left_alone(source: str) -> None:
    assert list(glued(source)) == []
