"""The words and figures the catalogue is generated from."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True, kw_only=True)
class Kind:
    """One kind of promotional product; price is the purchase price in EUR of one piece at the smallest tier."""

    key: str
    de: str
    en: str
    category_de: str
    category_en: str
    price: float
    quantities: tuple[int, ...]
    material: str
    size: tuple[float, float, float]  # mm
    weight: float  # g
    personalized: bool = True
    method: str = "digital"


_MANY = (100, 250, 500, 1000, 2500)
_SOME = (25, 50, 100, 250)
_FEW = (1, 5, 10, 25)

KINDS: tuple[Kind, ...] = (
    Kind(
        key="pen", de="Kugelschreiber", en="Ballpoint pen", category_de="Büro/Schreibgeräte",
        category_en="Office/Writing", price=0.389, quantities=(50, 100, 250, 500), material="ABS",
        size=(140, 11, 11), weight=9.5,
    ),
    Kind(
        key="mug", de="Keramiktasse", en="Ceramic mug", category_de="Haushalt/Küche",
        category_en="Home/Kitchen", price=4.19, quantities=_SOME, material="Ceramic", size=(95, 82, 82), weight=340,
    ),
    Kind(
        key="tshirt", de="T-Shirt", en="T-shirt", category_de="Textil/Oberteile", category_en="Textile/Tops",
        price=5.49, quantities=(10, 25, 50, 100), material="Cotton", size=(700, 520, 4), weight=150, method="screen",
    ),
    Kind(
        key="card", de="Visitenkarten", en="Business cards", category_de="Drucksachen/Karten",
        category_en="Print/Cards", price=0.09, quantities=_MANY, material="Paper 350 g", size=(85, 55, 0.4), weight=1.6,
    ),
    Kind(
        key="sign", de="Firmenschild", en="Company sign", category_de="Schilder", category_en="Signs",
        price=28.9, quantities=_FEW, material="Acrylic glass", size=(400, 300, 5), weight=720,
    ),
    Kind(
        key="neon", de="LED-Neonschild", en="LED neon sign", category_de="Schilder/Neon", category_en="Signs/Neon",
        price=119.0, quantities=(1, 2, 5), material="Silicone, acrylic", size=(800, 400, 20), weight=2400,
    ),
    Kind(
        key="tote", de="Baumwolltasche", en="Cotton tote bag", category_de="Taschen", category_en="Bags",
        price=1.29, quantities=(50, 100, 250, 500), material="Organic cotton", size=(420, 380, 2), weight=110,
    ),
    Kind(
        key="bottle", de="Trinkflasche", en="Drinking bottle", category_de="Haushalt/Trinken",
        category_en="Home/Drinking", price=6.75, quantities=_SOME, material="Stainless steel", size=(260, 72, 72),
        weight=310, method="engraving",
    ),
    Kind(
        key="usb", de="USB-Stick", en="USB stick", category_de="Technik", category_en="Technology", price=3.95,
        quantities=(25, 50, 100, 250, 500), material="Aluminium", size=(58, 19, 10), weight=12, method="engraving",
    ),
    Kind(
        key="notebook", de="Notizbuch", en="Notebook", category_de="Büro/Notizen", category_en="Office/Notes",
        price=2.85, quantities=_SOME, material="Recycled paper", size=(210, 148, 16), weight=280,
    ),
    Kind(
        key="umbrella", de="Regenschirm", en="Umbrella", category_de="Unterwegs", category_en="Outdoor", price=7.2,
        quantities=_SOME, material="Polyester", size=(870, 60, 60), weight=390, personalized=False,
    ),
    Kind(
        key="cap", de="Baseballkappe", en="Baseball cap", category_de="Textil/Kopf", category_en="Textile/Headwear",
        price=2.4, quantities=_SOME, material="Cotton twill", size=(270, 190, 130), weight=85, method="embroidery",
    ),
    Kind(
        key="lanyard", de="Schlüsselband", en="Lanyard", category_de="Messe", category_en="Events", price=0.62,
        quantities=_MANY, material="Polyester", size=(900, 20, 1), weight=24,
    ),
    Kind(
        key="sticker", de="Aufkleber", en="Sticker", category_de="Drucksachen/Aufkleber", category_en="Print/Stickers",
        price=0.11, quantities=_MANY, material="Vinyl", size=(74, 74, 0.1), weight=0.9,
    ),
    Kind(
        key="flag", de="Beachflag", en="Beach flag", category_de="Messe/Fahnen", category_en="Events/Flags",
        price=41.5, quantities=_FEW, material="Flag fabric", size=(2800, 750, 1), weight=1900,
    ),
    Kind(
        key="calendar", de="Tischkalender", en="Desk calendar", category_de="Büro/Kalender",
        category_en="Office/Calendars", price=1.75, quantities=_SOME, material="Paper 250 g", size=(210, 150, 60),
        weight=140, personalized=False,
    ),
)  # fmt: skip

# What merchants ask at first, as multiples of the purchase price: margins of 26 to 44 percent. One product, a lanyard,
# costs more than it brings in, so that what warns of it has something to warn of.
MARKUPS = (1.8, 1.5, 1.65, 1.35, 1.75, 1.45, 1.6)
SOLD_AT_A_LOSS = 12

MODELS: tuple[str, ...] = (
    "Größenwahn", "Åre", "Basic", "Königstein", "Sirius", "Łódź", "Fjord", "Müritz", "Atlas", "Café Crème", "Oslo",
    "Zürich", "Nova", "Søren", "Premium", "Élan", "Straße 7", "Milano", "Öko", "Aurora", "Pico", "Brünn", "Rhône",
)  # fmt: skip

COLOURS: tuple[tuple[str, str, str], ...] = (
    ("blau", "blue", "2f6fde"),
    ("rot", "red", "d6453d"),
    ("grün", "green", "2e9e6b"),
    ("schwarz", "black", "2b2f3a"),
    ("türkis", "turquoise", "1fa7a0"),
    ("orange", "orange", "ee8a2f"),
    ("weiß", "white", "dfe4ec"),
    ("violett", "violet", "7b57c9"),
)

# id, name, ships from, state of the contract (None: there is none)
FULFILLERS: tuple[tuple[int, str, str, str | None], ...] = (
    (1, "Druckhaus Süd GmbH", "DE", "accepted"),
    (2, "Werbewelt Köln", "DE", "accepted"),
    (3, "Söhne & Töchter Wien", "AT", "accepted"),
    (4, "Imprimerie de l'Étoile", "FR", "declined"),
    (5, "Łódź Print Sp. z o.o.", "PL", "requested"),
)

LONG_NAME = "Sehr ausführlich benannter Werbeartikel mit allen Eigenschaften, die ein Titel nicht haben sollte: "
RTL_NAME = "قلم حبر جاف بشعار شركتك"
CANARY = '<script>window.xssCanary=1</script><img src=x onerror="window.xssCanary=2">'
HTML_DE = (
    "<p>{name} aus <strong>{material}</strong>.</p>"
    "<ul><li>Größe frei wählbar</li><li>Druck &amp; Veredelung inklusive</li></ul>"
)
HTML_EN = (
    "<p>{name} made of <strong>{material}</strong>.</p>"
    "<ul><li>free choice of size</li><li>print &amp; finish included</li></ul>"
)
