"""The key under which erased words are hashed: made once, so that no transaction that fails takes it along."""

import secrets

from django.db import migrations


def make_key(apps, schema_editor):
    apps.get_model("privacy", "HashKey").objects.get_or_create(pk=1, defaults={"key": secrets.token_hex(32)})


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_privacy_registry")]
    operations = [migrations.RunPython(make_key, migrations.RunPython.noop)]
