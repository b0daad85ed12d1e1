from devices.models.blood_pressure_reading import BloodPressureReading
from devices.models.credential import DeviceCredential
from devices.models.device import Device, Kind
from devices.models.gateway import Gateway
from devices.models.holding import DeviceHolding
from devices.models.quarantined_item import QuarantineCode, QuarantinedItem, Resolution
from devices.models.reading_conflict import ConflictCause, ReadingConflict
from devices.models.sleep_night import SleepNight

__all__ = [
    "BloodPressureReading",
    "ConflictCause",
    "Device",
    "DeviceCredential",
    "DeviceHolding",
    "Gateway",
    "Kind",
    "QuarantineCode",
    "QuarantinedItem",
    "ReadingConflict",
    "Resolution",
    "SleepNight",
]
