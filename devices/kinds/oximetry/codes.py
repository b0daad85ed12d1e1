"""What standards call these values: LOINC, UCUM, and the schemas of Open mHealth.

FHIR's oxygen saturation is coded twice: 2708-6 as vital signs, 59408-5 as measured by pulse
oximetry.
"""

LOINC = {
    "spo2": ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
    "vital_sign": ("2708-6", "Oxygen saturation in Arterial blood"),
    "pulse": ("8867-4", "Heart rate"),
}
UCUM = {"spo2": "%", "pulse": "/min"}
OPEN_MHEALTH = {"spo2": ("omh", "oxygen-saturation"), "pulse": ("omh", "heart-rate")}
