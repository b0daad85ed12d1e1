"""What a package opens, as data: the shape of `PackageVersion.features`."""

from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from django.core.exceptions import ValidationError

ReportCadence = Literal["none", "monthly", "weekly"]
REPORT_CADENCES: Final[tuple[str, ...]] = get_args(ReportCadence)


class Features(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entitlements of a package.

    `history_days` is how far back pages show readings, None for all of them. `included_reports` is
    the number of reports a month that the price covers.
    """

    reading_kinds: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    history_days: Annotated[int, msgspec.Meta(ge=1)] | None
    report_cadence: ReportCadence
    hospital_sharing: bool
    sleep_analysis: bool
    included_reports: Annotated[int, msgspec.Meta(ge=0)]


def features_of(data: Any) -> Features:
    """Read stored features. Raises msgspec.ValidationError naming the field that is wrong."""
    return msgspec.convert(data, Features)


def validate_features(data: Any) -> None:
    """Field validator: refuses features with a missing, unknown or impossible entry."""
    try:
        features_of(data)
    except msgspec.ValidationError as error:
        raise ValidationError(f"These are not the features of a package: {error}.") from error
