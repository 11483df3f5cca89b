"""The inbox as a reader goes through it."""

import re

from django.test import Client


def read_inbox(client: Client) -> str:
    """Return the page of the inbox and that of each kind of work on it, one after the other."""
    page = client.get("/admin/").content.decode()
    kinds = sorted(set(re.findall(r"\?kind=([\w-]+)", page)))
    return page + "".join(client.get("/admin/", {"kind": kind}).content.decode() for kind in kinds)
