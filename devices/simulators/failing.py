"""Why a fleet gives up, whatever it speaks."""


class ServerUnreachable(RuntimeError):
    """Nobody answers at that address, or not with what devices understand."""
