"""The pages of the handbook, on the site of all staff pages."""

from backoffice.handbook import views
from backoffice.staff.site import register_page

register_page("handbook/", views.index, name="handbook")
register_page("handbook/<slug:name>/", views.page, name="handbook_page")
register_page(
    "handbook/pictures/<slug:language>/<slug:name>.png", views.picture, name="handbook_picture", cacheable=True
)
