"""Statistics of a tensor, and its histogram on edges that all steps, layers and runs share."""

from __future__ import annotations

import math
from typing import List, NamedTuple, Optional

import torch
from torch import Tensor


class Scale(NamedTuple):
    """Edges of a histogram: the numbers of a small floating-point format.

    Up to ``2**smallest`` the bins of each sign are equally wide; from there every octave up to ``2**largest`` has
    ``2**mantissa_bits`` of them.
    """

    mantissa_bits: int
    smallest: int
    largest: int


#: What leaves weights and nonlinearities: bins of 1/16 and less around 1, up to 64.
ACTIVATION = Scale(3, -2, 6)
#: Bins from a width of 0.002 up to 16.
WEIGHT = Scale(2, -7, 4)
#: Bins from 1e-9 up to 64, six and a half per decade.
GRADIENT = Scale(1, -30, 6)


class Summary(NamedTuple):
    """A tensor in a few numbers; the deviation is the unbiased estimate."""

    mean: float
    std: float
    min: float
    max: float
    scale: Scale
    #: Below all edges, between them, above them; a bin has its edge that is farther from 0.
    counts: List[int]


_MANTISSA_BITS = 23
_EXPONENT_BIAS = 127
_SIZE_MASK = 0x7FFFFFFF


def summarise(values: Tensor, scale: Scale) -> Optional[Summary]:
    """Returns statistics and histogram of all elements; None of an empty tensor."""
    return summarise_all([values], scale)


def summarise_all(tensors: List[Tensor], scale: Scale) -> Optional[Summary]:
    """Returns statistics and histogram of the elements of several tensors, taken together."""
    flat = [one.detach().reshape(-1) for one in tensors]
    chunks = [chunk for one in flat for chunk in one.split(_chunk(one.device)) if chunk.numel() > 0]
    if not chunks or chunks[0].is_complex():
        return None
    # Around the first element: the deviation of a constant is exactly 0.
    first = float(chunks[0][0])
    size = sum(chunk.numel() for chunk in chunks)
    centre = sum(_read([_wide(chunk).sub_(first).sum() for chunk in chunks])) / size
    squares = sum(_read([_wide(chunk).sub_(first).sub_(centre).square_().sum() for chunk in chunks]))
    ends = [torch.aminmax(chunk) for chunk in chunks]
    lowest, highest = _read([low for low, _ in ends]), _read([high for _, high in ends])
    tally = torch.stack([_counts(chunk, scale).cpu() for chunk in chunks]).sum(0).tolist()
    deviation = math.sqrt(squares / (size - 1)) if size > 1 else math.nan
    least, most = _least(lowest), -_least([-one for one in highest])
    return Summary(first + centre, deviation, least, most, scale, _binned(tally, scale))


def _chunk(device: torch.device) -> int:
    """Returns how many elements are worked on at once: what fits a processor's cache; for a GPU few launches count."""
    return 1 << 16 if device.type == "cpu" else 1 << 22


def _wide(chunk: Tensor) -> Tensor:
    """Returns a copy in doubles, where a device has them."""
    wide = torch.float32 if chunk.device.type == "mps" else torch.float64
    return chunk.to(wide, copy=True)


def _read(numbers: List[Tensor]) -> List[float]:
    """Reads numbers of a device at once; weights of a layer may lie on several."""
    if all(one.device == numbers[0].device for one in numbers):
        return [float(one) for one in torch.stack(numbers).tolist()]
    return [float(one) for one in numbers]


def _least(numbers: List[float]) -> float:
    """Returns the smallest; NaN where one is NaN."""
    return math.nan if any(map(math.isnan, numbers)) else min(numbers)


def _counts(values: Tensor, scale: Scale) -> Tensor:
    """Counts octaves and places there, which are the first bits of a float32: no search for an edge."""
    single = values.float() + 0.0  # -0 counts as 0
    if bool(single.isnan().any()):
        single = single[single == single]  # NaN is in no bin
    words = single.view(torch.int32)
    shift = _MANTISSA_BITS - scale.mantissa_bits
    cells = (words & _SIZE_MASK).sub_(1).bitwise_right_shift_(shift).sub_(_cells_before(scale))
    codes = cells.clamp_(0, _above(scale)).mul_(2).sub_(words >> 31)  # of each cell: positive, negative
    return torch.bincount(codes, minlength=2 * (_above(scale) + 1))


def _binned(tally: List[int], scale: Scale) -> List[int]:
    """Puts cells into bins: up to the smallest octave several cells are one bin, since all its bins are equally wide."""
    mantissa_bits, smallest, largest = scale
    octave = 1 << mantissa_bits
    bins = (largest - smallest + 1) << mantissa_bits  # of each sign
    counts = [0] * (2 * bins + 2)
    for cell in range(_above(scale) + 1):
        power, within = divmod(cell - 1, octave)
        place = (
            ((octave + within) << max(0, power)) >> mantissa_bits
            if power < mantissa_bits
            else cell - 1 + ((1 - mantissa_bits) << mantissa_bits)
        )
        outward = 0 if cell == 0 else place
        counts[bins + 1 + outward] += tally[2 * cell]
        counts[bins - outward] += tally[2 * cell + 1]
    return counts


def _cells_before(scale: Scale) -> int:
    return ((scale.smallest - scale.mantissa_bits + _EXPONENT_BIAS) << scale.mantissa_bits) - 1


def _above(scale: Scale) -> int:
    """Returns the cell of what is above the scale; cell 0 has all up to the first edge."""
    return ((scale.largest - scale.smallest + scale.mantissa_bits) << scale.mantissa_bits) + 1
