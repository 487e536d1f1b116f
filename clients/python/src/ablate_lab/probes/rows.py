"""Rows of a layer's tensors: one for each example and position, of which only some are looked at."""

from __future__ import annotations

from typing import NamedTuple, Optional

import torch
from torch import Tensor

#: Elements of an activation that are looked at; more positions are passed over evenly.
MOST_ELEMENTS = 1 << 20

#: Bits of a map of saturation, 32 kB: 32 examples of 8,192 units. A layer with more has none.
MOST_BITS = 1 << 18


class Layout(NamedTuple):
    """How a layer's tensors lie: which axis has the units, how many examples they are of."""

    axis: int
    units: int
    examples: int

    def rows(self, values: Tensor) -> Tensor:
        """Returns some rows of units, `[examples * positions, units]`, always the same ones."""
        rows = values.detach().movedim(self.axis, -1).reshape(-1, self.units)
        count = rows.shape[0]
        most = max(1, MOST_ELEMENTS // self.units)
        if count <= most:
            return rows
        if count % self.examples or most < self.examples:
            return rows[_evenly(count, most, rows.device)]
        positions = count // self.examples
        some = _evenly(positions, most // self.examples, rows.device)
        return rows.reshape(self.examples, positions, self.units)[:, some].reshape(-1, self.units)

    def fits(self, values: Tensor) -> bool:
        """Says whether a tensor has this layer's units where they should be."""
        return -values.dim() <= self.axis < values.dim() and values.shape[self.axis] == self.units


def layout_of(output: Tensor, spatial: int, examples: int) -> Optional[Layout]:
    """Returns how what leaves a layer lies, its units before `spatial` other axes; None of what has no units."""
    axis = -1 - spatial
    if output.dim() < -axis or output.numel() == 0:
        return None
    return Layout(axis, output.shape[axis], examples)


class Saturation(NamedTuple):
    """Where a nonlinearity is flat: bits of rows and units, row by row, the highest bit of a byte first."""

    examples: int
    units: int
    share: float
    bits: bytes


def saturation_of(flat: Tensor, examples: int) -> Optional[Saturation]:
    """Packs a map `[rows, units]` of flat places.

    Where rows are too many for a map, one row of it stands for all positions of an example: a unit is flat there where
    it is flat at every one, so that a unit is dead in the map when it is in the rows.
    """
    rows, units = flat.shape
    if rows % examples:
        return None
    share = float(flat.double().mean()) if flat.device.type != "mps" else float(flat.float().mean())
    if rows * units > MOST_BITS:
        flat = flat.reshape(examples, rows // examples, units).all(1)
    if flat.numel() > MOST_BITS:
        return None
    bits = flat.reshape(-1).to("cpu", torch.uint8)
    bits = torch.nn.functional.pad(bits, (0, -bits.numel() % 8)).reshape(-1, 8)
    weights = torch.tensor([128, 64, 32, 16, 8, 4, 2, 1], dtype=torch.uint8)
    packed = (bits * weights).sum(1, dtype=torch.int64).tolist()
    return Saturation(flat.shape[0], units, share, bytes(packed))


def _evenly(count: int, some: int, device: torch.device) -> Tensor:
    return torch.arange(some, device=device) * count // some
