"""A run that is being recorded, as a training script has it."""

from __future__ import annotations

import atexit
import functools
import sys
import threading
import time
from types import TracebackType
from typing import Any, Callable, Dict, List, Mapping, Optional, Set, Tuple, Type, TypeVar, cast

from .facts import settings, whole
from .faults import warn
from .frames import FrameArray, encode_frame, numbers
from .recording import Recording

#: Time between two writes: what is seen live is at most so old, and kill -9 costs at most so much.
FLUSH_SECONDS = 0.15

#: Whole numbers beyond are none in a double.
LAST_STEP = 2**53 - 1

Method = TypeVar("Method", bound=Callable[..., Any])

#: Runs that the end of the process ends.
open_runs: "Set[Run]" = set()


def guarded(method: Method) -> Method:
    """Makes a fault of a method of `Run` end the recording in place of the training."""

    @functools.wraps(method)
    def safe(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.recording.is_open:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self.recording.fail(error)
            return None

    return cast(Method, safe)


class Run:
    """Records numbers by name. It ends with `finish`, with its `with` block, or with the process."""

    def __init__(self, recording: Recording, name: str, run_id: Optional[str] = None) -> None:
        """Records into what is open already; `run_id` is that of the run that goes on, if one does."""
        self.recording = recording
        self.name = name
        #: What tells the run from every other; `resume=` takes it.
        self.id = recording.id if run_id is None else run_id
        self._lock = threading.RLock()
        self._series: Dict[str, Tuple[List[float], List[float]]] = {}
        self._flushed = time.monotonic()
        self._logged = 0
        self._refused: Set[str] = set()
        if recording.is_open:
            open_runs.add(self)

    @property
    def path(self) -> Optional[str]:
        """The file of the recording; None where nothing is recorded."""
        return self.recording.place

    @property
    def step(self) -> int:
        """The step at which a number is logged that comes without one."""
        return self._logged

    @guarded
    def log(
        self, metrics: Optional[Mapping[str, Any]] = None, *, step: Optional[int] = None, **named: Any
    ) -> None:
        """Records numbers by name: `run.log(accuracy=0.9)`, `run.log({"valid/accuracy": 0.9}, step=100)`."""
        with self._lock:
            at = self.step if step is None else whole(step)
            if at is None or not 0 <= at <= LAST_STEP:
                self._refuse("what is logged", f"its step is {step!r}, no whole number from 0 on")
                return
            if not isinstance(metrics, (Mapping, type(None))):
                self._refuse("what is logged", f"{type(metrics).__name__} is no dict of numbers by name")
                return
            for name, value in {**(metrics or {}), **named}.items():
                self._take(str(name), at, value)
            self._logged = max(self._logged, at) + 1
            if time.monotonic() - self._flushed >= FLUSH_SECONDS:
                self.flush()

    @guarded
    def measure(self, metrics: Mapping[str, float]) -> None:
        """Records numbers of the current step beside those that a script logs; it does not count as a log."""
        with self._lock:
            for name, number in metrics.items():
                self._keep(name, self.step, number)

    @guarded
    def event(self, kind: str, message: Optional[str] = None) -> None:
        """Records that something happened, such as an evaluation or a change of the data."""
        self.flush()
        self.recording.event(str(kind), None if message is None else str(message))

    @guarded
    def declare(
        self,
        name: str,
        *,
        unit: Optional[str] = None,
        goal: Optional[str] = None,
        log: Optional[bool] = None,
        guide: Optional[float] = None,
    ) -> None:
        """Says of a metric what its unit is, whether `min` or `max` is better, whether its axis is logarithmic."""
        facts = {"name": name, "unit": unit, "goal": goal, "log": log, "guide": guide}
        told = {key: value for key, value in facts.items() if value is not None}
        self.recording.write(encode_frame({"type": "declare", "metrics": [told]}))

    @guarded
    def describe(self, config: Any, *, steps: Optional[int] = None) -> None:
        """Puts settings in the place of those that the run had so far, and says how many steps are planned."""
        head = {"type": "config", "config": settings(config)}
        self.recording.write(encode_frame({**head, **({} if whole(steps) is None else {"steps": whole(steps)})}))

    @guarded
    def flush(self) -> None:
        """Writes what is still kept in memory."""
        self._flushed = time.monotonic()
        with self._lock:
            series, self._series = self._series, {}
        if series:
            self.recording.write(_metrics_frame(series))

    def finish(
        self, state: str = "finished", *, reason: Optional[str] = None, error: Optional[object] = None
    ) -> None:
        """Ends the recording; `state` is `finished`, `failed` or `stopped`. What follows is not recorded."""
        open_runs.discard(self)
        if not self.recording.is_open:
            return
        try:
            said = None if error is None else _told(error)
            state = "failed" if said is not None and state == "finished" else state
            self._last_words()
            self.recording.end(state, reason or _REASONS.get(state, state), said)
        except Exception as fault:
            self.recording.fail(fault)

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if error is None:
            self.finish()
        elif isinstance(error, (KeyboardInterrupt, GeneratorExit)):
            self.finish("stopped", reason="interrupted")
        elif isinstance(error, SystemExit) and error.code in (None, 0):
            self.finish()
        else:
            self.finish("failed", error=error)

    def _last_words(self) -> None:
        """Writes what must stand before the end."""
        self.flush()

    def _take(self, name: str, step: int, value: Any) -> None:
        number = plain_number(value)
        if not name.strip():
            self._refuse("a number", "its name is empty")
        elif number is not None:
            self._keep(name, step, number)
        else:
            self._refuse(name, f"{type(value).__name__} is not one number")

    def _refuse(self, what: str, why: str) -> None:
        """Warns once of what a script gives that cannot be recorded; the rest is."""
        if what not in self._refused:
            self._refused.add(what)
            warn(f"{what} is not recorded: {why}")

    def _keep(self, name: str, step: int, number: float) -> None:
        with self._lock:
            steps, values = self._series.setdefault(name, ([], []))
            if steps and step < steps[-1]:  # a frame has steps that rise
                self.flush()
                steps, values = self._series.setdefault(name, ([], []))
            if steps and step == steps[-1]:
                values[-1] = number
            else:
                steps.append(step)
                values.append(number)


_REASONS = {"finished": "training ended", "failed": "training failed", "stopped": "stopped"}


def plain_number(value: Any) -> Optional[float]:
    """Returns a number of Python, or of a library whose scalars have `item`; None of anything else."""
    try:
        if isinstance(value, (int, float)):
            return float(value)
        if hasattr(value, "item"):
            return float(value.item())
        return None if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def _told(error: object) -> str:
    if not isinstance(error, BaseException):
        return str(error)
    said = str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _metrics_frame(series: Mapping[str, Tuple[List[float], List[float]]]) -> bytes:
    arrays: List[FrameArray] = []
    for at, (steps, values) in enumerate(series.values()):
        arrays += [numbers(f"steps{at}", "f64", steps), numbers(f"numbers{at}", "f64", values)]
    return encode_frame({"type": "metrics", "series": list(series)}, arrays)


def _finish_all() -> None:
    interactive = hasattr(sys, "ps1") or "IPython" in sys.modules  # there it is any earlier error
    error = None if interactive else getattr(sys, "last_value", None)
    for run in list(open_runs):
        run.__exit__(None if error is None else type(error), error, None)


atexit.register(_finish_all)
