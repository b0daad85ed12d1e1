"""JSON shapes of packages, subscriptions and invoices. Money is integer minor units."""

from typing import Any

from rest_framework import serializers

from packages.catalogue import Offer
from packages.features import REPORT_CADENCES
from packages.models import DECISIONS, Do, Invoice, InvoiceLine, InvoiceTax, Subscription
from packages.pricing.history import CancelWhen
from packages.pricing.tax import rate_text


class FeaturesShape(serializers.Serializer[Any]):
    """What a package opens; `history_days` null means all readings."""

    reading_kinds = serializers.ListField(child=serializers.CharField())
    history_days = serializers.IntegerField(allow_null=True)
    report_cadence = serializers.ChoiceField(choices=REPORT_CADENCES)
    hospital_sharing = serializers.BooleanField()
    sleep_analysis = serializers.BooleanField()
    included_reports = serializers.IntegerField()


class OfferShape(serializers.Serializer[Offer]):
    """A package on offer, its price a month."""

    code = serializers.CharField(source="package.code")
    rank = serializers.IntegerField(source="package.rank")
    name = serializers.CharField(source="package.name")
    name_ja = serializers.CharField(source="package.name_ja")
    description = serializers.CharField(source="package.description")
    description_ja = serializers.CharField(source="package.description_ja")
    price = serializers.IntegerField(source="amount")
    currency = serializers.CharField()
    tax_rate = serializers.SerializerMethodField()
    tax_inclusive = serializers.BooleanField()
    trial_days = serializers.IntegerField()
    minimum_term_months = serializers.IntegerField()
    features = FeaturesShape()

    def get_tax_rate(self, offer: Offer) -> str:
        return rate_text(offer.tax_rate)


class OffersShape(serializers.Serializer[Any]):
    """All of them: there are a handful, so there is no next page."""

    results = OfferShape(many=True)
    next = serializers.CharField(allow_null=True)


class SubscriptionShape(serializers.ModelSerializer[Subscription]):
    """A package over half-open local dates; `to` is null while open, `from` may lie ahead."""

    package = serializers.CharField(source="package.code")
    to = serializers.DateField(source="period.upper", allow_null=True)
    paid_from = serializers.DateField()

    class Meta:
        model = Subscription
        fields = ["id", "patient", "package", "to", "paid_from"]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword of the language, so it cannot be a class attribute.
        return {**super().get_fields(), "from": serializers.DateField(source="period.lower")}


class DecisionShape(serializers.Serializer[Any]):
    """What a member decides. `package` goes with subscribe and change, `when` with cancel."""

    do = serializers.ChoiceField(choices=DECISIONS)
    package = serializers.CharField(required=False, default="", max_length=40)
    when = serializers.ChoiceField(
        choices=[(when.value, when.value) for when in CancelWhen],
        required=False,
        default=CancelWhen.PERIOD_END.value,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["do"] in (Do.SUBSCRIBE, Do.CHANGE) and not attrs["package"]:
            raise serializers.ValidationError({"package": f"Name the package to {attrs['do']}."})
        return attrs


class LineShape(serializers.ModelSerializer[InvoiceLine]):
    """A position; usage lines carry component and quantity."""

    package = serializers.CharField(source="package.code")
    period = serializers.SerializerMethodField()
    tax_rate = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceLine
        fields = ["kind", "package", "component", "quantity", "period", "amount", "tax_rate"]

    def get_period(self, line: InvoiceLine) -> list[str]:
        return [line.period.lower.isoformat(), line.period.upper.isoformat()]

    def get_tax_rate(self, line: InvoiceLine) -> str:
        return rate_text(line.tax_rate)


class TaxShape(serializers.ModelSerializer[InvoiceTax]):
    """Net and tax of one rate."""

    rate = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceTax
        fields = ["rate", "net", "tax"]

    def get_rate(self, tax: InvoiceTax) -> str:
        return rate_text(tax.rate)


class InvoiceShape(serializers.ModelSerializer[Invoice]):
    """An issued invoice or credit note."""

    number = serializers.CharField(source="label")
    issuer = serializers.CharField(source="issuer.name")
    lines = LineShape(many=True)
    taxes = TaxShape(many=True)

    class Meta:
        model = Invoice
        fields = [
            "number",
            "kind",
            "date",
            "patient",
            "issuer",
            "registration_number",
            "currency",
            "tax_inclusive",
            "lines",
            "taxes",
            "net",
            "tax",
            "total",
        ]
