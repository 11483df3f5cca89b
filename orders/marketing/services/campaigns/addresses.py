"""Which addresses get a card: deliverable ones in the US; and what two spellings of one person have in common."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from backoffice.text.emails import usable_email
from backoffice.text.regions import country_code, state_code
from backoffice.vendors.card_messages import CardAddress
from orders.marketing.models import LeftOut
from orders.models import Address

LONGEST = 200
US = frozenset({"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"})
# States, the District of Columbia, territories and the military's post offices.
_WORDS = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AA AE AP"
)
STATES = frozenset(_WORDS.split())
TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
# Where ZIP codes begin with a zero.
ZERO_STATES = frozenset({"CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VI", "VT", "AE"})
_SHORT_ZIP = re.compile(r"^([0-9]{3,4}|[0-9]{7,8})((?:-[0-9]{4})?)$")
_ZIP = re.compile(r"^([0-9]{5})(?:[- ]?([0-9]{4}))?$")
_WORD = re.compile(r"[^\W_]+")
# What a post office makes of an address, so that two spellings are alike.
_SHORT = {
    "street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "lane": "ln", "boulevard": "blvd", "court": "ct",
    "place": "pl", "square": "sq", "terrace": "ter", "highway": "hwy", "parkway": "pkwy", "circle": "cir",
    "apartment": "apt", "suite": "ste", "floor": "fl", "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip


@dataclass(frozen=True)
class ValidatedAddress:
    """An address as it would be sent; `reason` is empty when it can be. `key` tells people apart."""

    address: CardAddress
    reason: str
    key: str


def validate_order_address(address: Address | None, *, email: str = "") -> ValidatedAddress:
    """Validate the recipient's address of an order; an order without one is not in the US."""
    if address is None:
        return ValidatedAddress(CardAddress(), LeftOut.NOT_US, "")
    given = {
        "firstname": address.firstname,
        "lastname": address.lastname,
        "organisation": address.company,
        "address1": address.street,
        "address2": address.care_of,
        "city": address.city,
        "state_code": address.state_code,
        "zip": address.zip,
        "country": address.country_code,
        "email": usable_email(email) or usable_email(address.email),
    }
    return validate_address(given)


@dataclass(frozen=True)
class RecipientInput:
    """A row of a table, its values as `validate_address` takes them; `reason` is why it cannot be used."""

    number: int
    values: Mapping[str, str]
    reason: str = ""


def validate_row(row: RecipientInput) -> ValidatedAddress:
    """Validate the address of a row from which a spreadsheet may have taken the zeros of the ZIP code."""
    validated = validate_address(row.values, has_lost_zeros=True)
    return replace(validated, reason=row.reason or validated.reason)


def validate_address(given: Mapping[str, str], *, has_lost_zeros: bool = False) -> ValidatedAddress:
    """Return the address cleaned, with ZIP+4 split, and the first thing that is wrong as the reason.

    `given` has the names of `CardAddress`, with `zip` whole and `country`; a blank country is the US. A state may be
    written out, and be given as the country where it is a territory.
    """
    texts = {name: " ".join(value.replace("\x00", "").split()) for name, value in given.items()}
    country, state = _place(texts.get("country", ""), texts.get("state_code", ""))
    zip_code = texts.get("zip", "")
    zip5, zip4 = split_zip(_with_zeros(zip_code, state=state) if has_lost_zeros else zip_code)
    address = CardAddress(
        firstname=texts.get("firstname", "")[:LONGEST],
        lastname=texts.get("lastname", "")[:LONGEST],
        organisation=texts.get("organisation", "")[:LONGEST],
        address1=texts.get("address1", "")[:LONGEST],
        address2=texts.get("address2", "")[:LONGEST],
        city=texts.get("city", "")[:LONGEST],
        state_code=state[:LONGEST],
        zip5=zip5[:LONGEST],
        zip4=zip4,
        email=texts.get("email", "")[:255].casefold(),
    )
    too_long = any(len(text) > LONGEST for name, text in texts.items() if name != "email")
    return ValidatedAddress(address, _reason(address, country=country, too_long=too_long), person_key(address))


def _place(country: str, state: str) -> tuple[str, str]:
    """Return the codes of country and state, or what was given. Post offices count territories as states."""
    plain_country = country.replace(".", "").upper()
    code = "US" if plain_country in ("", *US) else country_code(plain_country) or _us_state(country) or plain_country
    state = _us_state(state) or state.upper()
    if code in TERRITORIES:
        return "US", state if state in STATES else code
    return code, state


def _us_state(text: str) -> str | None:
    return state_code(text.replace(".", ""), country="US")


def _with_zeros(text: str, *, state: str) -> str:
    """Return the ZIP code with the leading zeros that a spreadsheet drops, in states where it has some."""
    found = _SHORT_ZIP.match(text) if state in ZERO_STATES else None
    if found is None:
        return text
    return f"{found[1]:0>9}" if len(found[1]) > 5 else f"{found[1]:0>5}{found[2] or ''}"


def split_zip(text: str) -> tuple[str, str]:
    """Return five digits and the four behind them; what is no ZIP code stays as it is, before nothing."""
    found = _ZIP.match(text)
    return (found[1], found[2] or "") if found else (text, "")


def person_key(address: CardAddress) -> str:
    """Return the same key for one name at one address, however it is spelled; empty without an address."""
    name = plain(f"{address.firstname} {address.lastname}") or plain(address.organisation)
    place = plain(f"{address.address1} {address.address2}")
    if not name or not place:
        return ""
    return hashlib.sha256(f"{name}|{place}|{address.zip5}".encode()).hexdigest()[:32]


def plain(text: str) -> str:
    """Return the words without case, accents and signs, and in their short form."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(_SHORT.get(word, word) for word in _WORD.findall(bare))


def _reason(address: CardAddress, *, country: str, too_long: bool) -> str:
    checks = [
        (country != "US", LeftOut.NOT_US),
        (too_long, LeftOut.TOO_LONG),
        (not plain(address.firstname + address.lastname + address.organisation), LeftOut.NO_NAME),
        (not plain(address.address1), LeftOut.NO_STREET),
        (not address.city, LeftOut.NO_CITY),
        (address.state_code not in STATES, LeftOut.BAD_STATE),
        (_ZIP.match(address.zip5) is None or len(address.zip5) != 5, LeftOut.BAD_ZIP),
    ]
    return next((reason for is_wrong, reason in checks if is_wrong), "")
