"""A process that reports: it answers a request, asks a vendor, and fails with a secret on its lips."""

import logging
import os
import sys

import django


def main(token: str, secret: str, customer: str, collector: str) -> None:
    from django.test import Client

    from backoffice.vendors.http import Request, new_session, send

    Client().get(f"/files/{token}/?email={customer}", headers={"Host": "localhost"})
    request = Request("GET", f"{collector}/vendor", {"access_token": secret}, None)
    send(request, session=new_session(), headers={}, vendor="x")
    try:
        password = secret
        raise ValueError(f"Authorization: Bearer {password}")
    except ValueError:
        logging.getLogger("backoffice.tests").exception("It failed at /files/%s/.", token)


def send_all() -> None:
    import sentry_sdk
    from opentelemetry import trace

    sentry_sdk.flush(5)
    trace.get_tracer_provider().shutdown()  # type: ignore[attr-defined]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    main(*sys.argv[1:])
    send_all()
