import catalog.models.custom_product
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RatingReading',
            fields=[
                ('key_name', models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name='key')),
                ('after', models.PositiveBigIntegerField(default=0, verbose_name='read up to')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='last read')),
                ('error', models.TextField(blank=True, verbose_name='error')),
            ],
            options={
                'verbose_name': 'reading of ratings',
                'verbose_name_plural': 'readings of ratings',
            },
        ),
        migrations.CreateModel(
            name='SeenProduct',
            fields=[
                ('pk', models.CompositePrimaryKey('vendor', 'vendor_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('vendor', models.CharField(max_length=32)),
                ('vendor_id', models.TextField()),
                ('kept', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='SeenSku',
            fields=[
                ('pk', models.CompositePrimaryKey('vendor', 'sku', blank=True, editable=False, primary_key=True, serialize=False)),
                ('vendor', models.CharField(max_length=32)),
                ('sku', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='SyncRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('kind', models.CharField(default='catalog', max_length=32, verbose_name='kind')),
                ('options', models.JSONField(default=dict, verbose_name='options')),
                ('state', models.CharField(choices=[('running', 'running'), ('done', 'done'), ('partial', 'done, with errors'), ('failed', 'failed')], default='running', max_length=12, verbose_name='state')),
                ('started_at', models.DateTimeField(auto_now_add=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('heartbeat_at', models.DateTimeField(auto_now=True, verbose_name='last sign of life')),
                ('total', models.PositiveIntegerField(blank=True, null=True, verbose_name='announced')),
                ('seen', models.PositiveIntegerField(default=0, verbose_name='read')),
                ('counts', models.JSONField(default=dict, verbose_name='counts')),
                ('errors', models.JSONField(default=list, verbose_name='errors')),
            ],
            options={
                'verbose_name': 'synchronisation',
                'verbose_name_plural': 'synchronisations',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='CatalogRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approval_move_percent', models.DecimalField(decimal_places=2, default=Decimal('10'), max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1000'))], verbose_name='somebody else approves from a move of, percent')),
                ('approval_skus', models.PositiveIntegerField(default=100, help_text='Change sets with fewer SKUs and smaller moves may be approved by whoever made them.', verbose_name='somebody else approves from so many SKUs')),
                ('margin_floor', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(Decimal('-100')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='smallest margin, percent')),
                ('largest_move', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1000'))], verbose_name='largest move, percent')),
                ('shop', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='catalog_rules', to='accounts.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'rules of the catalogue',
                'verbose_name_plural': 'rules of the catalogue',
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('path', models.CharField(max_length=500, verbose_name='path')),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'constraints': [models.UniqueConstraint(fields=('vendor', 'path'), name='one_category_per_path')],
            },
        ),
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('kind', models.CharField(choices=[('sales_prices', 'sales prices'), ('fulfiller_prices', 'purchase and recommended prices'), ('search_texts', 'search texts'), ('stock', 'stock'), ('sync', 'offered in sales channels')], max_length=20, verbose_name='kind')),
                ('language', models.CharField(blank=True, max_length=2, verbose_name='language')),
                ('title', models.TextField(verbose_name='title')),
                ('source', models.CharField(choices=[('editor', 'editor'), ('table', 'table'), ('formula', 'formula'), ('command', 'command line'), ('restore', 'restored'), ('reset', 'back to default')], max_length=12, verbose_name='made by')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('checked', 'checked'), ('approved', 'approved'), ('scheduled', 'scheduled'), ('pushing', 'being pushed'), ('verified', 'verified'), ('differing', 'differs at the vendor'), ('failed', 'failed'), ('discarded', 'discarded')], default='draft', max_length=12, verbose_name='state')),
                ('created_by', models.CharField(max_length=150, verbose_name='created by')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), blank=True, default=list, size=None, verbose_name='authors')),
                ('snapshot_at', models.DateTimeField(blank=True, null=True, verbose_name="vendor's values as of")),
                ('approved_by', models.CharField(blank=True, max_length=150, verbose_name='approved by')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_hash', models.CharField(blank=True, editable=False, max_length=32)),
                ('override_by', models.CharField(blank=True, max_length=150, verbose_name='guards overridden by')),
                ('override_reason', models.TextField(blank=True, verbose_name='reason')),
                ('scheduled_for', models.DateTimeField(blank=True, null=True, verbose_name='scheduled for')),
                ('pushed_at', models.DateTimeField(blank=True, null=True, verbose_name='pushed')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='read back')),
                ('counts', models.JSONField(blank=True, default=dict, verbose_name='counts')),
                ('restored_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='restorations', to='catalog.changeset', verbose_name='restores')),
                ('shop', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'change set',
                'verbose_name_plural': 'change sets',
                'permissions': [('approve_changeset', 'Can approve change sets'), ('push_changeset', 'Can push and schedule approved change sets'), ('override_changeset', 'Can override the guards of a change set, with a reason'), ('reset_searchtexts', "Can put search texts back to the vendor's default, which resets their addresses")],
            },
        ),
        migrations.CreateModel(
            name='ChangeSetEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('actor', models.CharField(max_length=150, verbose_name='by')),
                ('kind', models.CharField(max_length=64, verbose_name='kind')),
                ('params', models.JSONField(default=dict)),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='catalog.changeset', verbose_name='change set')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'timeline',
                'ordering': ['at', 'pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CustomProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('vendor_id', models.CharField(max_length=64, verbose_name="vendor's id")),
                ('external_id', models.CharField(default=catalog.models.custom_product.new_external_id, editable=False, max_length=40, unique=True, verbose_name='our id')),
                ('title', models.CharField(blank=True, max_length=500, verbose_name='title')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('description_html', models.TextField(blank=True, verbose_name='description in HTML')),
                ('price', models.DecimalField(decimal_places=4, max_digits=16, null=True, verbose_name='price, gross')),
                ('compare_price', models.DecimalField(decimal_places=4, max_digits=16, null=True, verbose_name='price before')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('customiser_id', models.CharField(blank=True, max_length=64, verbose_name='customiser')),
                ('logo_upload_id', models.CharField(blank=True, max_length=64, verbose_name='logo upload')),
                ('external_data', models.JSONField(null=True, verbose_name='further data')),
                ('vendor_created_at', models.DateTimeField(null=True, verbose_name='made at the vendor')),
                ('vendor_updated_at', models.DateTimeField(null=True, verbose_name='changed at the vendor')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='received')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custom_products', to='accounts.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'custom product',
                'verbose_name_plural': 'custom products',
            },
        ),
        migrations.CreateModel(
            name='CustomPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(blank=True, editable=False, max_length=200)),
                ('size', models.PositiveIntegerField(editable=False, null=True, verbose_name='bytes')),
                ('sha256', models.CharField(blank=True, editable=False, max_length=64)),
                ('content_type', models.CharField(blank=True, editable=False, max_length=100, verbose_name='type of content')),
                ('stored_at', models.DateTimeField(editable=False, null=True, verbose_name='kept since')),
                ('url', models.TextField(verbose_name='address')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next try')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('problem', models.TextField(blank=True, verbose_name='problem')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('kind', models.CharField(blank=True, max_length=50, verbose_name="vendor's word")),
                ('failed', models.BooleanField(default=False, verbose_name='given up')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='catalog.customproduct', verbose_name='product')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('vendor_id', models.CharField(max_length=64, verbose_name="vendor's id")),
                ('name', models.CharField(blank=True, max_length=500, verbose_name='name')),
                ('image_url', models.TextField(blank=True, verbose_name='picture')),
                ('video_url', models.TextField(blank=True, verbose_name='video')),
                ('content_hash', models.CharField(blank=True, editable=False, max_length=32)),
                ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='gone at the vendor since')),
                ('changed_at', models.DateTimeField(verbose_name='last change')),
                ('created_at', models.DateTimeField(verbose_name='first seen')),
                ('categories', models.ManyToManyField(blank=True, related_name='products', to='catalog.category', verbose_name='categories')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
            },
        ),
        migrations.CreateModel(
            name='ProductText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('name', models.CharField(blank=True, max_length=500, verbose_name='name')),
                ('overwritten', models.BooleanField(default=False, verbose_name='overwritten')),
                ('source_hash', models.CharField(blank=True, editable=False, max_length=32)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='catalog.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'product text',
                'verbose_name_plural': 'product texts',
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(blank=True, max_length=2, verbose_name='language')),
                ('number', models.PositiveBigIntegerField(default=0, verbose_name="product's number")),
                ('average', models.DecimalField(decimal_places=2, max_digits=3, verbose_name='average')),
                ('total', models.PositiveIntegerField(verbose_name='reviews')),
                ('distribution', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=5, verbose_name='distribution')),
                ('read_at', models.DateTimeField(verbose_name='read')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='catalog.product', verbose_name='product')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='accounts.shop', verbose_name='shop')),
            ],
            options={
                'verbose_name': 'rating',
                'verbose_name_plural': 'ratings',
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor_id', models.CharField(max_length=64, verbose_name="vendor's id")),
                ('author', models.CharField(blank=True, max_length=100, verbose_name='author')),
                ('stars', models.PositiveSmallIntegerField(verbose_name='stars')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('reply', models.TextField(blank=True, verbose_name='reply')),
                ('language', models.CharField(blank=True, max_length=2, verbose_name='language')),
                ('order', models.CharField(blank=True, max_length=64, verbose_name='order')),
                ('written_at', models.DateTimeField(blank=True, null=True, verbose_name='written')),
                ('rating', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='catalog.rating', verbose_name='rating')),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'ordering': [models.OrderBy(models.F('written_at'), descending=True, nulls_last=True), '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('kind', models.CharField(choices=[('sales_prices', 'sales prices'), ('fulfiller_prices', 'purchase and recommended prices'), ('search_texts', 'search texts'), ('stock', 'stock'), ('sync', 'offered in sales channels')], max_length=20, verbose_name='kind')),
                ('sku', models.CharField(max_length=100, verbose_name='SKU')),
                ('value', models.JSONField(default=dict, verbose_name='value')),
                ('read_at', models.DateTimeField(verbose_name='read')),
            ],
            options={
                'verbose_name': 'reading',
                'verbose_name_plural': 'readings',
                'constraints': [models.UniqueConstraint(fields=('vendor', 'kind', 'sku'), name='one_snapshot_per_sku')],
            },
        ),
        migrations.CreateModel(
            name='TableImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('kind', models.CharField(choices=[('sales_prices', 'sales prices'), ('fulfiller_prices', 'purchase and recommended prices'), ('search_texts', 'search texts'), ('stock', 'stock'), ('sync', 'offered in sales channels')], max_length=20, verbose_name='kind')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('content', models.BinaryField(verbose_name='content')),
                ('clear_blanks', models.BooleanField(default=False, verbose_name='blank cells clear')),
                ('state', models.CharField(choices=[('waiting', 'waits to be read'), ('reading', 'being read'), ('ready', 'read, to be looked at'), ('drafted', 'drafted'), ('refused', 'cannot be read'), ('discarded', 'discarded')], default='waiting', max_length=12, verbose_name='state')),
                ('created_by', models.CharField(max_length=150, verbose_name='uploaded by')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('waiting_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reading_since', models.DateTimeField(editable=False, null=True)),
                ('seen', models.PositiveIntegerField(default=0, verbose_name='rows read')),
                ('counts', models.JSONField(default=dict, verbose_name='counts')),
                ('problems', models.JSONField(default=list, verbose_name='problems')),
                ('wishes', models.JSONField(default=dict, editable=False)),
                ('change_set', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tables', to='catalog.changeset', verbose_name='change set')),
            ],
            options={
                'verbose_name': 'uploaded table',
                'verbose_name_plural': 'uploaded tables',
            },
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('vendor_id', models.CharField(max_length=64, verbose_name="vendor's id")),
                ('sku', models.CharField(max_length=100, verbose_name='SKU')),
                ('gtin', models.CharField(blank=True, max_length=32, verbose_name='GTIN')),
                ('name', models.CharField(blank=True, max_length=500, verbose_name='name')),
                ('active', models.BooleanField(default=True, verbose_name='active at the vendor')),
                ('available', models.BooleanField(default=True, verbose_name='offered in sales channels')),
                ('orderable', models.BooleanField(default=True, verbose_name='orderable')),
                ('test_product', models.BooleanField(default=False, verbose_name='test product, never produced')),
                ('sample_product', models.BooleanField(default=False, verbose_name='sample')),
                ('personalized', models.BooleanField(default=False, verbose_name='personalised')),
                ('editor_intents', models.JSONField(blank=True, default=list, verbose_name='editor')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('order_min_qty', models.PositiveIntegerField(default=1, verbose_name='smallest quantity')),
                ('order_max_qty', models.PositiveIntegerField(blank=True, null=True, verbose_name='largest quantity')),
                ('tier_price_qty_only', models.BooleanField(default=False, verbose_name='tier quantities only')),
                ('shipping_from', models.CharField(blank=True, max_length=2, verbose_name='ships from')),
                ('shipping_earliest_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='ships after days, earliest')),
                ('shipping_latest_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='ships after days, latest')),
                ('express_available', models.BooleanField(default=False, verbose_name='express')),
                ('image_url', models.TextField(blank=True, verbose_name='picture')),
                ('media', models.JSONField(blank=True, default=dict, verbose_name='media')),
                ('properties', models.JSONField(blank=True, default=list, verbose_name='properties')),
                ('parts', models.JSONField(blank=True, default=list, verbose_name='parts')),
                ('content_hash', models.CharField(blank=True, editable=False, max_length=32)),
                ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='gone at the vendor since')),
                ('changed_at', models.DateTimeField(verbose_name='last change')),
                ('created_at', models.DateTimeField(verbose_name='first seen')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='variants', to='catalog.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'variant',
                'verbose_name_plural': 'variants',
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32, verbose_name='kind')),
                ('related_sku', models.CharField(max_length=100, verbose_name='related SKU')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='catalog.variant', verbose_name='variant')),
            ],
            options={
                'verbose_name': 'relation',
                'verbose_name_plural': 'relations',
            },
        ),
        migrations.CreateModel(
            name='PriceTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price_list', models.CharField(choices=[('purchase', 'purchase'), ('recommended', 'recommended'), ('sales', 'sales')], max_length=12, verbose_name='price list')),
                ('quantity', models.PositiveIntegerField(verbose_name='from quantity')),
                ('price', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='unit price')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tiers', to='catalog.variant', verbose_name='variant')),
            ],
            options={
                'verbose_name': 'price tier',
                'verbose_name_plural': 'price tiers',
            },
        ),
        migrations.CreateModel(
            name='Availability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fulfiller_id', models.CharField(max_length=64, verbose_name="fulfiller's id")),
                ('fulfiller_name', models.CharField(blank=True, max_length=200, verbose_name='fulfiller')),
                ('sku_fulfiller', models.CharField(blank=True, max_length=100, verbose_name="fulfiller's SKU")),
                ('available', models.BooleanField(null=True, verbose_name='available')),
                ('stock_managed', models.BooleanField(null=True, verbose_name='stock managed')),
                ('stock_qty', models.IntegerField(null=True, verbose_name='in stock')),
                ('shipping_from', models.CharField(blank=True, max_length=2, verbose_name='ships from')),
                ('contract_id', models.CharField(blank=True, max_length=64, verbose_name='contract')),
                ('contract_state', models.CharField(blank=True, max_length=32, verbose_name="contract's state")),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='availabilities', to='catalog.variant', verbose_name='variant')),
            ],
            options={
                'verbose_name': 'availability',
                'verbose_name_plural': 'availabilities',
            },
        ),
        migrations.CreateModel(
            name='VariantChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16, verbose_name='kind')),
                ('detail', models.JSONField(default=dict, verbose_name='detail')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='catalog.syncrun', verbose_name='synchronisation')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='catalog.variant', verbose_name='variant')),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='VariantText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('name', models.CharField(blank=True, max_length=500, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('description_short', models.TextField(blank=True, verbose_name='short description')),
                ('description_secondary', models.TextField(blank=True, verbose_name='second description')),
                ('overwritten', models.BooleanField(default=False, verbose_name='overwritten')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='catalog.variant', verbose_name='variant')),
            ],
            options={
                'verbose_name': 'variant text',
                'verbose_name_plural': 'variant texts',
            },
        ),
        migrations.CreateModel(
            name='VendorJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vendor', models.CharField(max_length=32, verbose_name='vendor')),
                ('number', models.PositiveIntegerField(verbose_name='batch')),
                ('rows_hash', models.CharField(blank=True, editable=False, max_length=32)),
                ('entries', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('state', models.CharField(choices=[('planned', 'not sent'), ('unknown', 'unknown word of the vendor'), ('queued', 'queued'), ('scheduled', 'scheduled'), ('processing', 'processing'), ('success', 'done'), ('error', 'done, with errors'), ('cancelled', 'cancelled by the vendor'), ('refused', 'refused by the vendor'), ('assumed', 'taken, number unknown'), ('silent', 'no word from the vendor'), ('withdrawn', 'nothing left to send')], default='planned', max_length=12, verbose_name='state')),
                ('raw_state', models.CharField(blank=True, max_length=64, verbose_name="vendor's word")),
                ('queue_id', models.CharField(blank=True, max_length=64, verbose_name='queue number')),
                ('job_id', models.CharField(blank=True, max_length=64, verbose_name='job number')),
                ('message', models.TextField(blank=True, verbose_name="vendor's message")),
                ('report_url', models.TextField(blank=True, verbose_name="report's address")),
                ('report', models.BinaryField(null=True, verbose_name='report')),
                ('report_note', models.TextField(blank=True, verbose_name='trouble with the report')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('added_at', models.DateTimeField(blank=True, null=True, verbose_name='added at the vendor')),
                ('processed_at', models.DateTimeField(blank=True, null=True, verbose_name='processed by the vendor')),
                ('polls', models.PositiveIntegerField(default=0, verbose_name='times asked')),
                ('next_poll_at', models.DateTimeField(blank=True, null=True, verbose_name='asked again')),
                ('needs_person', models.BooleanField(default=False, verbose_name='needs a person')),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='catalog.changeset', verbose_name='change set')),
            ],
            options={
                'verbose_name': 'batch',
                'verbose_name_plural': 'batches',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(max_length=100, verbose_name='SKU')),
                ('sku_fulfiller', models.CharField(blank=True, max_length=100, verbose_name="fulfiller's SKU")),
                ('wanted', models.JSONField(default=dict, verbose_name='asked for')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='before')),
                ('after', models.JSONField(blank=True, default=dict, verbose_name='after')),
                ('guards', models.JSONField(blank=True, default=list, verbose_name='guards')),
                ('destroys', models.JSONField(blank=True, default=list, verbose_name='would vanish')),
                ('ticked', models.JSONField(blank=True, default=list, verbose_name='ticked')),
                ('state', models.CharField(choices=[('pending', 'not sent'), ('sent', 'sent'), ('verified', 'verified'), ('differs', 'differs at the vendor'), ('failed', 'failed'), ('superseded', 'superseded by a newer change set')], default='pending', max_length=12, verbose_name='state')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('read_back', models.JSONField(blank=True, null=True, verbose_name='read back')),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='catalog.changeset', verbose_name='change set')),
                ('variant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.variant', verbose_name='variant')),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='changes', to='catalog.vendorjob', verbose_name='batch')),
            ],
            options={
                'verbose_name': 'row of a change set',
                'verbose_name_plural': 'rows of change sets',
            },
        ),
        migrations.CreateModel(
            name='CategoryRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category_path', models.CharField(help_text='The names, joined by /', max_length=500, verbose_name='category')),
                ('margin_floor', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(Decimal('-100')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='smallest margin, percent')),
                ('largest_move', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1000'))], verbose_name='largest move, percent')),
                ('rules', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='categories', to='catalog.catalogrules', verbose_name='rules')),
            ],
            options={
                'verbose_name': 'rule of a category',
                'verbose_name_plural': 'rules of categories',
                'constraints': [models.UniqueConstraint(fields=('rules', 'category_path'), name='one_rule_per_category')],
            },
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['state', '-id'], name='changeset_state'),
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['kind', '-id'], name='changeset_kind'),
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(condition=models.Q(('state', 'scheduled')), fields=['scheduled_for'], name='changeset_due'),
        ),
        migrations.AddIndex(
            model_name='changesetevent',
            index=models.Index(fields=['change_set', 'at'], name='changeset_timeline'),
        ),
        migrations.AddIndex(
            model_name='customproduct',
            index=models.Index(fields=['shop', '-id'], name='custom_product_shop'),
        ),
        migrations.AddIndex(
            model_name='customproduct',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('title', config='simple'), name='custom_product_by_words'),
        ),
        migrations.AddConstraint(
            model_name='customproduct',
            constraint=models.UniqueConstraint(fields=('vendor', 'vendor_id'), name='one_custom_product_per_vendor_id'),
        ),
        migrations.AddIndex(
            model_name='custompicture',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='custom_picture_due'),
        ),
        migrations.AddConstraint(
            model_name='custompicture',
            constraint=models.UniqueConstraint(fields=('product', 'position'), name='one_picture_per_position'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='product_by_words'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('vendor', 'vendor_id'), name='one_product_per_vendor_id'),
        ),
        migrations.AddConstraint(
            model_name='producttext',
            constraint=models.UniqueConstraint(fields=('product', 'language'), name='one_product_text_per_language'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.UniqueConstraint(fields=('shop', 'language', 'number'), name='one_rating_per_product'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('rating', 'vendor_id'), name='one_review_per_vendor_id'),
        ),
        migrations.AddIndex(
            model_name='variant',
            index=models.Index(fields=['vendor_id'], name='variant_by_vendor_id'),
        ),
        migrations.AddIndex(
            model_name='variant',
            index=models.Index(condition=models.Q(('gtin', ''), _negated=True), fields=['gtin'], name='variant_by_gtin'),
        ),
        migrations.AddIndex(
            model_name='variant',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('sku'), name='text_pattern_ops'), name='variant_by_start_of_sku'),
        ),
        migrations.AddIndex(
            model_name='variant',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='variant_by_words'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.UniqueConstraint(fields=('vendor', 'sku'), name='one_variant_per_sku'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.UniqueConstraint(fields=('variant', 'kind', 'related_sku'), name='one_relation_per_kind_and_sku'),
        ),
        migrations.AddConstraint(
            model_name='pricetier',
            constraint=models.UniqueConstraint(fields=('variant', 'price_list', 'quantity'), name='one_tier_per_quantity'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.UniqueConstraint(fields=('variant', 'fulfiller_id'), name='one_availability_per_fulfiller'),
        ),
        migrations.AddConstraint(
            model_name='varianttext',
            constraint=models.UniqueConstraint(fields=('variant', 'language'), name='one_variant_text_per_language'),
        ),
        migrations.AddIndex(
            model_name='vendorjob',
            index=models.Index(condition=models.Q(('next_poll_at__isnull', False)), fields=['next_poll_at'], name='job_due'),
        ),
        migrations.AddIndex(
            model_name='vendorjob',
            index=models.Index(condition=models.Q(('queue_id', ''), _negated=True), fields=['vendor', 'queue_id'], name='job_by_queue_id'),
        ),
        migrations.AddIndex(
            model_name='vendorjob',
            index=models.Index(condition=models.Q(('job_id', ''), _negated=True), fields=['vendor', 'job_id'], name='job_by_job_id'),
        ),
        migrations.AddIndex(
            model_name='vendorjob',
            index=models.Index(condition=models.Q(('needs_person', True)), fields=['-id'], name='job_needs_person'),
        ),
        migrations.AddConstraint(
            model_name='vendorjob',
            constraint=models.UniqueConstraint(fields=('change_set', 'number'), name='one_job_per_batch'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['change_set', 'id'], name='change_by_set'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['change_set', 'state', 'id'], name='change_by_state'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(condition=models.Q(('guards', []), _negated=True), fields=['change_set', 'id'], name='change_with_guards'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(condition=models.Q(('destroys', []), _negated=True), fields=['change_set', 'id'], name='change_with_losses'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['sku'], name='change_by_sku'),
        ),
        migrations.AddConstraint(
            model_name='change',
            constraint=models.UniqueConstraint(fields=('change_set', 'sku'), name='one_change_per_sku'),
        ),
        # Written by the thousand in every run, and worth nothing after a crash.
        migrations.RunSQL(
            "ALTER TABLE catalog_seenproduct SET UNLOGGED; ALTER TABLE catalog_seensku SET UNLOGGED",
            migrations.RunSQL.noop,
        ),
    ]
