"""The WSGI entry point for gunicorn: `gunicorn backoffice.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from backoffice.web.chunked import with_known_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

application = with_known_length(get_wsgi_application())
