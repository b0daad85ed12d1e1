"""What a scale can say of a person.

The bounds are the project's own and wait for a clinician's signature: scales for homes and wards
weigh up to about 400 kg, and who stands on one by themselves is not under 10 kg. Body fat: men die
of less than about 2 %, and no published body composition exceeds 75 %. Bounds are inclusive; they
are there to catch grams sent as kilograms and a bag that was put on the scale, not to judge.
"""

from decimal import Decimal

GRAMS_PER_KG = Decimal(1000)
# The international pound, exact by definition (1959).
GRAMS_PER_LB = Decimal("453.59237")

KILOGRAMS = (10, 400)
BODY_FAT = (2, 75)


def doubt(*, grams: Decimal, body_fat: int | float | None) -> str | None:
    """Why this cannot be a person's; None when it can. `body_fat` is percent."""
    kilograms = grams / GRAMS_PER_KG
    if not KILOGRAMS[0] <= kilograms <= KILOGRAMS[1]:
        return f"weight {kilograms:.7g} kg is not within {KILOGRAMS[0]} to {KILOGRAMS[1]}."
    if body_fat is not None and not BODY_FAT[0] <= body_fat <= BODY_FAT[1]:
        return f"body_fat {body_fat} % is not within {BODY_FAT[0]} to {BODY_FAT[1]}."
    return None
