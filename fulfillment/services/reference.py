"""Brings in countries, states and carriers as a vendor knows them."""

from collections import Counter

from django.db import transaction
from django.db.models import Model

from backoffice.vendors.abilities import HasReferenceData
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.messages import CarrierData, CountryData, StateData
from fulfillment.models import Carrier, Country, State


def sync_reference(source: HasReferenceData) -> Counter[str]:
    """Bring our lists up to the vendor's; answers how many of each were read.

    Nothing is deleted: orders refer to it. All is read before anything is written. Raises VendorError.
    """
    countries, states, carriers = source.countries(), source.states(), source.carriers()
    if not countries:
        raise VendorProtocolError(f"{source.name} lists no countries; ours are left as they are.")
    with transaction.atomic():
        _upsert(Country, [_country(facts) for facts in countries], key=["iso2"])
        known = set(Country.objects.values_list("iso2", flat=True))
        _upsert(State, [_state(facts, known=known) for facts in states], key=["country", "iso2", "name"])
        _upsert(Carrier, [_carrier(facts) for facts in carriers], key=["key"])
    return Counter(countries=len(countries), states=len(states), carriers=len(carriers))


def _upsert(model: type[Model], rows: list[Model], *, key: list[str]) -> None:
    """Where a list says something twice the last one counts."""
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    unique = {tuple(getattr(row, columns[name]) for name in key): row for row in rows}
    model._default_manager.bulk_create(
        unique.values(),
        update_conflicts=True,
        unique_fields=key,
        update_fields=[name for name in columns if name not in (*key, "id")],
        batch_size=1000,
    )


def _country(facts: CountryData) -> Country:
    return Country(iso2=facts.iso2, iso3=facts.iso3, name=facts.name, state_mandatory=facts.state_mandatory)


def _state(facts: StateData, *, known: set[str]) -> State:
    return State(
        country_id=facts.country_iso2 if facts.country_iso2 in known else None,
        iso2=facts.iso2,
        iso3=facts.iso3,
        name=facts.name,
    )


def _carrier(facts: CarrierData) -> Carrier:
    return Carrier(key=facts.key, name=facts.name, kind=facts.kind, available=facts.available)
