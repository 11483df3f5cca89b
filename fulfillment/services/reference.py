"""Countries, states and carriers as a vendor knows them."""

from collections import Counter

import msgspec
from django.db import transaction
from django.db.models import Model

from backoffice.vendors.abilities import HasReferenceData
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.messages import StateData
from backoffice.vendors.registry import vendor_title
from fulfillment.models import Carrier, Country, State


def sync_reference(source: HasReferenceData) -> Counter[str]:
    """Bring our lists up to the vendor's; return how many of each were read.

    Nothing is deleted: orders refer to it. All is read before anything is written. Raises VendorError.
    """
    countries, states, carriers = source.countries(), source.states(), source.carriers()
    if not countries:
        raise VendorProtocolError(f"{vendor_title(source.name)} lists no countries; ours are left as they are.")
    with transaction.atomic():
        _upsert(Country, [Country(**msgspec.structs.asdict(country)) for country in countries], key=["iso2"])
        known = set(Country.objects.values_list("iso2", flat=True))
        _upsert(State, [_state(state, known=known) for state in states], key=["country", "iso2", "name"])
        _upsert(Carrier, [Carrier(**msgspec.structs.asdict(carrier)) for carrier in carriers], key=["key"])
    return Counter(countries=len(countries), states=len(states), carriers=len(carriers))


def _upsert(model: type[Model], rows: list[Model], *, key: list[str]) -> None:
    """Write the rows; of two with the same key the last one counts."""
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    unique = {tuple(getattr(row, columns[name]) for name in key): row for row in rows}
    model._default_manager.bulk_create(
        unique.values(),
        update_conflicts=True,
        unique_fields=key,
        update_fields=[name for name in columns if name not in (*key, "id")],
        batch_size=1000,
    )


def _state(state: StateData, *, known: set[str]) -> State:
    country_id = state.country_iso2 if state.country_iso2 in known else None
    return State(country_id=country_id, iso2=state.iso2, iso3=state.iso3, name=state.name)
