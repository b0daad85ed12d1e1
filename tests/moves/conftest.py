"""What is too slow for `make test`: a subscriber base at its full size, and its move killed."""

from tests.kills.conftest import cluster

__all__ = ["cluster"]
