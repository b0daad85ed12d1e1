"""The kinds there are. A new kind adds its folder, its line here and a migration."""

from types import MappingProxyType

from devices.kinds.blood_pressure.kind import BLOOD_PRESSURE
from devices.kinds.kind import Kind
from devices.kinds.oximetry.kind import OXIMETRY
from devices.kinds.sleep.kind import SLEEP
from devices.kinds.weight.kind import WEIGHT

__all__ = ["KINDS", "Kind"]

KINDS = MappingProxyType({kind.name: kind for kind in (BLOOD_PRESSURE, SLEEP, WEIGHT, OXIMETRY)})
