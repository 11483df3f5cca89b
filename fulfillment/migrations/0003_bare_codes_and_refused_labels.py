"""Indexes by which a parcel is found by its code, however it is spelled, and the inbox reads rejected labels alone."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Replace


class Migration(migrations.Migration):
    # Parcels are packed while they are made.
    atomic = False

    dependencies = [
        ("fulfillment", "0002_privacy_erased_at"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="productionshipment",
            index=models.Index(
                Replace(models.F("tracking_code"), models.Value(" "), models.Value("")), name="parcel_bare_code"
            ),
        ),
        AddIndexConcurrently(
            model_name="label",
            index=models.Index(condition=models.Q(("state", "refused")), fields=["id"], name="label_refused"),
        ),
    ]
