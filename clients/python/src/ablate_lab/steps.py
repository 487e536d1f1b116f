"""Steps as they are recorded: losses, rates and ratios, gathered and written in blocks."""

from __future__ import annotations

import ctypes
import functools
import time
from collections import deque
from typing import Any, Deque, Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch

from .cells import CAPACITY, Cells, Taken
from .frames import FrameArray, encode_frame, little_endian, numbers
from .losses import NAN
from .recording import Recording
from .run import FLUSH_SECONDS


class Part(NamedTuple):
    """Numbers from a device: of some rows of a block, some columns."""

    taken: Taken
    rows: List[int]
    #: Of ratios, their columns; `loss`, or the number of a rate.
    target: Any


class Block(NamedTuple):
    """Steps that are written together."""

    first: int
    losses: List[float]
    rates: List[List[float]]
    extra: List[str]  # ratios beyond those that the frame `run` lists
    parts: List[Part]
    seconds: float

    def is_ready(self) -> bool:
        """Whether every number has arrived."""
        return all(part.taken.is_ready() for part in self.parts)


class Steps:
    """Gathers steps and writes them. It has no parameters and keeps no model alive."""

    def __init__(self, recording: Recording, first: int, columns: int) -> None:
        self.recording = recording
        self.next = first
        self._columns = columns
        self.extra: List[str] = []
        self._losses: List[float] = []
        self._rates: List[List[float]] = []
        self._gathered: Dict[Any, Tuple[Cells, List[int], Any]] = {}
        self._waiting: Deque[Block] = deque()
        self._flushed = time.monotonic()

    @property
    def kept(self) -> int:
        """The number of steps that are not on their way to the file."""
        return len(self._losses)

    @property
    def is_due(self) -> bool:
        """Whether it is time to write."""
        return len(self._losses) == CAPACITY or time.monotonic() - self._flushed >= FLUSH_SECONDS

    def row(self, key: Any, device: torch.device, dtype: torch.dtype, target: Any, width: int = 1, back: int = 0) -> torch.Tensor:
        """Returns where a device writes numbers of the step that is being made, or of one `back`."""
        found = self._gathered.get(key)
        if found is None or found[0].device != device:
            found = self._gathered[key] = (Cells(device, dtype, width), [], target)
        cells, rows, _ = found
        rows.append(len(self._losses) - back)
        return cells.row()

    def add(self, loss: float, rates: List[float]) -> None:
        """Ends the step that is being made."""
        self._losses.append(loss)
        self._rates.append(rates)
        self.next += 1

    def amend(self, loss: float) -> None:
        """Gives the last step its loss, where a script tells it after the step."""
        if self._losses:
            self._losses[-1] = loss

    def flush(self) -> None:
        """Sends what is kept on its way, and writes what has arrived."""
        self._flushed = time.monotonic()
        if self._losses:
            parts = [Part(cells.take(), rows, to) for cells, rows, to in self._gathered.values() if rows]
            first = self.next - len(self._losses)
            self._waiting.append(
                Block(first, self._losses, self._rates, list(self.extra), parts, self.recording.seconds)
            )
            self._losses, self._rates = [], []
            self._gathered = {key: (cells, [], to) for key, (cells, _, to) in self._gathered.items()}
        self.drain()

    def drain(self, wait: bool = False) -> None:
        """Writes blocks that have arrived, in their order."""
        while self._waiting and (wait or self._waiting[0].is_ready()):
            self.recording.write(self._frame(self._waiting.popleft()))

    def regroup(self) -> None:
        """Begins anew after parameters have changed; what was gathered goes on its way first."""
        self.flush()
        self._gathered = {}

    def _frame(self, block: Block) -> bytes:
        count = len(block.losses)
        width = self._columns + len(block.extra)
        ratios = torch.full((count, width), NAN, dtype=torch.float32, device="cpu")
        rates = max((len(row) for row in block.rates), default=1)
        table = [row + [NAN] * (rates - len(row)) for row in block.rates]
        for part in block.parts:
            values = part.taken.read(len(part.rows))
            if isinstance(part.target, list):
                _fill(ratios, part.rows, part.target, values)
            else:
                _put(block.losses, table, part, values)
        names = [f"lr.{at}" for at in range(1, rates)] + [f"ratio.{name}" for name in block.extra]
        head = {"type": "steps", "first": block.first, "count": count, "seconds": block.seconds}
        arrays = [
            numbers("loss", "f64", block.losses),
            numbers("lr", "f64", [row[0] if row else NAN for row in table]),
            FrameArray("ratios", "f32", _bytes(ratios[:, : self._columns], "f32")),
        ]
        if names:
            later = ratios[:, self._columns :].tolist()
            rows = [row[1:] + more for row, more in zip(table, later)]
            head["metrics"] = names
            arrays.append(numbers("metrics", "f64", [number for row in rows for number in row]))
        return encode_frame(head, arrays)


def _fill(ratios: torch.Tensor, rows: Sequence[int], columns: List[int], sizes: torch.Tensor) -> None:
    updates, values = sizes.double().chunk(2, dim=1)
    ratio = (updates / values).float()
    index = functools.partial(torch.tensor, device="cpu")
    ratios[index(rows)[:, None], index(columns)[None, :]] = ratio


def _put(losses: List[float], table: List[List[float]], part: Part, values: torch.Tensor) -> None:
    for row, (value,) in zip(part.rows, values.tolist()):
        if part.target == "loss":
            losses[row] = value
        else:
            table[row][part.target] = value


def _bytes(tensor: torch.Tensor, element: str) -> bytes:
    """Returns the numbers of a tensor on the host, without NumPy, which PyTorch may lack."""
    flat = tensor.contiguous()
    size = flat.numel() * flat.element_size()
    return little_endian(element, ctypes.string_at(flat.data_ptr(), size) if size else b"")
