"""Settings by subject, from the environment only; `.env.example` lists every one with unit and default.

A secret may also be given as `NAME_FILE`, the path of a file that holds it. Without `DATABASE_URL` or `REDIS_URL` the
servers that come with the Python wheels are started under `var/` (see `embedded`), except in production.

What cannot be used is collected while this is read; at the end the process stops and names all of it.
"""

from backoffice.settings.api import *
from backoffice.settings.application import *
from backoffice.settings.audit import *
from backoffice.settings.base import *
from backoffice.settings.base import env
from backoffice.settings.celery import *
from backoffice.settings.database import *
from backoffice.settings.engine import *
from backoffice.settings.files import *
from backoffice.settings.growth import *
from backoffice.settings.jobs import *
from backoffice.settings.language import *
from backoffice.settings.mail import *
from backoffice.settings.monitoring import *
from backoffice.settings.orders import *
from backoffice.settings.processes import *
from backoffice.settings.refused import *
from backoffice.settings.security import *
from backoffice.settings.servers import *
from backoffice.settings.sign_in import *
from backoffice.settings.vendors import *
from backoffice.settings.webhooks import *
from backoffice.settings.woocommerce import *

env.stop_if_faulty()
