from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Orders come in while it is made.
    atomic = False

    dependencies = [
        ("orders", "0012_unreadable_since"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="vendororder",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["submitted", "checked", "in_production", "unknown"]),
                    ("unreadable_since__isnull", False),
                ),
                fields=["unreadable_since", "id"],
                name="vendor_order_unreadable",
            ),
        ),
    ]
