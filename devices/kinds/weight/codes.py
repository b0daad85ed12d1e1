"""What standards call these values: LOINC, UCUM, and the schemas of Open mHealth."""

LOINC = {
    "weight": ("29463-7", "Body weight"),
    "body_fat": ("41982-0", "Percentage of body fat Measured"),
}
UCUM = {"kg": "kg", "lb": "[lb_av]", "body_fat": "%"}
OPEN_MHEALTH = {"weight": ("omh", "body-weight"), "body_fat": ("omh", "body-fat-percentage")}
