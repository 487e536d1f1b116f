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
        """Adds a loss; one on a device stays there.

        Raises TypeError, ValueError or OverflowError of what is no number.
        """
        if not isinstance(value, torch.Tensor):
            value = float(value)
        elif value.is_complex():
            raise TypeError("a complex number")
        elif value.dim() > 0:
            value = value.detach().float().mean()
        if isinstance(value, torch.Tensor):
            if value.is_cpu:
                value = value.item()
            else:  # a script may change it in place: the first is copied, further ones are added
                value = value.detach().float()
                value = value if self.count else value.clone()
        self._sum = self._sum + value if self.count else value
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
