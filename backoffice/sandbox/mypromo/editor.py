"""The page that stands for mypromo's editor: pick a colour, press Done, go back to the shop.

It opens at `editor_start_url`, or at `editor_start_url_cname` when one is configured (`editor_cname`). Picking another
colour switches the design's SKU, as the real editor does. A submitted design cannot be opened any more.
"""

from html import escape
from typing import Any
from urllib.parse import parse_qs, quote

from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.designs import Designs
from backoffice.sandbox.mypromo.pictures import picture_path
from backoffice.sandbox.mypromo.routing import PUBLIC, Caller, Route
from backoffice.sandbox.wire import Request, Response

_HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1f2530 }}
fieldset {{ border: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 1rem }}
legend {{ font-weight: 600; padding: 0 }}
label {{ display: block; text-align: center; padding: .5rem; border: 1px solid #cdd3de; border-radius: .5rem }}
label:has(:checked) {{ border-color: #2f6fde; box-shadow: 0 0 0 2px #2f6fde }}
img {{ display: block; width: 8rem; height: 8rem }}
button, a {{ display: inline-block; margin: 1rem 1rem 0 0; padding: .5rem 1.25rem; font: inherit }}
button {{ border: 0; border-radius: .5rem; background: #2f6fde; color: #fff }}
</style></head><body><h1>{title}</h1>{content}</body></html>"""


class Editor:
    """Shows designs to shoppers and takes what they chose."""

    def __init__(self, *, catalogue: Catalogue, designs: Designs) -> None:
        self._catalogue = catalogue
        self._designs = designs

    def routes(self) -> list[Route]:
        """Return the routes a browser uses; their addresses are the only credentials."""
        return [
            Route("GET", "editor/{id}/show/{code}", PUBLIC, self.show),
            Route("POST", "editor/{id}/show/{code}", PUBLIC, self.finish),
            Route("GET", "auth", PUBLIC, self.enter),
        ]

    def show(self, request: Request, caller: Caller, key: int, code: str) -> Response:
        """Return the page."""
        return self._refused(key, code) or self._page(request, self._designs.held[key])

    def enter(self, request: Request, caller: Caller) -> Response:
        """Return the page for the newest JWT of a design."""
        key = self._designs.entered_by(request.query.get("jwt", ""))
        if key is None:
            return _message(404, "There is no such design.")
        design = self._designs.held[key]
        return self._refused(key, _code(design)) or self._page(request, design)

    def finish(self, request: Request, caller: Caller, key: int, code: str) -> Response:
        """Keep the chosen colour and send the shopper back to the shop."""
        if (refused := self._refused(key, code)) is not None:
            return refused
        design = self._designs.held[key]
        chosen = parse_qs(request.body.decode("utf-8", "replace")).get("sku", [design["sku"]])[0]
        if chosen not in {v.sku for v in self._variants(design)}:
            return _message(422, "This colour does not exist.")
        self._designs.switch_sku(key, sku=chosen)
        return Response(303, b"", {"Location": quote(design["return_url"], safe="%/:=&?~#+!$,;'@()*[]")})

    def _refused(self, key: int, code: str) -> Response | None:
        design = self._designs.held.get(key)
        if design is None or _code(design) != code:
            return _message(404, "There is no such design.")
        if design["status"] != "PENDING":
            return _message(410, "This design has been submitted and cannot be edited any more.")
        return None

    def _page(self, request: Request, design: dict[str, Any]) -> Response:
        choices = "".join(self._choice(request, v, chosen=v.sku == design["sku"]) for v in self._variants(design))
        action = f"{request.base_url}editor/{design['id']}/show/{_code(design)}"
        cancel = f'<a href="{escape(design["cancel_url"])}">Cancel</a>' if design["cancel_url"] else ""
        content = (
            f'<form method="post" action="{escape(action)}"><fieldset><legend>Colour</legend>{choices}</fieldset>'
            f'<button type="submit">Done</button>{cancel}</form>'
        )
        page = _PAGE.format(title=f"Design {design['id']}", content=content)
        return Response(200, page.encode(), dict(_HTML))

    def _choice(self, request: Request, variant: Variant, *, chosen: bool) -> str:
        picture = request.base_url + picture_path(variant.kind.key, variant.colour[2])
        checked = " checked" if chosen else ""
        return (
            f'<label><img src="{escape(picture)}" alt=""><input type="radio" name="sku" value="{escape(variant.sku)}"'
            f"{checked}> {escape(variant.colour[1])}</label>"
        )

    def _variants(self, design: dict[str, Any]) -> list[Variant]:
        place = self._catalogue.place(design["sku"])
        return [v for v in self._catalogue.product(place[0]).variants if v.active] if place else []


def _code(design: dict[str, Any]) -> str:
    return str(design["editor_start_url"].rsplit("/", 1)[-1])


def _message(status: int, text: str) -> Response:
    return Response(status, _PAGE.format(title="Editor", content=f"<p>{escape(text)}</p>").encode(), dict(_HTML))
