"""What errors are about, on pages of orders."""

from django import template

from orders.services.change_labels import place_of

register = template.Library()
register.filter(place_of)
