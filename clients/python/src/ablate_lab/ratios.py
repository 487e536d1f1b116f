"""Update:data ratios of an optimizer's parameters: copies before its step, norms after it, few operations."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Sequence, Tuple, Union

import torch

from .blocks import SHORT, Block, blocks

#: More numbers than `SHORT` are summed in rows of so many: one long sum in float32 loses digits on a CPU.
_ROW = 1024

#: Types that copies have as well.
_EXACT = (torch.float32, torch.float64)

_copy: Any = getattr(torch, "_foreach_copy_", None)
_subtract: Any = torch._foreach_sub_
_norms: Any = torch._foreach_norm


def arranged(tensors: Sequence[torch.Tensor], columns: Sequence[int], kind: str) -> "List[Compared]":
    """Sorts parameters by device, type and length, so that each sort takes few operations."""
    sorts: Dict[Any, List[Tuple[torch.Tensor, int]]] = {}
    for tensor, column in zip(tensors, columns):
        short = tensor.is_cpu and tensor.dtype in _EXACT and 0 < tensor.numel() <= SHORT and kind == "rms"
        sorts.setdefault((tensor.device, tensor.dtype, short), []).append((tensor, column))
    found: "List[Compared]" = []
    for (_, _, short), pairs in sorts.items():
        own, places = [tensor for tensor, _ in pairs], [column for _, column in pairs]
        found += blocks(own, places) if short else [Comparison(own, places, kind)]
    return found


class Comparison:
    """Compares parameters of one sort before and after a step.

    `norms` writes two numbers a parameter: the size of its update, then that of its values after it.
    """

    def __init__(self, tensors: List[torch.Tensor], columns: List[int], kind: str) -> None:
        first = tensors[0]
        self.key = object()  # what its numbers are kept under, by what outlives the parameters
        self.tensors = tensors
        self.columns = columns
        self.device = first.device
        self.dtype = torch.float64 if first.dtype in (torch.float64, torch.complex128) else torch.float32
        self.width = 2 * len(tensors)
        self._std = kind == "std"
        self._theirs = first.dtype
        self._exact = first.dtype == self.dtype  # no conversion between the copy and the parameter
        self._real = not first.is_complex()
        self._any_long = first.is_cpu and any(one.numel() > SHORT for one in tensors)
        self._old: List[torch.Tensor] = []

    def has_moved(self) -> bool:
        """Whether the parameters lie elsewhere, or have another type, than they had."""
        first = self.tensors[0]
        return first.device != self.device or first.dtype != self._theirs

    def forget(self) -> None:
        """Frees the copies."""
        self._old = []

    def before(self) -> None:
        """Keeps the values. One copy of the parameters is all that it allocates, once."""
        now = self._now()
        if not self._old:
            self._old = [torch.empty_like(one, dtype=self.dtype) for one in now]
        if self._exact and _copy is not None:
            _copy(self._old, now)
        else:
            for old, one in zip(self._old, now):
                old.copy_(one)

    def after(self, row: torch.Tensor) -> None:
        """Writes the sizes of updates and values into a row of this device."""
        now = self._now()
        if self._exact:
            _subtract(self._old, now)
        else:
            for old, one in zip(self._old, now):
                old.sub_(one)
        torch.stack(self._sizes(self._old) + self._sizes(now), out=row)

    def _now(self) -> List[torch.Tensor]:
        tensors = self.tensors
        return tensors if self._real else [torch.view_as_real(one.detach()) for one in tensors]

    def _sizes(self, tensors: List[torch.Tensor]) -> List[torch.Tensor]:
        dtype = self.dtype
        if self._std:
            return [one.to(dtype).std(unbiased=False) for one in tensors]
        if tensors[0].dtype != dtype:
            return [_norm(one, dtype) for one in tensors]
        if self._any_long:
            return _norms_with_long(tensors)
        return list(_norms(tensors))


def _norms_with_long(tensors: List[torch.Tensor]) -> List[torch.Tensor]:
    short = [one for one in tensors if one.numel() <= SHORT]
    norms = iter(_norms(short) if short else [])
    return [next(norms) if one.numel() <= SHORT else _norm(one, one.dtype) for one in tensors]


def _norm(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Root of the sum of squares, summed in rows where it is long."""
    norm: Callable[..., torch.Tensor] = torch.linalg.vector_norm
    count = tensor.numel()
    if count <= SHORT or tensor.device.type != "cpu":
        return norm(tensor, dtype=dtype)
    flat = tensor.as_strided((count,), (1,)) if _is_dense(tensor) else tensor.reshape(-1)
    whole = count - count % _ROW
    rows = norm(flat[:whole].view(-1, _ROW), dim=1, dtype=dtype)
    return _norm(torch.cat((rows, flat[whole:].to(dtype))) if whole < count else rows, dtype)


def _is_dense(tensor: torch.Tensor) -> bool:
    """Whether the numbers lie one after the other, in any order."""
    expected = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.shape)):
        if size > 1:
            if stride != expected:
                return False
            expected *= size
    return True


Compared = Union[Block, Comparison]
