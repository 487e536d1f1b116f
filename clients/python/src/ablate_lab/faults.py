"""Faults of recording: they end the recording, never the training, and are told once."""

from __future__ import annotations

import sys
import warnings
from types import FrameType


class RecordingWarning(UserWarning):
    """Something is not recorded; training goes on."""


def warn(message: str) -> None:
    """Warns, also where the training turns warnings into errors: then on stderr."""
    try:
        warnings.warn(message, RecordingWarning, stacklevel=_depth_of_script())
    except Warning:
        try:
            sys.stderr.write(f"ablate: {message}\n")
        except OSError:
            pass


def _depth_of_script() -> int:
    """Counts the frames from `warn` up to the first that is neither this package's nor PyTorch's."""
    frame, depth = sys._getframe(1), 1
    while frame.f_back is not None and _package(frame) in ("ablate_lab", "torch"):
        frame, depth = frame.f_back, depth + 1
    return depth


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).split(".")[0]
