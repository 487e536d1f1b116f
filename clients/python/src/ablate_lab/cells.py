"""Numbers that stay on their device until they are written, so that no step waits for them."""

from __future__ import annotations

import contextlib
from typing import Any, ContextManager, List, Optional

import torch

#: Rows between two writes; of steps that take less than 0.6 ms there are more writes.
CAPACITY = 256


class Taken:
    """Rows on their way to the host."""

    def __init__(self, rows: torch.Tensor, event: Any = None, owner: Optional["Cells"] = None) -> None:
        self._rows = rows
        self._event = event
        self._owner = owner
        self._pinned = rows

    def is_ready(self) -> bool:
        """Asks the device whether they are there; never waits."""
        return self._event is None or bool(self._event.query())

    def read(self, count: int) -> torch.Tensor:
        """Returns them, and waits for them where they are not there yet."""
        if self._event is not None:
            self._event.synchronize()
        rows = self._rows[:count].clone()
        if self._owner is not None:
            self._owner.give_back(self._pinned)
        return rows


class Cells:
    """Rows of one device, filled one after the other."""

    def __init__(self, device: torch.device, dtype: torch.dtype, width: int) -> None:
        self.device = device
        self._rows = torch.zeros((CAPACITY, width), dtype=dtype, device=device)
        self._views = self._rows.unbind()
        self._used = 0
        self._free: List[torch.Tensor] = []
        self._event: Any = None

    @property
    def is_full(self) -> bool:
        """Whether there is no row left."""
        return self._used == CAPACITY

    def row(self) -> torch.Tensor:
        """Returns the next row, to be written on the device's current stream."""
        if self._used == 0 and self._event is not None:
            self._wait_on_device()
        row = self._views[self._used]
        self._used += 1
        return row

    def take(self) -> Taken:
        """Starts the copy of all rows to the host and begins anew."""
        used, self._used = self._used, 0
        if self.device.type == "cpu":
            return Taken(self._rows[:used].clone())
        with _current(self.device):
            pinned = self._free.pop() if self._free else self._pinned()
            pinned[:used].copy_(self._rows[:used], non_blocking=True)
            self._event = _event(self.device)
        if self._event is None:  # a device without events: its copies have ended
            return Taken(pinned, None, self)
        return Taken(pinned, self._event, self)

    def give_back(self, pinned: torch.Tensor) -> None:
        """Takes a buffer of the host back that was read; there are two of them, unless the device is late."""
        self._free.append(pinned)

    def _pinned(self) -> torch.Tensor:
        pin = self.device.type == "cuda"
        return torch.zeros(self._rows.shape, dtype=self._rows.dtype, device="cpu", pin_memory=pin)

    def _wait_on_device(self) -> None:
        """Makes the current stream write rows only after they were copied, whatever stream did that."""
        with _current(self.device):
            self._event.wait()
        self._event = None


def _event(device: torch.device) -> Any:
    kind = getattr(getattr(torch, device.type, None), "Event", None)
    if kind is None:
        return None
    event = kind()
    event.record()
    return event


def _current(device: torch.device) -> ContextManager[Any]:
    guard = getattr(getattr(torch, device.type, None), "device", None)
    return contextlib.nullcontext() if guard is None or device.index is None else guard(device)
