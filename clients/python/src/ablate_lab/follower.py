"""Follows one optimizer: what its parameters were before a step, how far they went, and at which rates."""

from __future__ import annotations

import weakref
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import torch
from torch.nn.parameter import is_lazy

from .ratios import Compared, arranged

#: A model with more numbers than this has a tenth of its tensors compared at a step, in turn.
LARGE = 1_000_000_000
LARGE_TURNS = 10


class Ratios(NamedTuple):
    """How ratios are recorded."""

    kind: Optional[str]  # rms, std or None
    every: int
    turns: int

    def turn(self, step: int) -> Optional[int]:
        """Returns whose turn it is at a step; None where no ratios are recorded."""
        if self.kind is None or step % self.every:
            return None
        return step // self.every % self.turns


class Follower:
    """What is kept of one optimizer between the hooks around its step. The optimizer owns it."""

    def __init__(self, optimizer: Any, ratios: Ratios, column_of: Callable[[Any], Optional[int]]) -> None:
        self.optimizer = weakref.ref(optimizer)
        self.stepped = False
        self.is_captured = False
        self._on_gpu = False
        self.rates: List[Any] = []
        self._ratios = ratios
        self._column_of = column_of
        self._turns: List[List[Compared]] = []
        self._active: List[Compared] = []
        self._group_sizes: List[int] = []
        self._frozen: List[Any] = []
        self.arrange()

    def arrange(self) -> None:
        """Sorts the parameters that the optimizer trains now."""
        optimizer = self.optimizer()
        if optimizer is None:
            return
        groups = optimizer.param_groups
        self._group_sizes = [len(group["params"]) for group in groups]
        tensors = [tensor for group in groups for tensor in group["params"]]
        self._frozen = [tensor for tensor in tensors if not is_trained(tensor)]
        self._on_gpu = any(tensor.is_cuda for tensor in tensors)
        self._turns = []
        if self._ratios.kind is None:
            return
        columns: Dict[int, Any] = {}
        for tensor in tensors:
            column = self._column_of(tensor) if is_trained(tensor) else None
            if column is not None and tensor.layout == torch.strided:
                columns[column] = tensor
        for turn in shared_out(columns, self._ratios.turns):
            self._turns.append(arranged([columns[one] for one in turn], turn, self._ratios.kind))

    def has_changed(self) -> bool:
        """Whether parameters were added, unfrozen, moved or converted since they were sorted."""
        optimizer = self.optimizer()
        if optimizer is None:
            return False
        if len(optimizer.param_groups) != len(self._group_sizes):
            return True
        for group, size in zip(optimizer.param_groups, self._group_sizes):
            if len(group["params"]) != size:
                return True
        for tensor in self._frozen:
            if is_trained(tensor):
                return True
        for turn in self._turns:
            for one in turn:
                if one.has_moved():
                    return True
        return False

    def sees_capture(self) -> bool:
        """Whether the step becomes part of a CUDA graph: nothing may be added to that."""
        self.is_captured = self._on_gpu and torch.cuda.is_current_stream_capturing()
        return self.is_captured

    def before(self, step: int) -> None:
        """Keeps the values before a step."""
        turn = self._ratios.turn(step)
        self._active = [] if turn is None or not self._turns else self._turns[turn]
        for comparison in self._active:
            comparison.before()

    def after(self, row: Callable[[Compared], torch.Tensor]) -> None:
        """Writes the sizes of updates and values where `row` says."""
        for comparison in self._active:
            comparison.after(row(comparison))
            if self._ratios.turns > 1:
                comparison.forget()
        optimizer = self.optimizer()
        self.rates = [] if optimizer is None else [group.get("lr") for group in optimizer.param_groups]
        self.stepped = True

    def forget(self) -> None:
        """Lets go of all that it keeps of parameters."""
        self._turns, self._active, self._frozen = [], [], []


def is_trained(tensor: Any) -> bool:
    """Whether an optimizer changes a parameter: it is not frozen, and no lazy module still has to give it a shape."""
    return bool(tensor.requires_grad) and not is_lazy(tensor)


def shared_out(columns: Dict[int, Any], turns: int) -> List[List[int]]:
    """Deals tensors out to turns that have about as many numbers each."""
    dealt: List[List[int]] = [[] for _ in range(turns)]
    sizes = [0] * turns
    for column in sorted(columns, key=lambda one: -columns[one].numel()):
        least = sizes.index(min(sizes))
        dealt[least].append(column)
        sizes[least] += columns[column].numel()
    return [sorted(turn) for turn in dealt]


def is_sharded(tensors: Sequence[Any]) -> bool:
    """Whether parameters are parts that lie on several machines or devices, as those of FSDP and DTensor."""
    return any(
        hasattr(tensor, "_local_tensor")
        or hasattr(tensor, "ds_id")
        or getattr(tensor, "_is_flat_param", False)
        or getattr(tensor, "_fsdp_flattened", False)
        for tensor in tensors
    )
