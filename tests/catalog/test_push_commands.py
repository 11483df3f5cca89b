"""Changes from the command line: the same checks and approvals as in the browser."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backoffice.engine.models import Push
from catalog.models import Change, ChangeSet, ChangeSetState
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.prices import margin_after
from catalog.services.tables.columns import LAYOUTS
from tests.catalog.change_desk import FULFILLER, Desk


def run(command: str, file: Path, *arguments: str) -> str:
    out = StringIO()
    call_command(command, str(file), *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def prices(desk: Desk, tmp_path: Path) -> Path:
    """Return one SKU, its first quantity 7 % dearer."""
    [sku] = desk.skus(1)
    tier = desk.held(sku)["sales_prices"][0]
    file = tmp_path / "prices.csv"
    file.write_text(f"sku,quantity,price\n{sku},{tier['qty']},{tier['price'] * 1.07:.4f}\n")
    return file


def test_a_dry_run_prints_the_difference_and_keeps_nothing(desk: Desk, prices: Path) -> None:
    told = run("push_prices", prices, "--dry-run")
    [sku] = desk.skus(1)
    before = desk.held(sku)["sales_prices"][0]
    assert f"{sku}  sales {before['qty']}: {before['price']} -> " in told
    assert "+7.0 %" in told
    assert "margin" in told
    assert not ChangeSet.objects.exists()
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_a_table_with_the_columns_of_the_export_is_taken(desk: Desk, tmp_path: Path) -> None:
    [sku] = desk.skus(1)
    tier = desk.held(sku)["sales_prices"][0]
    cells = {"sku": sku, "quantity": str(tier["qty"]), "sales": f"{tier['price'] * 1.07:.4f}"}
    columns = LAYOUTS["sales_prices"].columns
    file = tmp_path / "export.csv"
    file.write_text(f"{','.join(columns)}\n{','.join(cells.get(name, '') for name in columns)}\n")
    assert "+7.0 %" in run("push_prices", file, "--dry-run")


def test_the_dry_run_says_what_the_page_says(desk: Desk, prices: Path) -> None:
    told = run("push_prices", prices, "--dry-run")
    run("push_prices", prices, "--user", "author")
    change = Change.objects.get()
    [line] = format_of("sales_prices").lines(change.before, after=change.after)
    margin = margin_after(line, before=change.before)
    name = line.key.replace(":", " ")
    assert f"{change.sku}  {name}: {line.before} -> {line.after}  ({line.move:+} %, margin {margin} %)" in told


def test_without_approve_the_set_waits(desk: Desk, prices: Path) -> None:
    assert "waits to be approved" in run("push_prices", prices, "--user", "author")
    assert ChangeSet.objects.get().state == ChangeSetState.CHECKED
    assert not Push.objects.exists()


def test_approve_pushes_in_the_name_of_somebody_who_may(desk: Desk, prices: Path) -> None:
    run("push_prices", prices, "--user", "boss", "--approve")
    change_set = desk.work_off(ChangeSet.objects.get())
    assert (change_set.state, change_set.approved_by) == (ChangeSetState.VERIFIED, "boss")


def test_approve_is_refused_to_somebody_who_may_not(desk: Desk, prices: Path) -> None:
    desk.author.user_permissions.clear()
    with pytest.raises(CommandError):
        run("push_prices", prices, "--user", "author", "--approve")
    assert ChangeSet.objects.get().state == ChangeSetState.CHECKED
    assert not Push.objects.exists()
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_large_changes_are_not_approved_by_their_author_here_either(desk: Desk, tmp_path: Path) -> None:
    [sku] = desk.skus(1)
    tier = desk.held(sku)["sales_prices"][0]
    file = tmp_path / "prices.csv"
    file.write_text(f"sku;quantity;price\n{sku};{tier['qty']};{tier['price'] * 1.5:.2f}\n")
    with pytest.raises(CommandError, match="someone else"):
        run("push_prices", file, "--user", "boss", "--approve")
    assert not Push.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "sku,quantity,price\nA,50,cheap\n",
        "sku,quantity,price\nA,50,1\nA,50,2\n",
        "sku,quantity,pryce\nA,50,1\n",
        "sku,quantity,price\n,50,1\n",
        "sku,quantity,price\nA,50\n",
        "sku,quantity,price\nA,,1\n",
    ],
)
def test_tables_that_cannot_be_read_are_refused(desk: Desk, tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text)
    with pytest.raises(CommandError):
        run("push_prices", file, "--dry-run")
    assert not ChangeSet.objects.exists()


def test_an_absent_column_and_a_blank_cell_change_nothing(desk: Desk, tmp_path: Path) -> None:
    [sku] = desk.skus(1)
    file = tmp_path / "texts.csv"
    file.write_text(f"sku,meta_title,meta_keywords\n{sku},Pens,\n")
    run("push_seo", file, "--user", "author")
    assert Change.objects.get().requested == {"meta_title": "Pens"}
    run("push_seo", file, "--user", "author", "--clear")
    assert Change.objects.order_by("-pk")[0].requested == {"meta_title": "Pens", "meta_keywords": None}


def test_stock_of_a_fulfiller_and_channels_of_a_merchant(desk: Desk, tmp_path: Path) -> None:
    [own] = desk.skus(1, vendor=FULFILLER)
    file = tmp_path / "stock.csv"
    file.write_text(f"sku,available,managed,qty\n{own},yes,yes,0012\n")
    run("push_stock", file, "--vendor", FULFILLER, "--user", "boss", "--approve")
    assert desk.work_off(ChangeSet.objects.get()).state == ChangeSetState.VERIFIED
    assert desk.held(own)["stock"] == 12
    [sku] = [sku for sku in desk.skus(5) if desk.held(sku)["available"]][:1]
    file.write_text(f"sku,available\n{sku},no\n")
    run("push_stock", file, "--user", "boss", "--approve")
    desk.work_off(ChangeSet.objects.order_by("-pk")[0])
    assert desk.held(sku)["available"] is False
