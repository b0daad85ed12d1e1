"""Which passwords are guessed first. Nothing leaves the machine."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from healthcare.accounts.models import User

# 0 to 4; below 3 a stolen hash falls within days, whatever its length.
ENOUGH = 3
LOOKED_AT = 72  # zxcvbn's time grows with the square of the length
HOUSE = ("mimamori", "みまもり", "見守り")


class NotGuessed:
    """Refuses what guessing programs try early: common passwords, names, dates, keyboard walks and
    their usual decorations, and words of this place: the product, the person, the hospital."""

    def validate(self, password: str, user: User | None = None) -> None:
        words = context_words(user)
        bare = password.casefold()
        for word in words:
            # What is left beside the word must be a password of its own.
            bare = bare.replace(word, "")
        weak = zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < ENOUGH
        if weak or (bare != password.casefold() and len(bare) < 8):
            raise ValidationError(
                _(
                    "This password is among those that are guessed first. Take four words that"
                    " have nothing to do with each other, or let a password manager draw one."
                ),
                code="password_guessed",
            )

    def get_help_text(self) -> str:
        return _("Not a common password, and without your name or that of your hospital.")


def context_words(user: User | None) -> list[str]:
    """Words somebody would try for this person first, in lower case, three letters or more."""
    found = [*HOUSE]
    if user is not None:
        found += [user.username, user.first_name, user.last_name]
        if user.pk is not None:
            for staff in user.hospital_staff.select_related("hospital"):
                found += [staff.hospital.code, staff.hospital.name, staff.hospital.name_ja]
    parts = [part for text in found for part in (text, *text.split())]
    return sorted({part.casefold() for part in parts if len(part) >= 3}, key=len, reverse=True)
