"""What a browser loads for a page that it never saw, and that what is left out is used nowhere."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
import unfold
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from fontTools.ttLib import TTFont

from backoffice.staff.bundles import BUNDLES, BundleFinder, join_parts
from tests.browser import fonts
from tests.orders.rows import make_order

# Bytes as they are sent: compressed, with the fonts of all weights.
LIMIT = 300_000
# Files that a page asks for before it is drawn; pictures come after. Each costs a way to the server.
FILES = 14
# Of the Unfold that `templates/unfold/layouts/skeleton.html` was made from.
SKELETON = "66af9f0bb45f98ba4e16ba5e5a11f36d87b8e07430d19066d088b29548491c2e"
LINKED = re.compile(r"""(?:href|src)=["']/static/([^"'?]+\.(?:css|js|svg|woff2))""")
IN_CSS = re.compile(r"url\([\"']?([^)\"'#?]+)[\"']?\)")
FAR = re.compile(r"-rest\.woff2")


def sent_size(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content))


def load(page: bytes) -> dict[str, int]:
    """Return the bytes of all that the page makes a browser load, by name."""
    sizes = {"page": len(gzip.compress(page))}
    for name in set(LINKED.findall(page.decode())):
        path = Path(str(finders.find(name)))
        sizes[name] = sent_size(path)
        if path.suffix == ".css":
            for other in set(IN_CSS.findall(path.read_text())):
                file = (path.parent / other).resolve()
                if file.exists() and not FAR.search(other):
                    sizes[f"{name} {other}"] = sent_size(file)
    return sizes


PAGES = ["/admin/", "/admin/orders/order/", "/admin/orders/order/{pk}/change/", "/admin/orders/draftorder/new/"]
PAGES += ["/admin/catalog/variant/", "/admin/fulfillment/productionorder/", "/admin/orders/mailcampaign/"]
PAGES += ["/admin/backoffice/integration/", "/admin/auth/user/", "/admin/handbook/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_page_weighs_little_when_nothing_of_it_is_known(client: Client, address: str) -> None:
    orders = [make_order() for _number in range(50)]
    client.force_login(User.objects.create_superuser("mara"))
    address = address.format(pk=orders[-1].pk)
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    sizes = load(gzip.decompress(answer.content))
    assert sum(size for name, size in sizes.items() if "Inter" in name) > 50_000  # the fonts are counted
    assert sum(sizes.values()) < LIMIT, sizes
    assert len(sizes) <= FILES, sizes


@pytest.mark.django_db
def test_only_pages_are_compressed_here(client: Client) -> None:
    """What the API answers may be kept by its tag, which compressing would change."""
    asking = {"Accept-Encoding": "gzip"}
    assert "Content-Encoding" not in client.get("/api/v1/schema/?format=json", headers=asking).headers
    assert "Content-Encoding" not in client.get("/admin/login/").headers
    assert client.get("/admin/login/", headers=asking).headers["Vary"].find("Accept-Encoding") >= 0


def test_every_part_of_a_bundle_is_in_it_in_its_order() -> None:
    for name, parts in BUNDLES.items():
        whole = Path(str(finders.find(name))).read_text()
        places = [whole.index(Path(str(finders.find(part))).read_text()) for part in parts]
        assert places == sorted(places)
        assert len(set(parts)) == len(parts)


def test_a_bundle_follows_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    finder, name = BundleFinder(), "backoffice/staff.css"
    assert "a first rule" not in Path(finder.find(name)).read_text()
    monkeypatch.setattr("backoffice.staff.bundles.join_parts", lambda name: f"/* a first rule */ {join_parts(name)}")
    assert "a first rule" in Path(finder.find(name)).read_text()
    assert {found for found, _storage in finder.list(None)} == BUNDLES.keys()
    assert finder.find("backoffice/desk.css") == []


def test_a_part_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUNDLES, "backoffice/staff.css", ["backoffice/none.css"])
    with pytest.raises(FileNotFoundError, match=r"backoffice/none\.css, a part of backoffice/staff\.css"):
        join_parts("backoffice/staff.css")


def test_what_we_changed_of_unfold_s_frame_is_looked_at_with_each_new_unfold() -> None:
    theirs = Path(unfold.__file__).parent / "templates" / "unfold" / "layouts" / "skeleton.html"
    assert hashlib.sha256(theirs.read_bytes()).hexdigest() == SKELETON, "compare it with ours, then change SKELETON"


def test_every_icon_that_a_page_could_draw_is_in_its_font() -> None:
    every = fonts.icons_of(TTFont(fonts.SHIPPED / fonts.ICONS))
    ours = fonts.icons_of(TTFont(fonts.OURS / fonts.ICONS.name))
    assert {"inbox", "local_shipping", "chevron_right"} <= ours.keys()
    missing = (fonts.words_of_pages() & every.keys()) - ours.keys()
    assert missing == set(), "make the fonts anew: python -m tests.browser.fonts"


def test_letters_of_both_files_are_all_that_there_were() -> None:
    for name in fonts.WEIGHTS.values():
        parts = [fonts.OURS / f"Inter-{name}{part}.woff2" for part in ("", "-rest")]
        near, far = (set(TTFont(part).getBestCmap()) for part in parts)
        assert near | far == set(TTFont(fonts.SHIPPED / "inter" / f"Inter-{name}.woff2").getBestCmap())
        assert {ord(letter) for letter in "aÄßéŁ€–„“→…"} <= near


def test_no_page_uses_the_scripts_that_are_left_out() -> None:
    sources = [*(fonts.ROOT / "templates").rglob("*.html"), *(fonts.ROOT / "backoffice").rglob("*.html")]
    assert [path for path in sources if re.search(r"<canvas|x-sort|class=\"chart\"", path.read_text())] == []
    code = [path for name in fonts.SOURCES for path in (fonts.ROOT / name).rglob("*.py")]
    assert [path for path in code if re.search(r"\bordering_field\b", path.read_text())] == []
