"""Indexes by which the inbox, the day in figures and the order list read as much of ten million orders as of one."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Orders come in while they are made.
    atomic = False

    dependencies = [
        ("orders", "0007_growth_vacuum"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("released_at__isnull", True)),
                fields=["reason", "placed_at", "id"],
                include=("order", "owner"),
                name="hold_waiting",
            ),
        ),
        RemoveIndexConcurrently(model_name="hold", name="hold_active"),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                fields=["-created_at"], include=("id", "shop", "is_test", "currency", "total"), name="order_day"
            ),
        ),
        RemoveIndexConcurrently(model_name="order", name="order_received"),
    ]
