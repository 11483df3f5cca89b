"""Titles and descriptions of many SKUs in one table: what is typed becomes one draft."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from catalog.admin.change_set_pages.drafts import OFFERED, open_drafts
from catalog.admin.texts.rows import TITLE_SAFE, TextList
from catalog.admin.texts.workbench import KIND, chosen_draft
from catalog.labels import key_label
from catalog.models import Variant
from catalog.services.change_sets.texts import LONGEST


@dataclass(frozen=True)
class SearchTextField:
    """One text: what is typed already, over the vendor's default that counts while nothing is."""

    name: str
    label: str
    value: str
    default: str
    safe: int
    most: int


@dataclass(frozen=True)
class GridText:
    reading: Any
    variant: Variant | None
    fields: list[SearchTextField]


class TextGrid(TextList):
    """The list of search texts with fields in it, filtered and paged alike."""

    title = gettext_lazy("Edit search texts")
    template_name = "catalog/seo_grid.html"
    marks_permissions = ()

    def get_rows(self, found: list[Any]) -> list[GridText]:  # type: ignore[override]
        return [
            GridText(row.reading, row.variant, [self._field(name, row.reading) for name in LONGEST])
            for row in super().get_rows(found)
        ]

    def get_context_data(self) -> dict[str, Any]:
        self.draft = chosen_draft(self.request, self.vendor)
        skus = [row.sku for row in self.page.rows]
        changes = self.draft.changes.filter(sku__in=skus) if self.draft else ()
        self.requested = {change.sku: change.requested for change in changes}
        drafts = list(open_drafts(KIND, vendor=self.vendor)[:OFFERED])
        return {**super().get_context_data(), "draft": self.draft, "drafts": drafts}

    def _field(self, name: str, reading: Any) -> SearchTextField:
        own, default = reading.value["overwrites"].get(name), reading.value["defaults"].get(name)
        asked = self.requested.get(reading.sku, {}).get(name, own)
        safe = TITLE_SAFE if name == "meta_title" else LONGEST[name]
        return SearchTextField(name, key_label(name), asked or "", default or "", safe, LONGEST[name])
