"""Update:data ratios of an optimizer's parameters: copies before its step, norms after it, few operations."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

import torch

#: More numbers than this are summed in rows: one long sum in float32 loses digits on a CPU.
_LONG = 8192
#: Numbers of such a row.
_ROW = 1024

_copy: Any = getattr(torch, "_foreach_copy_", None)
_subtract: Any = torch._foreach_sub_
_norms: Any = torch._foreach_norm


class Columns(NamedTuple):
    """Parameters of one device and element type, and the columns of the ratios that are theirs."""

    device: torch.device
    dtype: torch.dtype  # in which they are compared
    tensors: List[torch.Tensor]
    columns: List[int]


def arranged(tensors: Sequence[torch.Tensor], columns: Sequence[int]) -> List[Columns]:
    """Sorts parameters by device and type, so that each sort takes one operation."""
    sorts: Dict[Tuple[torch.device, torch.dtype], Columns] = {}
    for tensor, column in zip(tensors, columns):
        compared = torch.float64 if tensor.dtype in (torch.float64, torch.complex128) else torch.float32
        key = (tensor.device, tensor.dtype)
        sort = sorts.setdefault(key, Columns(tensor.device, compared, [], []))
        sort.tensors.append(tensor)
        sort.columns.append(column)
    return list(sorts.values())


class Comparison:
    """Compares parameters of one sort before and after a step.

    `norms` writes two numbers a parameter: the size of its update, then that of its values after it.
    """

    def __init__(self, sort: Columns, kind: str) -> None:
        self.sort = sort
        self.key = object()  # what its numbers are kept under, by what outlives the parameters
        self._std = kind == "std"
        first = sort.tensors[0]
        self._dtype = first.dtype
        self._exact = first.dtype == sort.dtype  # no conversion between the copy and the parameter
        self._real = not first.is_complex()
        self._on_cpu = sort.device.type == "cpu"
        self._any_long = self._on_cpu and any(one.numel() > _LONG for one in sort.tensors)
        self._old: List[torch.Tensor] = []

    @property
    def width(self) -> int:
        """The numbers that it writes at a step."""
        return 2 * len(self.sort.tensors)

    def has_moved(self) -> bool:
        """Whether the parameters lie elsewhere, or have another type, than they had."""
        first = self.sort.tensors[0]
        return first.device != self.sort.device or first.dtype != self._dtype

    def forget(self) -> None:
        """Frees the copies."""
        self._old = []

    def before(self) -> None:
        """Keeps the values. One copy of the parameters is all that it allocates, once."""
        now = self._now()
        if not self._old:
            self._old = [torch.empty_like(one, dtype=self.sort.dtype) for one in now]
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
        tensors = self.sort.tensors
        return tensors if self._real else [torch.view_as_real(one.detach()) for one in tensors]

    def _sizes(self, tensors: List[torch.Tensor]) -> List[torch.Tensor]:
        dtype = self.sort.dtype
        if self._std:
            return [one.to(dtype).std(unbiased=False) for one in tensors]
        if tensors[0].dtype != dtype:
            return [_norm(one, dtype) for one in tensors]
        if self._any_long:
            return _norms_with_long(tensors)
        return list(_norms(tensors))


def _norms_with_long(tensors: List[torch.Tensor]) -> List[torch.Tensor]:
    short = [one for one in tensors if one.numel() <= _LONG]
    norms = iter(_norms(short) if short else [])
    return [next(norms) if one.numel() <= _LONG else _norm(one, one.dtype) for one in tensors]


def _norm(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Root of the sum of squares, summed in rows where it is long."""
    norm: Callable[..., torch.Tensor] = torch.linalg.vector_norm
    count = tensor.numel()
    if count <= _LONG or tensor.device.type != "cpu":
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
