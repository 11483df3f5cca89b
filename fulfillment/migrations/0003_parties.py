from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0002_production_desk'),
    ]

    operations = [
        migrations.RenameField(model_name='productionorder', old_name='clients', new_name='parties'),
        migrations.AlterField(
            model_name='productionorder',
            name='parties',
            field=models.JSONField(blank=True, default=list, verbose_name='parties'),
        ),
    ]
