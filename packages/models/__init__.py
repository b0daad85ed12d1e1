from packages.models.billing_policy import BillingPolicy
from packages.models.billing_run import BillingRun, RunState
from packages.models.charge import Charge, ChargeState
from packages.models.charge_answer import ChargeAnswer
from packages.models.charge_entry import ChargeEntry
from packages.models.charge_file import ChargeFile
from packages.models.invoice import Invoice, InvoiceState
from packages.models.invoice_line import InvoiceLine, LineKind
from packages.models.invoice_tax import InvoiceTax
from packages.models.issuer import Issuer
from packages.models.number_series import NumberSeries
from packages.models.package import Package
from packages.models.package_version import PackageVersion
from packages.models.price import Price
from packages.models.subscription import Subscription
from packages.models.subscription_event import DECISIONS, Do, SubscriptionEvent
from packages.models.usage_record import UsageRecord

__all__ = [
    "DECISIONS",
    "BillingPolicy",
    "BillingRun",
    "Charge",
    "ChargeAnswer",
    "ChargeEntry",
    "ChargeFile",
    "ChargeState",
    "Do",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceTax",
    "Issuer",
    "LineKind",
    "NumberSeries",
    "Package",
    "PackageVersion",
    "Price",
    "RunState",
    "Subscription",
    "SubscriptionEvent",
    "UsageRecord",
]
