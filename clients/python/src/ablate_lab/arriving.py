"""Logged numbers that are still on a device: they are recorded when they have arrived."""

from __future__ import annotations

from collections import deque
from typing import Callable, Deque, Dict, List, Tuple

import torch

from .cells import Cells, Taken

#: Takes a metric's name, a step and a number.
Keep = Callable[[str, int, float], None]


class Arriving:
    """Numbers of metrics on their way to the host."""

    def __init__(self) -> None:
        self._cells: Dict[torch.device, Tuple[Cells, List[Tuple[str, int]]]] = {}
        self._waiting: Deque[Tuple[Taken, List[Tuple[str, int]]]] = deque()

    def take(self, name: str, step: int, value: torch.Tensor) -> None:
        """Copies a number on its own device, which a script may then change."""
        cells, named = self._cells.setdefault(value.device, (_cells(value.device), []))
        if cells.is_full:
            self._send(cells, named)
        cells.row().copy_(value.detach().reshape(1))
        named.append((name, step))

    def flush(self, keep: Keep, wait: bool = False) -> None:
        """Sends what is there, and gives what has arrived to `keep`."""
        for cells, named in self._cells.values():
            if named:
                self._send(cells, named)
        while self._waiting and (wait or self._waiting[0][0].is_ready()):
            taken, told = self._waiting.popleft()
            for (name, step), (number,) in zip(told, taken.read(len(told)).tolist()):
                keep(name, step, number)

    def _send(self, cells: Cells, named: List[Tuple[str, int]]) -> None:
        self._waiting.append((cells.take(), list(named)))
        named.clear()


def _cells(device: torch.device) -> Cells:
    return Cells(device, torch.float32 if device.type == "mps" else torch.float64, 1)
