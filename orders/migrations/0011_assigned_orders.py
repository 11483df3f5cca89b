"""An index by which the inbox tells which held orders are assigned, without a look at the orders."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Orders come in while it is made.
    atomic = False

    dependencies = [
        ("orders", "0010_address_indexes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False), ("state__in", ["new", "held", "released"])),
                fields=["id"],
                name="order_assigned_open",
            ),
        ),
    ]
