"""Rights that no page asks for are in no part of a role any more; roles and people lose them, and nothing by it."""

from typing import Any

from django.db import migrations

from backoffice.accounts.granting import take_from_all

_RIGHTS = [
    "fulfillment.view_shipment",
    *(
        f"axes.{action}_{model}"
        for model in ("accessattempt", "accessfailurelog", "accesslog")
        for action in ("view", "add", "change", "delete")
    ),
]


def take(apps: Any, schema_editor: Any) -> None:
    take_from_all(apps, _RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_keep_sights"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(take, migrations.RunPython.noop)]
