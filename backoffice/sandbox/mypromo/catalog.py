"""The catalogue: products and variants as data, generated on demand from a seed number.

Nothing generated is kept: product number n is always the same for the same seed, so a catalogue of 200,000 variants
costs no more memory than one of 300. What a fulfiller or a hand changed lies over it in `changes`, `removed` and
`broken`; what a merchant changed, in `own`, for that merchant alone.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import accumulate
from typing import Any

from backoffice.sandbox.mypromo.catalog_words import (
    CANARY,
    COLOURS,
    FULFILLERS,
    HTML_DE,
    HTML_EN,
    KINDS,
    LONG_NAME,
    MARKUPS,
    MODELS,
    RTL_NAME,
    SOLD_AT_A_LOSS,
    Kind,
)
from backoffice.sandbox.options import Options

_SIZES = (4, 3, 6, 1, 5, 4, 2, 5)  # variants per product, repeated: 300 variants make 80 products
_STARTS = (0, *accumulate(_SIZES))
FIRST_VARIANT_ID = 1_000_001
_MAIN = (1, 2, 1, 2, 1, 1, 2, 1, 2, 1)


@dataclass(slots=True, kw_only=True)
class Variant:
    """One orderable thing. `price` is the purchase price of one piece at the smallest tier in EUR, net.

    `stock` None means unmanaged; `max_qty` is order_max_qty; `course` names what the sandbox does to orders of it.
    `active` is the fulfiller's word on whether it can be ordered, `available` the merchant's on its sales channels.
    `markup` is what the merchant asks at first, as a multiple of the purchase price.
    `purchase`, `recommended` and `sales` hold written tiers as pairs of quantity and price, `overwrites` SEO texts.
    """

    id: int
    sku: str
    kind: Kind
    colour: tuple[str, str, str]
    name_de: str
    name_en: str
    description_de: str
    description_en: str
    price: float
    markup: float = MARKUPS[0]
    quantities: tuple[int, ...]
    max_qty: int
    fulfillers: tuple[int, ...]
    tier_only: bool = False
    gtin: str | None = None
    active: bool = True
    available: bool = True
    personalized: bool = True
    test: bool = False
    sample: bool = False
    express: bool = False
    stock: int | None = None
    days: tuple[int, int] = (3, 5)
    has_contract: bool = True
    overwritten: bool = False
    course: str = ""
    purchase: Sequence[Sequence[Any]] | None = None
    recommended: Sequence[Sequence[Any]] | None = None
    sales: Sequence[Sequence[Any]] | None = None
    # What the merchant wrote in other currencies, by currency.
    sales_in: dict[str, list[list[Any]]] | None = None
    overwrites: dict[str, str | None] | None = None
    updated_at: str = "2026-02-25T23:59:59.000000Z"

    @property
    def sku_fulfiller(self) -> str | None:
        """The fulfiller's own SKU; some have none."""
        return f"F-{self.sku}" if self.id % 6 else None

    def contract_of(self, fulfiller: int) -> str | None:
        """Return the state of the contract with a fulfiller, None when there is none."""
        return FULFILLERS[fulfiller - 1][3] if self.has_contract else None

    def orderable(self) -> bool:
        """Return whether any fulfiller with an accepted contract makes it."""
        return any(self.contract_of(f) == "accepted" for f in self.fulfillers)


@dataclass(slots=True, kw_only=True)
class Product:
    """A mother with its variants."""

    number: int
    id: int
    kind: Kind
    name_de: str
    name_en: str
    variants: list[Variant]

    def ships_from(self) -> set[str]:
        """Return the iso2 countries any of its fulfillers ships from."""
        return {FULFILLERS[f - 1][2] for v in self.variants for f in v.fulfillers}


CHANGEABLE = {f.name for f in fields(Variant)} - {"id", "sku", "kind", "colour", "course"}
MERCHANT_FACTS = {"available", "sales", "sales_in", "overwrites", "overwritten", "updated_at"}


