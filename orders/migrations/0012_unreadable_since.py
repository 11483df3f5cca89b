from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0011_assigned_orders"),
    ]

    operations = [
        migrations.AddField(
            model_name="vendororder",
            name="unreadable_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="status not updated since"),
        ),
    ]
