"""Losses as a script tells them, before a step takes their mean."""

from __future__ import annotations

import math
from typing import Any

import torch

NAN = math.nan


class Loss:
    """Losses that no step has taken yet, and their mean."""

    def __init__(self) -> None:
        self.count = 0
        self._sum: Any = 0.0

    def take(self, value: Any) -> None:
        """Adds a loss; one on a device stays there."""
        if isinstance(value, torch.Tensor):
            value = value.detach()
            if value.dim() > 0:
                value = value.float().mean()
            value = float(value.item()) if value.device.type == "cpu" else value.float()
        else:
            value = float(value)
        # What is on a device may be changed in place by the script: the first is copied, too.
        copied = value.clone() if isinstance(value, torch.Tensor) and not self.count else value
        self._sum = self._sum + copied if self.count else copied
        self.count += 1

    def add(self, other: "Loss") -> None:
        """Moves losses here."""
        self._sum = self._sum + other._sum if self.count else other._sum
        self.count += other.count
        other.clear()

    def value(self) -> Any:
        """Returns the mean; NaN of none."""
        if not self.count:
            return NAN
        return self._sum if self.count == 1 else self._sum / self.count

    def clear(self) -> None:
        """Forgets them."""
        self.count = 0
        self._sum = 0.0
