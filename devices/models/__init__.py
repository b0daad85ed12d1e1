from devices.models.app_code import AppCode
from devices.models.app_grant import AppGrant, Ending
from devices.models.app_token import AppToken
from devices.models.blood_pressure_reading import BloodPressureReading
from devices.models.credential import DeviceCredential
from devices.models.dead_letter import DeadLetter, DeadLetterReason, DeadLetterResolution
from devices.models.device import Device
from devices.models.gateway import Gateway
from devices.models.gateway_entrustment import GatewayEntrustment
from devices.models.holding import DeviceHolding
from devices.models.member_app import MemberApp
from devices.models.of_kinds import READINGS
from devices.models.quarantined_item import QuarantineCode, QuarantinedItem, Resolution
from devices.models.reading_conflict import ConflictCause, ReadingConflict
from devices.models.sleep_night import SleepNight

__all__ = [
    "READINGS",
    "AppCode",
    "AppGrant",
    "AppToken",
    "BloodPressureReading",
    "ConflictCause",
    "DeadLetter",
    "DeadLetterReason",
    "DeadLetterResolution",
    "Device",
    "DeviceCredential",
    "DeviceHolding",
    "Ending",
    "Gateway",
    "GatewayEntrustment",
    "MemberApp",
    "QuarantineCode",
    "QuarantinedItem",
    "ReadingConflict",
    "Resolution",
    "SleepNight",
]
