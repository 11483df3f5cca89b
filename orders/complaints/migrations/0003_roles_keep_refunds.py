"""Who took care of complaints noted refunds too, and goes on doing so."""

from typing import Any

from django.db import migrations

from backoffice.accounts.granting import grant_to_holders


def keep(apps: Any, schema_editor: Any) -> None:
    name = "Can note refunds and record their payment"
    grant_to_holders(apps, "complaints.pay_refund", model="complaint", name=name, held=["complaints.change_complaint"])


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0002_roles_refunds"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
