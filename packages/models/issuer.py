from django.db import models


class Issuer(models.Model):
    """Who issues the invoices, as a qualified invoice names them."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.TextField()
    registration_number = models.CharField(
        max_length=14, help_text="qualified-invoice issuer: T and 13 digits"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(registration_number__regex=r"^T[0-9]{13}$"),
                name="registration_number_is_t_and_13_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.name
