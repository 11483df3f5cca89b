"""Published reviews: made by control, read with a public key, listed with a private one."""

from dataclasses import dataclass, field
from typing import Any

MOST = 1000


@dataclass(slots=True)
class Published:
    """All reviews, oldest first: id, site, product ("" for the site), r, txt, c, date, o, odate, reply, rdate, lang."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, *, at: str, **asked: Any) -> dict[str, Any]:
        """Publish one. Raises ValueError for what no review can be."""
        known = {"site", "product", "rating", "text", "name", "order", "order_date", "reply", "date", "language"}
        if unknown := asked.keys() - known:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        stars = int(asked.get("rating", 5))
        if not 1 <= stars <= 5:
            raise ValueError("rating has to be 1 to 5")
        row = {
            "id": str(len(self.rows) + 1),
            "site": str(asked["site"]),
            "product": str(asked.get("product") or ""),
            "c": str(asked.get("name", "Jana G.")),
            "r": stars,
            "txt": str(asked.get("text", "")),
            "date": str(asked.get("date", at)),
            "o": str(asked.get("order", "")),
            "odate": str(asked.get("order_date", "")),
            "reply": str(asked.get("reply", "")),
            "rdate": "",
            "transl": 0,
            "lang": str(asked.get("language", "")),
        }
        self.rows.append(row)
        return row

    def of(self, site: str, scope: str) -> dict[str, Any]:
        """Return what is published of a site ("site") or of one of its products."""
        product = "" if scope == "site" else scope
        rows = [row for row in self.rows if row["site"] == site and row["product"] == product]
        counts = {str(star): sum(row["r"] == star for row in rows) for star in range(1, 6)}
        average = round(sum(row["r"] for row in rows) / len(rows), 2) if rows else 0
        shown = [{name: value for name, value in row.items() if name not in ("site", "product")} for row in rows]
        return {
            "ratings": {"total": len(rows), "average": average, "distribution": counts},
            "reviews": sorted(shown, key=lambda row: row["date"], reverse=True)[:MOST],
        }

    def listed(self, site: str, *, kind: str, limit: int, product: str) -> dict[str, Any]:
        """Return the private list: `kind` is site, product or both."""
        rows = [
            row for row in reversed(self.rows) if row["site"] == site and (not product or row["product"] == product)
        ]
        if kind != "both":
            rows = [row for row in rows if bool(row["product"]) == (kind == "product")]
        reviews = [
            {
                "id": row["id"],
                "order": row["o"],
                "product": row["product"] or "no",
                "review_rating": str(row["r"]),
                "review_text": row["txt"],
                "review_status": "1",
                "reviewer_name": row["c"],
                "date_time": row["date"],
            }
            for row in rows[:limit]
        ]
        pages = -(-len(rows) // limit)
        return {"pagination": {"total_results": len(rows), "total_pages": pages}, "reviews": reviews}
