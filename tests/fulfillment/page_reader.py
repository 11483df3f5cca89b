"""A person at the browser who knows nothing but what pages show: reads the page of an unknown outcome, and answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse

from backoffice.engine.models import Push

REASON = "As the page says."
_CARRIER = re.compile(r"Ask .+ whether the parcel (\S+) is announced")


@dataclass
class Node:
    """An element with its attributes and what is in it."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    def find(self, **wanted: str) -> "Node | None":
        """Return the first element within that has these attributes; `name` is that of the element's attribute."""
        for child in self.children:
            if isinstance(child, Node):
                if all(child.attributes.get(key) == value for key, value in wanted.items()):
                    return child
                if (found := child.find(**wanted)) is not None:
                    return found
        return None


class _Builder(HTMLParser):
    _EMPTY = frozenset({"br", "img", "input", "link", "meta", "hr", "col", "source", "wbr", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        self._open[-1].children.append(node)
        if tag not in self._EMPTY:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].name == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(client: Client, url: str) -> Node:
    """Return the page as a tree. Text of scripts and styles is in no part that is read."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    builder = _Builder()
    builder.feed(response.content.decode())
    return builder.root


@dataclass
class Person:
    """Follows the page where it says how to find out, if they can; else does what it advises; else what they see.

    `asks_carrier` returns whether a parcel is announced; None: nobody can be reached.
    """

    client: Client
    asks_carrier: Callable[[str], bool] | None = None
    answers: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def deal_with(self, push: Push) -> bool:
        """Resolve an unknown outcome, or send again what was refused. False: the page leaves nothing to do now."""
        page = read(self.client, reverse("admin:engine_push_change", args=[push.pk]))
        again = reverse("admin:engine_push_send_again", args=[push.pk])
        if page.find(action=again) is not None:
            self.client.post(again, {"reason": REASON})
            self.answers.append("again")
            return True
        outcome = reverse("admin:engine_push_outcome", args=[push.pk])
        if page.find(href=outcome) is None:
            return False
        return self._decide(read(self.client, outcome), outcome)

    def _decide(self, page: Node, url: str) -> bool:
        self.pages.append(page.text)
        choice = self._choice(page)
        form = page.find(id=f"choice-{choice}")
        button = form.find(name="happened") if form else None
        if form is None or button is None or "disabled" in button.attributes:
            return False
        question = form.find(name="question")
        assert question is not None
        values = {"question": question.attributes["value"] or "", "happened": choice, "reason": REASON}
        self.client.post(url, values)
        self.answers.append(choice)
        return True

    def _choice(self, page: Node) -> str:
        how = page.find(id="find-out")
        advised = _CARRIER.search(how.text) if how else None
        if advised and self.asks_carrier is not None:
            return "yes" if self.asks_carrier(advised[1]) else "no"
        for choice in ("yes", "no"):
            form = page.find(id=f"choice-{choice}")
            if form is not None and "data-advised" in form.attributes:
                return choice
        # Nothing is advised: where the page shows no request, nothing can have left.
        return "wait" if re.search(r"\b(GET|POST) http", page.text) else "no"
