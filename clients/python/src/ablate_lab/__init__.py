"""Record every step of a training, and watch it in the terminal with `ablate ui runs/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .faults import RecordingWarning
from .run import Run
from .starting import start

if TYPE_CHECKING:
    from .watching import watch

__all__ = ["RecordingWarning", "Run", "start", "watch"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Imports what needs PyTorch when it is asked for."""
    if name == "watch":
        from .watching import watch

        return watch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
