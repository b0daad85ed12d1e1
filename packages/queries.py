"""What others ask of this room: entitlements, subscriptions, invoices.

All of it reads rows of the scope in force; ask inside `acting_in(scope)`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce

from packages.features import ReportCadence, features_of
from packages.models import BillingRun, Invoice, InvoiceState, Package, PackageVersion, Subscription


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a person's package opens on a day. Alerts are not here: they never depend on one.

    `package` is None for somebody without a subscription, who is entitled to what the default
    package opens; `name` and `name_ja` are of the package that opens it. `history_days` None means
    all readings.
    """

    package: str | None
    name: str
    name_ja: str
    reading_kinds: tuple[str, ...]
    history_days: int | None
    report_cadence: ReportCadence
    hospital_sharing: bool
    sleep_analysis: bool
    included_reports: int

    def display_name(self, language: str) -> str:
        """The package's name in the reader's language."""
        return self.name_ja if language == "ja" else self.name


def entitlements(*, patient_id: int, on: date) -> Entitlements:
    """What this person is entitled to on a local day; one query over two indexes."""
    taken = Subscription.objects.filter(patient_id=patient_id, period__contains=on)
    version = (
        PackageVersion.objects.filter(
            valid__contains=on,
            package_id=Coalesce(
                Subquery(taken.values("package_id")[:1]),
                Subquery(Package.objects.filter(is_default=True).values("pk")[:1]),
            ),
        )
        .annotate(taken=Subquery(taken.values("package__code")[:1]))
        .select_related("package")
        .only("features", "package__name", "package__name_ja")
        .get()
    )
    return _entitlements(version.taken, version)


def entitlements_of(patient_ids: Iterable[int], on: date) -> dict[int, Entitlements]:
    """The same for many people: two queries however many they are."""
    ids = list(patient_ids)
    versions = {
        version.package_id: version
        for version in PackageVersion.objects.filter(valid__contains=on).select_related("package")
    }
    default = next(version for version in versions.values() if version.package.is_default)
    nothing_taken = _entitlements(None, default)
    opened = {
        package_id: _entitlements(version.package.code, version)
        for package_id, version in versions.items()
    }
    taken = dict(
        Subscription.objects.filter(patient_id__in=ids, period__contains=on).values_list(
            "patient_id", "package_id"
        )
    )
    return {
        patient_id: opened[taken[patient_id]] if patient_id in taken else nothing_taken
        for patient_id in ids
    }


def current_subscription(patient_id: int, on: date) -> Subscription | None:
    """The subscription that runs on a local day, its package loaded; None without one."""
    return (
        Subscription.objects.select_related("package")
        .filter(patient_id=patient_id, period__contains=on)
        .first()
    )


def subscriptions(patient_id: int) -> QuerySet[Subscription]:
    """A person's subscriptions, the newest first; one that begins later is a pending change."""
    return (
        Subscription.objects.select_related("package")
        .filter(patient_id=patient_id)
        .order_by("-period")
    )


def invoices(patient_id: int) -> QuerySet[Invoice]:
    """A person's issued invoices and credit notes with their lines and taxes, newest first."""
    return issued().filter(patient_id=patient_id)


def issued() -> QuerySet[Invoice]:
    """Issued documents of everybody in the scope, newest first."""
    return (
        Invoice.objects.filter(state=InvoiceState.ISSUED)
        .select_related("issuer")
        .prefetch_related("lines__package", "taxes")
    )


def billing_runs(operator_id: int) -> QuerySet[BillingRun]:
    """An operator's billing runs, newest first. Totals only: nobody's documents."""
    return BillingRun.objects.filter(operator_id=operator_id)


def _entitlements(package: str | None, version: PackageVersion) -> Entitlements:
    features = features_of(version.features)
    return Entitlements(
        package=package,
        name=version.package.name,
        name_ja=version.package.name_ja,
        reading_kinds=features.reading_kinds,
        history_days=features.history_days,
        report_cadence=features.report_cadence,
        hospital_sharing=features.hospital_sharing,
        sleep_analysis=features.sleep_analysis,
        included_reports=features.included_reports,
    )
