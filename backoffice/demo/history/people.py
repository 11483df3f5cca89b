"""Who ordered: people and companies in Germany, Austria and France, drawn from names and places."""

import random
import unicodedata
from dataclasses import dataclass

REGULARS = 170


@dataclass(frozen=True)
class Country:
    """Names, streets and places that go together."""

    code: str
    firstnames: tuple[str, ...]
    lastnames: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    companies: tuple[str, ...]
    phone: str


@dataclass(frozen=True)
class Person:
    """Somebody who orders, for a company or for themselves."""

    firstname: str
    lastname: str
    company: str
    street: str
    zip: str
    city: str
    country_code: str
    phone: str

    @property
    def email(self) -> str:
        return f"{_plain(self.firstname)}.{_plain(self.lastname)}@example.com"


GERMANY = Country(
    "DE",
    ("Anna", "Ben", "Clara", "David", "Emma", "Finn", "Greta", "Hannes", "Ida", "Jonas", "Katharina", "Lukas", "Marie",
     "Nils", "Paula", "Robert", "Sabine", "Thomas", "Ulrike", "Yusuf"),
    ("Albrecht", "Bergmann", "Demir", "Engel", "Fischer", "Grünwald", "Hoffmann", "Jäger", "Krüger", "Lehmann",
     "Möller", "Neumann", "Petersen", "Richter", "Schäfer", "Schröder", "Vogel", "Weiß", "Yılmaz", "Zimmermann"),
    ("Lindenstraße", "Bahnhofstraße", "Gartenweg", "Am Markt", "Schillerstraße", "Kirchplatz", "Mühlenweg"),
    (("10119", "Berlin"), ("20357", "Hamburg"), ("80469", "München"), ("50672", "Köln"), ("04109", "Leipzig"),
     ("70178", "Stuttgart"), ("28203", "Bremen"), ("79098", "Freiburg im Breisgau"), ("90402", "Nürnberg")),
    ("Tischlerei Holzwurm GmbH", "Café Morgenrot", "Praxis am Park", "Radhaus Nord GmbH", "Buchhandlung Seitenweise",
     "Stadtwerke Musterfeld", "Yogastudio Lotus", "Brauerei Goldhopfen KG"),
    "+49 30 5550",
)  # fmt: skip
AUSTRIA = Country(
    "AT",
    ("Franziska", "Georg", "Johanna", "Lena", "Matthias", "Stefan", "Theresa", "Valentin"),
    ("Bauer", "Eder", "Gruber", "Hofer", "Leitner", "Moser", "Pichler", "Steiner"),
    ("Mariahilfer Straße", "Landstraße", "Schulgasse", "Hauptplatz", "Rosengasse"),
    (("1070", "Wien"), ("8010", "Graz"), ("4020", "Linz"), ("5020", "Salzburg"), ("6020", "Innsbruck")),
    ("Gasthof Alpenblick", "Weingut Sonnleiten", "Bergsport Huber GmbH"),
    "+43 1 5550",
)  # fmt: skip
FRANCE = Country(
    "FR",
    ("Amélie", "Bastien", "Chloé", "Élodie", "François", "Hélène", "Julien", "Margaux"),
    ("Bernard", "Dubois", "Fontaine", "Garnier", "Lefèvre", "Moreau", "Petit", "Roussel"),
    ("rue de la République", "avenue Victor Hugo", "rue des Lilas", "place du Marché"),
    (("75011", "Paris"), ("69002", "Lyon"), ("67000", "Strasbourg"), ("33000", "Bordeaux"), ("44000", "Nantes")),
    ("Boulangerie du Canal", "Librairie des Arts SARL", "Cycles Atlantique"),
    "+33 1 55 50",
)  # fmt: skip
# Most customers are at home where the shop is.
_SHARES = ((GERMANY, 72), (AUSTRIA, 16), (FRANCE, 12))


def draw_people(rng: random.Random) -> list[Person]:
    """Return the shop's customers; each e-mail address belongs to one of them."""
    countries, weights = [country for country, _share in _SHARES], [share for _country, share in _SHARES]
    drawn = (_draw(rng, country) for country in rng.choices(countries, weights, k=2 * REGULARS))
    return list({person.email: person for person in drawn}.values())[:REGULARS]


def _draw(rng: random.Random, country: Country) -> Person:
    number, place = rng.randrange(1, 90), rng.choice(country.places)
    street = rng.choice(country.streets)
    return Person(
        firstname=rng.choice(country.firstnames),
        lastname=rng.choice(country.lastnames),
        company=rng.choice(country.companies) if rng.random() < 0.35 else "",
        street=f"{number} {street}" if country is FRANCE else f"{street} {number}",
        zip=place[0],
        city=place[1],
        country_code=country.code,
        phone=f"{country.phone}{rng.randrange(1000, 9999)}" if rng.random() < 0.6 else "",
    )


_SPELT: dict[str, int | str | None] = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i"}


def _plain(name: str) -> str:
    """Return a name as it stands in an e-mail address."""
    spelt = name.lower().translate(str.maketrans(_SPELT))
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
