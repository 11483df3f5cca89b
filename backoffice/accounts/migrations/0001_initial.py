import backoffice.accounts.models.shop
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Shop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('code', models.SlugField(help_text='Begins every order number, e.g. WEB in WEB-100001.', max_length=8, unique=True, verbose_name='code')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('language', models.CharField(default='DE', max_length=2, verbose_name='language')),
                ('release_automatically', models.BooleanField(default=True, help_text='Off: every order waits until a person releases it.', verbose_name='release orders automatically')),
                ('own_delivery_slip', models.BooleanField(default=False, help_text="A slip in the shop's name goes into every parcel; each line is then an order of its own there.", verbose_name='own delivery slips')),
                ('own_labels', models.BooleanField(default=False, help_text='Vendors ask us for the label on the day of dispatch. Only on request at the vendor.', verbose_name='own shipping labels')),
                ('on_short_stock', models.CharField(choices=[('refuse', 'refuse the order'), ('hold', 'hold the order'), ('backorder', 'accept it as a backorder')], db_default='refuse', default='refuse', help_text='Counted over what the vendor last reported, less what open orders take.', max_length=12, verbose_name='when stock is too small')),
                ('on_odd_price', models.CharField(choices=[('refuse', 'refuse the order'), ('hold', 'hold the order')], db_default='hold', default='hold', help_text='A price of 0 or too far below cost, a total far from its lines, another currency.', max_length=12, verbose_name='when a price looks wrong')),
                ('loss_limit_percent', models.DecimalField(blank=True, db_default=0, decimal_places=2, default=Decimal('0'), help_text='Of what the vendor charges for the quantity. Empty: not checked.', max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='may be sold below cost by, percent')),
                ('total_factor', models.DecimalField(blank=True, db_default=3, decimal_places=2, default=Decimal('3'), help_text='And at least that part of them. Room for shipping, vouchers and tax. Empty: not checked.', max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(Decimal('1'))], verbose_name='a total is at most so many times its lines')),
                ('tax_percent', models.DecimalField(blank=True, decimal_places=2, help_text='Of lines that name no other. Needed where a vendor wants gross prices; empty: unknown.', max_digits=5, null=True, verbose_name='value added tax, in percent')),
                ('time_zone', models.CharField(default='Europe/Berlin', help_text='For vendors that take local times, such as Europe/Paris.', max_length=64, verbose_name='time zone')),
                ('sign_integration_id', models.PositiveIntegerField(blank=True, help_text='The number of the custom integration there. Empty: the shop sells no custom signs.', null=True, verbose_name="Sign Customiser's integration")),
                ('letter_shop_id', models.CharField(blank=True, help_text="How AutoLetter tells this shop from others. Empty: the shop's code.", max_length=50, verbose_name="AutoLetter's ShopId")),
                ('card_pause_days', models.PositiveSmallIntegerField(default=90, help_text='Nobody gets a second handwritten card within that time, whatever the campaign.', verbose_name='days between two cards')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'shop',
                'verbose_name_plural': 'shops',
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.CharField(editable=False, max_length=150, primary_key=True, serialize=False, unique=True)),
                ('prefix', models.CharField(editable=False, max_length=8, unique=True)),
                ('hashed_key', models.CharField(editable=False, max_length=150)),
                ('created', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('name', models.CharField(default=None, help_text='A free-form name for the API key. Need not be unique. 50 characters max.', max_length=50)),
                ('revoked', models.BooleanField(blank=True, default=False, help_text='If the API key is revoked, clients cannot use it anymore. (This cannot be undone.)')),
                ('expiry_date', models.DateTimeField(blank=True, help_text='Once API key expires, clients cannot use it anymore.', null=True, verbose_name='Expires')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('orders:read', 'read orders'), ('orders:write', 'place and cancel orders'), ('catalog:read', 'read the catalogue')], max_length=20), default=backoffice.accounts.models.shop.all_scopes, size=None, verbose_name='scopes')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='accounts.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'API key',
                'verbose_name_plural': 'API keys',
                'ordering': ('-created',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('request_hash', models.CharField(max_length=64, verbose_name='hash of method, path and body')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                ('answer', models.JSONField(null=True, verbose_name='answer')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='created')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'idempotency key',
                'verbose_name_plural': 'idempotency keys',
                'constraints': [models.UniqueConstraint(fields=('shop', 'key'), name='one_answer_per_idempotency_key')],
            },
        ),
    ]
