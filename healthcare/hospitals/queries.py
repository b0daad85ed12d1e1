"""Questions about hospitals."""

from healthcare.hospitals.models import Hospital


class HospitalUnknown(LookupError):
    """No hospital has this code; the message says how to make one."""


def hospital_of_code(code: str) -> Hospital:
    """The hospital of this code. Raises `HospitalUnknown`."""
    try:
        return Hospital.objects.get(code=code)
    except Hospital.DoesNotExist:
        raise HospitalUnknown(
            f"There is no hospital {code!r}: make it with manage.py create_hospital --code {code}"
            " --name NAME."
        ) from None
