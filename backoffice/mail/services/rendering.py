"""Templates of mails: plain text with `{{ variables }}`, and nothing else that could be executed.

A line whose variables are all empty is left out, so that "Track it here: {{ tracking_link }}" needs no condition.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
# Of all that stands for a variable.
LONGEST_VALUE = 20_000

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
_NAME = re.compile(r"[a-z][a-z_0-9]*")
_BLANKS = re.compile(r"\n{3,}")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_NAMES_A_PAGE = re.compile(r"://|\bwww\.|[a-z0-9]\.[a-z]{2,}/", re.IGNORECASE)


def check_template(subject_line: str, body: str, *, variables: Collection[str]) -> None:
    """Raise InvalidInput, with the errors by field, for what could not be rendered."""
    errors = {}
    for field, text, longest in (("subject_line", subject_line, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if found := list(_errors(text, variables=variables, longest=longest)):
            errors[field] = found
    if "\n" in subject_line:
        errors.setdefault("subject_line", []).append(_("A subject must be a single line."))
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], errors=errors)


def render_subject(template: str, context: Mapping[str, str]) -> str:
    """Return the subject on one line, without anything that could begin a header."""
    line = " ".join(_fill(template, context).split())
    line = "".join(char for char in line if char.isprintable())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def render_text(template: str, context: Mapping[str, str]) -> str:
    """Return the text; what a variable stands for is never read as a template."""
    lines = []
    for line in template.replace("\r\n", "\n").split("\n"):
        names = [match[1].strip() for match in _PLACEHOLDER.finditer(line)]
        if not names or any(context.get(name, "") for name in names):
            lines.append(_fill(line, context).rstrip())
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def render_html(text: str, *, links: Iterable[str] = ()) -> SafeString:
    """Return the text as paragraphs. All of it is escaped; only `links` that lead to the web become links."""
    known = sorted({link for link in links if _WEB.match(link)}, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, known))})", text) if known else [text]
    shown = (format_html('<a href="{}">{}</a>', part, part) if part in known else part for part in parts)
    html = format_html_join("", "{}", ((part,) for part in shown))
    paragraphs = (linebreaksbr(SafeString(part), autoescape=False) for part in html.split("\n\n"))
    return format_html_join("\n", "<p>{}</p>", ((part,) for part in paragraphs))


def safe_name(text: str) -> str:
    """Return a name that a customer typed as it may stand in a mail from us: one that names a page advertises it."""
    name = " ".join(text.split())[:100]
    return "" if _NAMES_A_PAGE.search(name) else name


def _fill(text: str, context: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: context.get(match[1].strip(), "")[:LONGEST_VALUE], text)


def _errors(text: str, *, variables: Collection[str], longest: int) -> Iterable[str]:
    if not text.strip():
        yield _("This field cannot be empty.")
    if len(text) > longest:
        yield _("At most %(longest)s characters.") % {"longest": longest}
    for match in _PLACEHOLDER.finditer(text):
        name = match[1].strip()
        if name not in variables:
            yield _unknown(name, variables)
    if "{{" in (rest := _PLACEHOLDER.sub("", text)) or "}}" in rest:
        yield _("A variable begins with {{ and ends with }} on the same line.")
    if "{%" in text:
        yield _("Only variables such as {{ number }} can be used.")


def _unknown(name: str, variables: Collection[str]) -> str:
    params = {"name": name[:50]}
    if _NAME.fullmatch(name) and (close := get_close_matches(name, variables, n=1)):
        text = _("There is no variable “%(name)s”. Did you mean “%(close)s”?")
        return text % (params | {"close": close[0]})
    text = _("There is no variable “%(name)s”. Available: %(variables)s.")
    return text % (params | {"variables": ", ".join(sorted(variables))})
