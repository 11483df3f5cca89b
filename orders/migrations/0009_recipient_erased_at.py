from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("orders", "0008_growth_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="recipient_erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="recipient data erased"
            ),
        ),
    ]
