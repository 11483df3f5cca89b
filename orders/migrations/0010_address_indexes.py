"""Indexes by which whoever stands in an order of somebody else is found among millions of addresses."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    # Orders come in while they are made.
    atomic = False

    dependencies = [
        ("orders", "0009_recipient_erased_at"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="address",
            index=models.Index(Lower("email"), condition=~models.Q(email=""), name="address_email"),
        ),
        AddIndexConcurrently(
            model_name="address",
            index=models.Index(Lower("street"), condition=~models.Q(street=""), name="address_street"),
        ),
    ]
