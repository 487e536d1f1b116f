"""Statistics of a tensor, and its histogram on edges that all steps, layers and runs share."""

from __future__ import annotations

import math
from typing import Dict, List, NamedTuple, Optional, Tuple

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

#: Elements that are worked on at once: what a summary needs beside its tensor is a few times as many doubles.
CHUNK = 1 << 20


class Summary(NamedTuple):
    """A tensor in a few numbers; the deviation is the unbiased estimate."""

    mean: float
    std: float
    min: float
    max: float
    scale: Scale
    #: Below all edges, between them, above them; a bin has its edge that is farther from 0.
    counts: List[int]


_EDGES: Dict[Tuple[Scale, torch.device], Tensor] = {}


def edges_of(scale: Scale) -> List[float]:
    """Returns the edges above 0, from the smallest on; those below it are their negatives."""
    octave = 1 << scale.mantissa_bits
    unit = 2.0 ** (scale.smallest - scale.mantissa_bits)
    edges = []
    for place in range(1, (scale.largest - scale.smallest + 1) * octave + 1):
        power, within = divmod(place, octave)
        size = within if power == 0 else 2 ** (power - 1) * (octave + within)
        edges.append(size * unit)
    return edges


def summarise(values: Tensor, scale: Scale) -> Optional[Summary]:
    """Returns statistics and histogram of all elements; None of an empty tensor."""
    return summarise_all([values], scale)


def summarise_all(tensors: List[Tensor], scale: Scale) -> Optional[Summary]:
    """Returns statistics and histogram of the elements of several tensors, taken together."""
    chunks = [chunk for one in tensors for chunk in one.detach().reshape(-1).split(CHUNK)]
    chunks = [chunk for chunk in chunks if chunk.numel() > 0]
    if not chunks or chunks[0].is_complex():
        return None
    wide = torch.float32 if chunks[0].device.type == "mps" else torch.float64
    # Around the first element: the deviation of a constant is exactly 0.
    first = chunks[0][0].to(wide)
    size = sum(chunk.numel() for chunk in chunks)
    total = torch.stack([(chunk.to(wide) - first.to(chunk.device)).sum().cpu() for chunk in chunks])
    centre = total.sum() / size
    squares = sum(_squares(chunk.to(wide), first, centre) for chunk in chunks)
    lowest = min_of([float(chunk.min()) for chunk in chunks])
    highest = -min_of([-float(chunk.max()) for chunk in chunks])
    counts = torch.stack([_counts(chunk, scale).cpu() for chunk in chunks]).sum(0)
    deviation = math.sqrt(squares / (size - 1)) if size > 1 else math.nan
    return Summary(float(first + centre), deviation, lowest, highest, scale, counts.tolist())


def min_of(numbers: List[float]) -> float:
    """Returns the smallest; NaN where one is NaN."""
    return math.nan if any(map(math.isnan, numbers)) else min(numbers)


def _squares(values: Tensor, first: Tensor, centre: Tensor) -> float:
    deviations = values - first.to(values.device) - centre.to(values.device)
    return float((deviations * deviations).sum())


def _counts(values: Tensor, scale: Scale) -> Tensor:
    single = values.float()
    single = single[single == single]  # NaN is in no bin
    key = (scale, single.device)
    if key not in _EDGES:
        _EDGES[key] = torch.tensor(edges_of(scale), dtype=torch.float32, device=single.device)
    edges = _EDGES[key]
    bins = len(edges)
    outward = torch.bucketize(single.abs(), edges)
    place = torch.where(single < 0, bins - outward, bins + 1 + outward)
    return torch.bincount(place, minlength=2 * bins + 2)