class Catalogue:
    """All products: first the fixed ones of the document's examples, then the generated ones."""

    def __init__(self, *, options: Options, fixed: list[Product]) -> None:
        self._seed = options.catalog_seed
        self._is_awkward = options.catalog_awkward
        self._fixed = fixed
        self._fixed_variants = [v for p in fixed for v in p.variants]
        self._by_sku = {v.sku: (p.number, n) for p in fixed for n, v in enumerate(p.variants)}
        self._generated = max(0, options.catalog_variants - len(self._fixed_variants))
        self.changes: dict[str, dict[str, Any]] = {}
        self.own: dict[str, dict[str, dict[str, Any]]] = {}  # account → SKU → data
        self.removed: set[int] = set()
        self.broken: set[int] = set()
        self._made = lru_cache(maxsize=2048)(self._make)
        self._shipping: dict[str, list[int]] = {}

    @property
    def product_count(self) -> int:
        """How many products there are, removed ones included."""
        cycles, rest = divmod(self._generated, _STARTS[-1])
        return len(self._fixed) + cycles * len(_SIZES) + bisect_left(_STARTS, rest)

    def product(self, number: int, *, merchant: str = "") -> Product:
        """Return the product with this number from 0, with changes applied, a merchant's own ones too."""
        made = self._fixed[number] if number < len(self._fixed) else self._made(number)
        layers = [layer for layer in (self.changes, self.own.get(merchant, {})) if layer]
        if not any(v.sku in layer for layer in layers for v in made.variants):
            return made
        changed = list(made.variants)
        for layer in layers:
            changed = [replace(v, **layer[v.sku]) if v.sku in layer else v for v in changed]
        return replace(made, variants=changed)

    def numbers(self, shipping_from: str) -> list[int]:
        """Return the numbers of all products that ship from an iso2 country, removed ones left out."""
        country = "GB" if shipping_from == "UK" else shipping_from
        if country not in self._shipping:
            found = (n for n in range(self.product_count) if country in self._countries(n))
            self._shipping[country] = list(found)
        numbers = self._shipping[country]
        return [n for n in numbers if n not in self.removed] if self.removed else numbers

    def numbers_of(self, fulfiller: int) -> list[int]:
        """Return the numbers of all products that are mainly this fulfiller's, removed ones left out."""
        return [n for n in range(self.product_count) if n not in self.removed and self._owner(n) == fulfiller]

    def variant_count(self, number: int) -> int:
        """Return how many variants a product has, without making it."""
        if number < len(self._fixed):
            return len(self._fixed[number].variants)
        start = self._start(number - len(self._fixed))
        return min(self._start(number - len(self._fixed) + 1), self._generated) - start

    def find(self, sku: str, *, merchant: str = "") -> Variant | None:
        """Return the variant of a SKU, as a merchant sees it when one is given, or None."""
        place = self.place(sku)
        return self.product(place[0], merchant=merchant).variants[place[1]] if place else None

    def place(self, sku: str) -> tuple[int, int] | None:
        """Return product number and position in it for a SKU, or None when unknown or removed."""
        place = self._by_sku.get(sku) or self._parsed(sku)
        return None if place is None or place[0] in self.removed else place

    def number_of(self, key: int) -> int | None:
        """Return the product number for the id of a mother or of a variant, or None."""
        number: int | None = key - 1
        if key >= FIRST_VARIANT_ID:
            number = self._holder(key - FIRST_VARIANT_ID)
        if number is None or not 0 <= number < self.product_count or number in self.removed:
            return None
        return number

    def change(self, sku: str, **data: Any) -> None:
        """Lay other values over a variant. Raises KeyError for an unknown SKU, ValueError for unknown fields."""
        if not set(data) <= CHANGEABLE:
            raise ValueError(f"cannot change: {', '.join(sorted(set(data) - CHANGEABLE))}")
        if self.place(sku) is None:
            raise KeyError(sku)
        self.changes[sku] = {**self.changes.get(sku, {}), **data}
        for held in self.own.values():
            if sku in held:
                held[sku] = {name: value for name, value in held[sku].items() if name not in data}

    def change_own(self, sku: str, *, merchant: str, **data: Any) -> None:
        """Lay values over a variant that only this merchant sees. Raises KeyError, ValueError as `change` does."""
        if not set(data) <= MERCHANT_FACTS:
            raise ValueError(f"not the merchant's: {', '.join(sorted(set(data) - MERCHANT_FACTS))}")
        if self.place(sku) is None:
            raise KeyError(sku)
        held = self.own.setdefault(merchant, {})
        held[sku] = {**held.get(sku, {}), **data}

    def drop_sales(self, sku: str, *, kept: Sequence[int]) -> None:
        """Forget what merchants wrote for quantities that are no longer offered; nothing brings it back."""
        for held in self.own.values():
            if sales := held.get(sku, {}).get("sales"):
                held[sku]["sales"] = [pair for pair in sales if pair[0] in kept]
            for tiers in (held.get(sku, {}).get("sales_in") or {}).values():
                tiers[:] = [pair for pair in tiers if pair[0] in kept]

    def _parsed(self, sku: str) -> tuple[int, int] | None:
        head, _, digits = sku.rpartition("-C")
        if not digits.isdecimal() or len(digits) != 7:
            return None
        index = int(digits) - 1
        if not 0 <= index < self._generated:
            return None
        number = self._holder(index + len(self._fixed_variants))
        if number is None or head != f"MP-F{self._fulfillers(number - len(self._fixed))[0]}":
            return None
        return number, index - self._start(number - len(self._fixed))

    def _holder(self, variant: int) -> int | None:
        if variant < len(self._fixed_variants):
            return self._by_sku[self._fixed_variants[variant].sku][0]
        index = variant - len(self._fixed_variants)
        if index >= self._generated:
            return None
        cycle, rest = divmod(index, _STARTS[-1])
        return len(self._fixed) + cycle * len(_SIZES) + bisect_right(_STARTS, rest) - 1

    @staticmethod
    def _start(serial: int) -> int:
        cycle, rest = divmod(serial, len(_SIZES))
        return cycle * _STARTS[-1] + _STARTS[rest]

    @staticmethod
    def _fulfillers(serial: int) -> tuple[int, ...]:
        if serial % 20 == 13:
            return (3,)
        main = _MAIN[serial % len(_MAIN)]
        return (main, 3 + serial // 4 % 3) if serial % 4 == 1 else (main,)

    def _owner(self, number: int) -> int:
        if number < len(self._fixed):
            return self._fixed[number].variants[0].fulfillers[0]
        return self._fulfillers(number - len(self._fixed))[0]

    def _countries(self, number: int) -> set[str]:
        if number < len(self._fixed):
            return self._fixed[number].ships_from()
        return {FULFILLERS[f - 1][2] for f in self._fulfillers(number - len(self._fixed))}

    def _make(self, number: int) -> Product:
        serial = number - len(self._fixed)
        rng = random.Random(f"{self._seed}:{serial}")
        kind = KINDS[serial % len(KINDS)]
        model = MODELS[rng.randrange(len(MODELS))]
        name_de, name_en = f"{kind.de} „{model}“", f"{kind.en} “{model}”"
        if self._is_awkward and serial % 37 == 5:
            name_de = (LONG_NAME * 2)[: 200 - len(name_de) - 1] + " " + name_de
        if self._is_awkward and serial % 41 == 8:
            name_de = name_en = f"{RTL_NAME} {model}"
        product = Product(
            number=number, id=number + 1, kind=kind, name_de=name_de, name_en=name_en, variants=[]
        )  # fmt: skip
        first = self._start(serial)
        price = round(kind.price * rng.uniform(0.85, 1.3), 4)
        for position in range(self.variant_count(number)):
            product.variants.append(self._variant(product, serial, first + position, price=price, rng=rng))
        return product

    def _variant(self, product: Product, serial: int, index: int, *, price: float, rng: random.Random) -> Variant:
        kind = product.kind
        fulfillers = self._fulfillers(serial)
        colour = COLOURS[(index + serial) % len(COLOURS)]
        description_de, description_en = _descriptions(
            product, index, html=serial % 3 == 0, is_awkward=self._is_awkward
        )
        tier_only = serial % 4 == 2
        top = kind.quantities[-1]
        stock_managed = not kind.personalized or serial % 9 == 4
        return Variant(
            id=FIRST_VARIANT_ID + len(self._fixed_variants) + index,
            sku=f"MP-F{fulfillers[0]}-C{index + 1:07d}",
            kind=kind,
            colour=colour,
            name_de=f"{product.name_de} {colour[0]}",
            name_en=f"{product.name_en} {colour[1]}",
            description_de=description_de,
            description_en=description_en,
            price=price,
            markup=0.95 if serial == SOLD_AT_A_LOSS else MARKUPS[serial % len(MARKUPS)],
            quantities=kind.quantities,
            tier_only=tier_only,
            # the document shows a product whose maximum equals its highest tier though any quantity is allowed
            max_qty=top if tier_only or serial % 11 == 5 else (200_000 if serial % 3 else top * 10),
            fulfillers=fulfillers,
            gtin=None if index % 5 else f"40{index:010d}{rng.randrange(10)}",
            active=index % 29 != 17,
            available=index % 31 != 19,
            personalized=kind.personalized,
            sample=index % 53 == 31,
            test=index % 97 == 61,
            express=serial % 6 == 1,
            stock=(0 if index % 23 == 11 else rng.randrange(200, 50_000)) if stock_managed else None,
            days=(1, 2) if serial % 6 == 1 else (3, 5 + serial % 4),
            has_contract=serial % 19 != 7,
            overwritten=index % 43 == 7,
        )


def _descriptions(product: Product, index: int, *, html: bool, is_awkward: bool) -> tuple[str, str]:
    material = product.kind.material
    if is_awkward and index % 47 == 13:
        return CANARY + product.name_de, CANARY + product.name_en
    if html:
        return (
            HTML_DE.format(name=product.name_de, material=material),
            HTML_EN.format(name=product.name_en, material=material),
        )
    return f"{product.name_de} aus {material}.", f"{product.name_en} made of {material}."
