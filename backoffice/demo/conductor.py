"""Prepares the demo's data and runs all its processes until one ends or Ctrl-C is pressed."""

import os
import shlex
import socket
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from honcho import manager as honcho_manager
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from backoffice.accounts.models import ApiKey, FurtherMarket, Shop
from backoffice.demo.mails import switch_mails_on
from backoffice.demo.marketing import switch_rules_on
from backoffice.demo.notes import Notes
from backoffice.sandbox import apps

NOTES_NAME = "demo.json"
STAFF_NAME = "demo"
# Seconds from Ctrl-C to a kill: longer than a worker takes to end its tasks.
honcho_manager.KILL_WAIT = 35
# What the shell calls a program that Ctrl-C or a plain kill ended.
STOPPED_BY_HAND = (130, 143)
# Where the sandbox is: its pictures of signs, its storefront, which takes webhooks, its shop that runs on WooCommerce.
_ON_THIS_MACHINE = {
    "ALLOW_PRIVATE_FILE_HOSTS": "1",
    "RULE_CALL_PRIVATE_NETWORKS": "1",
    "WEBHOOK_PRIVATE_NETWORKS": "1",
    "WOOCOMMERCE_PRIVATE_NETWORKS": "1",
}

# Than in production, so that one can watch.
FASTER = {
    "SWEEP_SECONDS": "3",
    "PULL_ORDERS_SECONDS": "30",
    "EXPORT_ORDERS_SECONDS": "5",
    "RUN_RULES_SECONDS": "3",
    "STAFF_MAILS_SECONDS": "20",
    "PROCESS_WOOCOMMERCE_SECONDS": "3",
    "PULL_WOOCOMMERCE_SECONDS": "60",
    "SEND_WOOCOMMERCE_STOCK_SECONDS": "10",
    "VENDOR_READ_TIMEOUT": "10",
    "PUSH_LEASE_SECONDS": "45",
    "PUSH_SETTLE_SECONDS": "15",
}

Say = Callable[[str], None]


class PortTaken(Exception):
    """Something else listens where a process of the demo should."""


def prepare(say: Say) -> Notes:
    """Make tables, static files, groups, a shop, an API key and a staff login. Safe to repeat."""
    notes_path = settings.VAR_DIR / NOTES_NAME
    notes = Notes.read(notes_path)
    say("Preparing the database ...")
    call_command("migrate", verbosity=0)
    call_command("setup_groups", verbosity=0)
    call_command("setup_rules", verbosity=0, stdout=StringIO())
    say("Collecting the pages' pictures and scripts ...")
    call_command("collectstatic", interactive=False, verbosity=0)
    data = {"name": "Printed with love", "currency": "EUR", "tax_percent": 19, "sign_integration_id": 42}
    shop, _ = Shop.objects.get_or_create(code="WEB", defaults=data)
    FurtherMarket.objects.get_or_create(shop=shop, currency="USD", defaults={"countries": ["US", "CA"]})
    switch_rules_on()
    switch_mails_on(shop)
    _ensure_staff(notes.staff_password)
    if not notes.api_key or not ApiKey.objects.is_valid(notes.api_key):
        notes.api_key = ApiKey.objects.create_key(name="demo storefront", shop=shop)[1]
    notes.runs += 1
    notes.write(notes_path)
    return notes


def environment(notes: Notes, *, port: int, sandbox_port: int, mail_port: int) -> dict[str, str]:
    """Return the settings of the demo's processes; what is already set in the environment wins."""
    ours = {
        **apps.environment(port=sandbox_port),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "SANDBOX_MAIL_PORT": str(mail_port),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "DEFAULT_FROM_EMAIL": "shop@printed-with-love.example",
        "DEMO_SHOP_URL": shop_url(sandbox_port),
        "SANDBOX_STATE": str(settings.VAR_DIR / "sandbox.json"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MYPROMO_CALLBACK_SECRET": notes.callback_secret,
        **_ON_THIS_MACHINE,
        "WEBHOOK_RETRY_BACKOFF": "3,10,30,120",
        "WOOCOMMERCE_BACKOFF": "3,10,30,120",
        **FASTER,
        # The terminal is for what one has to know.
        "ACCESS_LOG": "0",
        "DEMO_API_KEY": notes.api_key,
        "DEMO_RUN": str(notes.runs),
        "PYTHONUNBUFFERED": "1",
        # Celery warns of running as root, which a demo in a container does.
        "PYTHONWARNINGS": "ignore",
    }
    return ours | dict(os.environ)


def shop_url(sandbox_port: int) -> str:
    """Return where the demo's shop is, beside the vendors in the sandbox."""
    return f"http://127.0.0.1:{sandbox_port}/storefront/"


def conduct(env: dict[str, str], *, storefront: list[str]) -> int:
    """Run the Procfile's processes and the storefront together. Return the exit code of the one that ended first."""
    manager = Manager(Printer(sys.stdout))
    procfile = parse_procfile((Path(settings.BASE_DIR) / "Procfile").read_text())
    for name, command in procfile.processes.items():
        manager.add_process(name, command, env=env, cwd=str(settings.BASE_DIR))
    command = shlex.join([sys.executable, "manage.py", "demo_storefront", *storefront])
    manager.add_process("storefront", command, env=env, cwd=str(settings.BASE_DIR))
    manager.loop()
    return 0 if manager.returncode in STOPPED_BY_HAND else int(manager.returncode or 0)


def _ensure_staff(password: str) -> None:
    user, _ = get_user_model().objects.get_or_create(
        username=STAFF_NAME,
        defaults={
            "is_staff": True,
            "is_superuser": True,
            "first_name": "Dana",
            "last_name": "Demo",
            "email": "dana@printed-with-love.example",
        },
    )
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    user.groups.set(Group.objects.all())


def ensure_port_free(name: str, port: int) -> None:
    """Raise PortTaken unless the port is free."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise PortTaken(f"Port {port} is in use by another program; choose another one with {name}=....")
