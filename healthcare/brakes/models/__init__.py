from healthcare.brakes.models.brake import CHANNELS, Brake, Kind

__all__ = ["CHANNELS", "Brake", "Kind"]
