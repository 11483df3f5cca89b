"""The handbook as staff see it: rendered, in their language, searched, and with nothing served but its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.handbook import book, rendering, views
from tests.handbook.sources import LANGUAGES
from tests.pages.asking import INLINE

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000a0000000500806000000")
ENGLISH = """# Holds

Why an order waits, and what to do. For the order desk.

## Release an order {#release}

1. Open the order. Choose **Release**.

| Hold | Then |
|---|---:|
| stock | wait, see [prices](prices.md#send) |

![A held order](../../screens/handbook/en/held.png)

**Note:** Nothing is lost. [The start](index.md)

## Look at <b>one</b> {#look}

Nothing else.
"""
GERMAN = (
    ENGLISH.replace("# Holds", "# Sperren").replace("Release an order", "Bestellung freigeben").replace("/en/", "/de/")
)


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    """Sign in somebody who is staff and may do nothing."""
    client.force_login(User.objects.create_user("nele", is_staff=True))
    return client


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write a handbook of three pages, of which one is there in English only."""
    texts = {
        "en/index": "# Start\n\nBegin here.",
        "en/holds": ENGLISH,
        "en/prices": "# Prices\n\nText.\n\n## Send {#send}\n\nNow.",
    }
    for name, text in (texts | {"de/index": "# Anfang\n\nHier.", "de/holds": GERMAN}).items():
        path = tmp_path / "handbook" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for language in LANGUAGES:
        (tmp_path / "screens" / language).mkdir(parents=True)
        (tmp_path / "screens" / language / "held.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    monkeypatch.setattr(book, "FOLDER", tmp_path / "handbook")
    for module in (rendering, views):
        monkeypatch.setattr(module, "SCREENS", tmp_path / "screens")
    book.book_in.cache_clear()
    yield tmp_path
    book.book_in.cache_clear()


def content(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_page_has_its_contents_neighbours_and_links(staff: Client, written: Path) -> None:
    page = content(staff, "/admin/handbook/holds/")
    assert '<a href="#release">Release an order</a>' in page
    assert '<h2 id="release">Release an order</h2>' in page
    assert 'rel="prev" href="/admin/handbook/"' in page
    assert 'rel="next" href="/admin/handbook/prices/"' in page
    assert '<a href="/admin/handbook/prices/#send">prices</a>' in page
    assert '<a href="/admin/handbook/">The start</a>' in page
    assert '<p class="handbook-note"><strong>Note:</strong>' in page
    assert re.search(
        r'<img alt="A held order" [^>]*src="/admin/handbook/pictures/en/held\.png\?v=\w{8}"[^>]* width="160"',
        page,
    )
    assert ".md" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_what_a_language_lacks_is_there_in_english(staff: Client, written: Path) -> None:
    staff.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    page = content(staff, "/admin/handbook/holds/")
    assert "Bestellung freigeben" in page
    assert 'class="handbook-text" lang="de"' in page
    assert "/pictures/de/held.png" in page
    assert 'class="handbook-text" lang="en"' in content(staff, "/admin/handbook/prices/")


def test_a_picture_is_kept_by_its_reader(staff: Client, written: Path) -> None:
    answer = staff.get("/admin/handbook/pictures/en/held.png?v=1")
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, max-age=31536000"
    assert b"".join(answer) == PNG  # type: ignore[arg-type]


HOSTILE = (
    "nothing/", "../settings/", "..%2f..%2fmanage/", "holds.md/", "%00/", "h%C3%B6lds/", "a" * 5000 + "/",
    "pictures/en/nothing.png", "pictures/fr/held.png", "pictures/en/../secret.png", "pictures/en/..%2f..%2fsecret.png",
    "pictures/en/" + "a" * 5000 + ".png", "pictures/%2e%2e/secret.png", "pictures/en/held.md",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_the_handbook_is_served(staff: Client, written: Path, name: str) -> None:
    assert staff.get(f"/admin/handbook/{name}").status_code == 404


def test_the_first_page_has_one_address(staff: Client, written: Path) -> None:
    assert staff.get("/admin/handbook/index/")["Location"] == "/admin/handbook/"


def test_who_is_not_signed_in_reads_nothing(client: Client, db: None) -> None:
    for address in ("", "holds/", "pictures/en/inbox.png", "?q=hold"):
        assert client.get(f"/admin/handbook/{address}").status_code == 302


def test_a_search_finds_the_section_with_all_words(staff: Client, written: Path) -> None:
    page = content(staff, "/admin/handbook/?q=open+RELEASE")
    assert '<a href="/admin/handbook/holds/#release">Release an order</a>' in page
    assert "<mark>Release</mark>" in page
    assert "/admin/handbook/prices/#send" not in page.partition("handbook-matches")[2]
    # The heading counts more than a word in the text.
    assert content(staff, "/admin/handbook/?q=look").count("#look") == 1


@pytest.mark.parametrize("text", ["zzz", "", "%00", "<b>", "\u200b", "a" * 3000, "release zzz", "(", "\\"])
def test_a_search_without_results_says_so(staff: Client, written: Path, text: str) -> None:
    page = staff.get("/admin/handbook/", {"q": text}).content.decode()
    if text == "<b>":  # a word of a heading
        assert "&lt;<mark>" not in page
    else:
        assert "No sections match these words" in page
    assert "<b>" not in page


def test_every_page_takes_the_same_queries(staff: Client, written: Path) -> None:
    counts = set()
    for address in ("", "holds/", "prices/", "?q=release", "?q=zzz"):
        staff.get("/admin/handbook/")
        with CaptureQueriesContext(connection) as queries:
            staff.get(f"/admin/handbook/{address}")
        counts.add(len(queries))
    assert len(counts) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_that_is_written_can_be_shown(staff: Client, language: str) -> None:
    staff.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for page in book.book_in(language).values():
        shown = content(staff, rendering.page_url(page.name))
        assert shown.count('class="handbook-text"') == 1
        assert page.title in shown
        assert INLINE.search(shown) is None, page.name
        assert re.search(r"\sstyle=", page.html) is None, page.name
        # What Markdown did not read as it was meant.
        assert not re.search(r"\*\*|\]\(|\{#|\.md[#\"]|\.\./", page.html), page.name
        ids = re.findall(r'\sid="([^"]+)"', page.html)
        assert len(ids) == len(set(ids))


def test_every_staff_page_says_where_it_is_described(admin_client: Client) -> None:
    shown = content(admin_client, "/admin/orders/order/")
    [link] = re.findall(r'<a class="handbook-link"[^>]*>', shown)
    assert 'target="_blank"' in link
    assert re.search(r'title="Handbook: [^"]+"', link)
    admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert 'title="Handbuch: ' in content(admin_client, "/admin/orders/order/")
    # A page that is opened in a small window of another one has none.
    assert "handbook-link" not in content(admin_client, "/admin/fulfillment/carrier/?_popup=1").partition("</head>")[2]


def test_sections_are_found_in_the_palette(staff: Client, written: Path) -> None:
    answer = staff.get("/admin/search/", {"s": "release an", "extended": "1"})
    found = {str(row.title): (str(row.description), row.link) for row in answer.context["results"]}
    assert found["Handbook: Release an order"] == ("Holds", "/admin/handbook/holds/#release")


def test_the_sidebar_of_everybody_has_the_handbook(staff: Client, written: Path) -> None:
    assert '<a href="/admin/handbook/" class="flex' in content(staff, "/admin/handbook/holds/")
