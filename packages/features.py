"""What a package opens, as data: the shape of `PackageVersion.features`."""

from typing import Any, Literal

import msgspec
from django.core.exceptions import ValidationError

ReportCadence = Literal["none", "monthly", "weekly"]


class Features(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entitlements of a package.

    `history_days` is how far back pages show readings, None for all of them. `included_reports` is
    the number of reports a month that the price covers.
    """

    reading_kinds: tuple[str, ...]
    history_days: int | None
    report_cadence: ReportCadence
    hospital_sharing: bool
    sleep_analysis: bool
    included_reports: int


def features_of(data: Any) -> Features:
    """Read stored features. Raises msgspec.ValidationError naming the field that is wrong."""
    return msgspec.convert(data, Features)


def validate_features(data: Any) -> None:
    """Field validator: refuses features with a missing, unknown or ill-typed entry."""
    try:
        features = features_of(data)
    except msgspec.ValidationError as error:
        raise ValidationError(f"The features are not complete: {error}.") from error
    if not features.reading_kinds:
        raise ValidationError("The features name no reading_kinds: a package shows at least one.")
    if (features.history_days or 1) < 1 or features.included_reports < 0:
        raise ValidationError(
            "history_days must be 1 or more (or null), included_reports 0 or more."
        )
