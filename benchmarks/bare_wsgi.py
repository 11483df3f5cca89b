"""The bare views behind no middleware at all, which apps may ask for when they start."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
settings.MIDDLEWARE = []
application = WSGIHandler()
