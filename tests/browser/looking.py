"""What can be wrong with how a page looks: too wide, names over their neighbours, texts cut off, what axe finds."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

WIDTHS = (2560, 1440, 768, 390)
# Where pages that are too wide show it: on most desks, and on a phone.
USUAL_WIDTHS = (1440, 390)
DESK = {"width": 1440, "height": 900}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

# Nothing moves or fades while one looks, and a choice may have a name of any length: a closed list is as wide as that.
PREPARE = """() => {
  document.getAnimations().forEach((one) => one.finish());
  document.querySelectorAll("#content select").forEach((list) => {
    if (list.options.length) list.options[0].textContent = "Wolfeschlegelstein ".repeat(6);
  });
  return document.fonts.ready.then(() => null);
}"""

# A name that runs out of its cell does not make the page wider: its box would lie over its neighbour's.
OVERRUN = """() => [...document.querySelectorAll("#content .desk td, #content .desk th")].filter((cell) => {
  const box = cell.getBoundingClientRect();
  return box.width && [...cell.querySelectorAll("*")].some((inner) => {
    const style = getComputedStyle(inner);
    if (style.position === "absolute" || inner.closest(".visually-hidden, .scroll-x, svg")) return false;
    let frame = inner.parentElement;
    while (frame !== cell && getComputedStyle(frame).overflowX === "visible") frame = frame.parentElement;
    const edge = (frame === cell ? cell : frame).getBoundingClientRect().right;
    return frame === cell && inner.getBoundingClientRect().right > edge + 1;
  });
}).map((cell) => "runs out of its cell: " + cell.className + ": " + cell.textContent.trim().slice(0, 40))"""

# What reaches beyond the window, the innermost last; where no box does, what overflows by something else than a box.
OUTSIDE = """() => {
  const all = [...document.body.querySelectorAll("*")], edge = window.innerWidth + 1;
  const boxes = all.filter((one) => one.getBoundingClientRect().right > edge);
  const others = all.filter((one) => one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX === "visible" && one.getBoundingClientRect().left + one.scrollWidth > edge);
  return (boxes.length ? boxes : others).slice(-3).map((one) =>
    one.parentElement.className + " > " + one.tagName + "." + one.className);
}"""

# Text that a box cuts off without saying so by an ellipsis, and without a way to scroll to it.
CUT = """() => {
  const hidden = ".visually-hidden, .sr-only, svg, option, [hidden], .material-symbols-outlined, template";
  const top = document.querySelector("#content") || document.body;
  const found = [], walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const own = node.parentElement;
    if (!node.data.trim() || own.closest(hidden)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (!text.width || !text.height) continue;
    for (let frame = own; frame && frame !== document.body; frame = frame.parentElement) {
      const style = getComputedStyle(frame);
      if (["auto", "scroll"].includes(style.overflowX) || style.position === "fixed") break;
      if (style.overflowX === "visible") continue;
      if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") break;
      const box = frame.getBoundingClientRect();
      if (box.width > 2 && (text.right > box.right + 2 || text.left < box.left - 2)) {
        found.push("cut: " + frame.tagName + "." + frame.className + ": " + node.data.trim().slice(0, 40));
        break;
      }
    }
  }
  return found;
}"""

# What was closed has yet to take the colours of another theme.
OPEN_ALL = """(isOpen) => {
  document.querySelectorAll("#content details").forEach((one) => { one.open = isOpen; });
  document.getAnimations().forEach((one) => one.finish());
}"""

# Unfold keeps the choice and sets the class; its script would ask the page's memory again only after a reload.
THEME = """(isDark) => {
  document.documentElement.classList.toggle("dark", isDark);
  document.getAnimations().forEach((one) => one.finish());
}"""

RUN_AXE = """(rules) => axe.run(document, {
  resultTypes: ["violations"], ...(rules.length ? {runOnly: {type: "rule", values: rules}} : {}),
}).then((found) => found.violations.filter((one) => ["critical", "serious"].includes(one.impact)).flatMap((one) =>
  one.nodes.slice(0, 3).map((node) =>
    one.id + ": " + node.html.slice(0, 160) + " | " + (node.any[0] || {message: ""}).message.slice(0, 150))
))"""

# A list's rows are made alike: axe takes its time by how many there are.
FEWER_ROWS = """() => document.querySelectorAll("#content tbody > tr:nth-child(n+13)").forEach((row) => row.remove())"""

# What may differ between the themes: the same elements have other colours.
OF_COLOURS = ("color-contrast", "link-in-text-block")


def look(page: Page, *, whole: bool, opened: bool = True) -> Iterator[str]:
    """Yield what is wrong at each width, closed and with everything opened that can be."""
    page.evaluate(PREPARE)
    for width in WIDTHS if whole else USUAL_WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        yield from (f"{width}: {fault}" for fault in _at_width(page))
    if opened and page.locator("#content details").count():
        page.evaluate(OPEN_ALL, True)
        yield from (f"opened, {WIDTHS[-1]}: {fault}" for fault in _at_width(page))
        page.set_viewport_size(DESK)
        yield from (f"opened, 1440: {fault}" for fault in _at_width(page))
        page.evaluate(OPEN_ALL, False)
    page.set_viewport_size(DESK)


def ask_axe(page: Page, *, whole: bool) -> Iterator[str]:
    """Yield what is critical or serious: in the light theme, and of the dark one its colours, or all (`whole`).

    The page has lost rows afterwards, unless `whole`.
    """
    page.evaluate(AXE)
    if not whole:
        page.evaluate(FEWER_ROWS)
    for is_dark in (False, True):
        page.evaluate(THEME, is_dark)
        page.evaluate(OPEN_ALL, is_dark)
        rules: list[Any] = list(OF_COLOURS) if is_dark and not whole else []
        yield from (f"axe, {'dark' if is_dark else 'light'}: {fault}" for fault in page.evaluate(RUN_AXE, rules))
    page.evaluate(THEME, False)
    page.evaluate(OPEN_ALL, False)


def _at_width(page: Page) -> list[str]:
    excess = _settled_excess(page)
    wide = [f"{excess} px too wide: {page.evaluate(OUTSIDE)}"] if excess > 0 else []
    return [*wide, *page.evaluate(OVERRUN)[:3], *page.evaluate(CUT)[:3]]


def _settled_excess(page: Page) -> int:
    """Return by how many pixels the page exceeds its window, once its frame has stopped moving."""
    excess = 0
    for _attempt in range(10):
        excess = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if excess <= 0:
            break
        page.wait_for_timeout(50)
    return int(excess)
