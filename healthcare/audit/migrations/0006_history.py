"""Name the transaction on each record. Those from before stay without: a default would give them all
the number of this migration."""

import django.contrib.postgres.functions
import healthcare.audit.transactions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_counting'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditrecord',
            name='began_at',
            field=models.DateTimeField(editable=False, help_text="the transaction, database's clock", null=True),
        ),
        migrations.AddField(
            model_name='auditrecord',
            name='transaction',
            field=models.BigIntegerField(editable=False, help_text="PostgreSQL's number", null=True),
        ),
        migrations.AlterField(
            model_name='auditrecord',
            name='began_at',
            field=models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False, help_text="the transaction, database's clock", null=True),
        ),
        migrations.AlterField(
            model_name='auditrecord',
            name='transaction',
            field=models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False, help_text="PostgreSQL's number", null=True),
        ),
        migrations.AddIndex(
            model_name='auditrecord',
            index=models.Index(fields=['transaction'], name='audit_by_transaction'),
        ),
    ]
