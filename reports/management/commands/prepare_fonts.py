"""`manage.py prepare_fonts`: cut the report's fonts now, so that no report has to wait for them."""

from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.pdf import fonts


class Command(BaseCommand):
    """Safe to run at any time and beside anything: what is there already is kept."""

    help = "Cut the fonts of the PDF report. Without it, the first report does."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        started = perf_counter()
        try:
            paths = fonts.prepare(settings.FONTS_DIR)
        except (OSError, ValueError, ModuleNotFoundError) as error:
            raise CommandError(
                f"No fonts in {settings.FONTS_DIR}: {error}. Is there room on the disk, may this "
                "user write there, is requirements.txt installed?"
            ) from error
        seconds = perf_counter() - started
        names = " and ".join(path.name for path in paths.values())
        self.stdout.write(f"{names} ready in {settings.FONTS_DIR} after {seconds:.1f} s.")
