"""What the handbook is made of: where its texts and pictures lie, its pages in their order, sections."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "docs" / "handbook"
SCREENS = Path(settings.BASE_DIR) / "docs" / "screens" / "handbook"
# The page that the others are found from.
INDEX = "index"
# In the order in which somebody new would read them.
ORDER = (
    INDEX,
    "order-desk",
    "holds",
    "editing",
    "phone-orders",
    "complaints",
    "rules",
    "people",
    "prices",
    "texts",
    "stock",
    "production",
    "dispatch",
    "cards",
    "letters",
    "vendors",
    "jobs",
)


@dataclass(frozen=True)
class HandbookSection:
    """What stands below one heading; what stands above the first one has no anchor, and the page's title."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class HandbookPage:
    """One page, rendered; `language` is what it is written in."""

    name: str
    language: str
    title: str
    html: str
    sections: tuple[HandbookSection, ...]

    def section(self, anchor: str) -> HandbookSection | None:
        return next((one for one in self.sections if one.anchor == anchor), None)
