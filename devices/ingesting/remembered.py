"""Many devices of one gateway with their holders, laid out so that a body's serials are looked up
at once."""

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

from devices.held import NOBODY, KnownDevice

Rows = npt.NDArray[np.int64]
FIRST_ROOM = 1_024


class Remembered(Mapping[str, KnownDevice]):
    """Known devices by serial. It only grows, and readers need no lock: a row is written before
    its serial can be found."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._devices: list[KnownDevice] = []
        # Sole holder (four figures), then id and version of the device.
        self._rows = np.empty((FIRST_ROOM, len(NOBODY) + 2), np.int64)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __getitem__(self, serial: str) -> KnownDevice:
        return self._devices[self._places[serial]]

    def places(self, serials: Sequence[str]) -> Rows:
        """Where each of the serials stands; -1 for those that are not remembered."""
        find = self._places.get
        return np.array([find(serial, -1) for serial in serials], np.int64)

    def add(self, found: Mapping[str, KnownDevice]) -> None:
        with self._lock:
            for serial, device in found.items():
                place = len(self._devices)
                if place == len(self._rows):
                    self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
                self._rows[place] = (*(device.sole_holder or NOBODY), device.id, device.version)
                self._devices.append(device)
                self._places[serial] = place

    def sole_holders(self, places: Rows) -> Rows:
        """`KnownDevice.sole_holder` at each place, as a row of four; -1 where there is none."""
        rows = self._rows[places, : len(NOBODY)]
        rows[places < 0] = NOBODY
        return rows

    def versions(self, places: Rows) -> tuple[Rows, Rows]:
        """Ids and versions of the devices at these places, each once."""
        rows = self._rows[np.unique(places[places >= 0])]
        return rows[:, -2], rows[:, -1]
