"""Steps of trainings that no optimizer of PyTorch makes: losses, rates and ratios, written in blocks."""

from __future__ import annotations

import math
import time
from typing import Any, List

from ..frames import encode_frame, numbers
from ..recording import Recording
from ..run import FLUSH_SECONDS


class PlainSteps:
    """Gathers steps and writes them. Ratios are read from their device when they are written."""

    def __init__(self, recording: Recording, width: int) -> None:
        #: The updates so far.
        self.next = 0
        self._recording = recording
        self._width = width
        self._losses: List[float] = []
        self._rates: List[float] = []
        self._ratios: List[Any] = []
        self._flushed = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time to write."""
        return time.monotonic() - self._flushed >= FLUSH_SECONDS

    def add(self, loss: float, rate: float, ratios: Any) -> None:
        """Ends a step; without ratios it has none."""
        self._losses.append(loss)
        self._rates.append(rate)
        self._ratios.append(ratios)
        self.next += 1

    def flush(self) -> None:
        """Writes what is kept."""
        self._flushed = time.monotonic()
        count = len(self._losses)
        if count == 0:
            return
        rows = [self._row(one) for one in self._ratios]
        head = {
            "type": "steps",
            "first": self.next - count,
            "count": count,
            "seconds": self._recording.seconds,
        }
        arrays = [
            numbers("loss", "f64", self._losses),
            numbers("lr", "f64", self._rates),
            numbers("ratios", "f32", [number for row in rows for number in row]),
        ]
        self._losses, self._rates, self._ratios = [], [], []
        self._recording.write(encode_frame(head, arrays))

    def _row(self, ratios: Any) -> List[float]:
        if ratios is None:
            return [math.nan] * self._width
        listed = ratios if hasattr(ratios, "tolist") else ratios.numpy()  # TensorFlow's have no tolist
        return [float(one) for one in listed.tolist()]
