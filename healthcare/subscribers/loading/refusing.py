"""Why a file as a whole cannot be taken in."""

from healthcare.subscribers.loading.encodings import Candidate


class FileRefused(ValueError):
    """The file as a whole cannot be taken in; the message names the place and the cure.

    `candidates` are ways to read it, where its encoding was not declared: they hold rows of the
    file, so they are for whoever sent it and for no log.
    """

    def __init__(self, text: str, candidates: tuple[Candidate, ...] = ()) -> None:
        super().__init__(text)
        self.candidates = candidates


class MappingUnknown(FileRefused):
    """The operator has no mapping of this name; the message names those it has."""


class ManifestRefused(FileRefused):
    """The manifest beside the file is none, or is of another file."""
