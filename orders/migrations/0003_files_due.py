from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Orders come in while it is made.
    atomic = False

    dependencies = [
        ('orders', '0002_files_and_addresses'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='vendororder',
            index=models.Index(condition=models.Q(('files_due_at__isnull', False), ('state__in', ['submitted', 'checked', 'in_production', 'unknown'])), fields=['files_due_at', 'id'], name='vendor_order_files_due'),
        ),
    ]
