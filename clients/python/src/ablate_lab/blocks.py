"""Ratios of short parameters on a CPU: they lie in the rows of one matrix, so that a few operations do for all."""

from __future__ import annotations

from typing import Any, Callable, List, Sequence, Tuple

import torch

#: Longer parameters are compared one by one: what an operation costs beside its numbers is little there.
SHORT = 8192
#: Numbers that one operation takes in about the time of a further one.
_WORTH_A_CALL = 32_768

_copy: Any = getattr(torch, "_foreach_copy_", None)
_norm: Callable[..., torch.Tensor] = torch.linalg.vector_norm


class Block:
    """Compares short parameters of one element type before and after a step.

    `after` writes the size of each update, then that of each parameter's values: norms, of which readers take quotients.
    """

    def __init__(self, tensors: List[torch.Tensor], columns: List[int]) -> None:
        first = tensors[0]
        self.key = object()  # what its numbers are kept under, by what outlives the parameters
        self.tensors = tensors
        self.columns = columns
        self.device, self.dtype = first.device, first.dtype
        self.width = 2 * len(tensors)
        longest = max(one.numel() for one in tensors)
        self._rows = torch.zeros((self.width, longest), dtype=first.dtype, device="cpu")
        self._updates, self._values = self._rows.chunk(2)
        self._old, self._new = (
            [row[: one.numel()].view(one.shape) for row, one in zip(half, tensors)]
            for half in (self._updates, self._values)
        )

    def has_moved(self) -> bool:
        """Whether the parameters lie elsewhere, or have another type, than they had."""
        first = self.tensors[0]
        return first.dtype != self.dtype or not first.is_cpu

    def before(self) -> None:
        """Keeps the values."""
        _copied(self._old, self.tensors)

    def after(self, row: torch.Tensor) -> None:
        """Writes the sizes of updates and values into a row."""
        _copied(self._new, self.tensors)
        self._updates.sub_(self._values)
        _norm(self._rows, dim=1, out=row)

    def forget(self) -> None:
        """Keeps its matrix, which is small."""


def blocks(tensors: Sequence[torch.Tensor], columns: Sequence[int]) -> List[Block]:
    """Deals short parameters of one type out to matrices that are mostly full."""
    made: List[Block] = []
    part: List[Tuple[torch.Tensor, int]] = []
    longest = 0
    ordered = sorted(zip(tensors, columns), key=lambda one: -one[0].numel())
    for at, (tensor, column) in enumerate(ordered):
        left = (len(ordered) - at) * longest
        if part and tensor.numel() * 4 < longest and left > _WORTH_A_CALL:
            made.append(_block(part))
            part = []
        longest = longest if part else tensor.numel()
        part.append((tensor, column))
    return made + [_block(part)] if part else made


def _block(part: Sequence[Tuple[torch.Tensor, int]]) -> Block:
    return Block([tensor for tensor, _ in part], [column for _, column in part])


def _copied(copies: List[torch.Tensor], tensors: List[torch.Tensor]) -> None:
    if _copy is not None:
        _copy(copies, tensors)
    else:
        for copy, tensor in zip(copies, tensors):
            copy.copy_(tensor)
