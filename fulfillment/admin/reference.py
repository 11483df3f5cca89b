"""Countries, states and carriers in the admin, to look up."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.staff.base import FactsAdmin
from fulfillment.models import Carrier, Country, State


class ReferenceAdmin(FactsAdmin):
    """Small lists that nobody edits; no row has a page of its own."""

    list_display_links = None
    list_per_page = 300
    show_full_result_count = False


@admin.register(Country)
class CountryAdmin(ReferenceAdmin):
    list_display = ["name", "iso2", "iso3", "is_state_required"]
    search_fields = ["name", "iso2", "iso3"]
    list_filter = ["state_mandatory"]
    ordering = ["name"]

    @display(description=_("State required"), boolean=True, ordering="state_mandatory")
    def is_state_required(self, country: Country) -> bool:
        return country.state_mandatory


@admin.register(State)
class StateAdmin(ReferenceAdmin):
    list_display = ["name", "iso2", "iso3", "country"]
    list_select_related = ["country"]
    search_fields = ["name", "iso2", "country__name", "country__iso2"]
    ordering = ["country__name", "name"]
    list_per_page = 100


@admin.register(Carrier)
class CarrierAdmin(ReferenceAdmin):
    list_display = ["name", "key", "kind", "is_available"]
    search_fields = ["name", "key"]
    list_filter = ["available", "kind"]
    ordering = ["name"]

    @display(description=_("Available"), boolean=True, ordering="available")
    def is_available(self, carrier: Carrier) -> bool:
        return carrier.available
