"""Callbacks for trainers of others: each imports its library when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .hugging_face import HFCallback
    from .keras import KerasCallback
    from .lightning import LightningCallback

__all__ = ["HFCallback", "KerasCallback", "LightningCallback"]


def __getattr__(name: str) -> Any:
    """Imports a callback with the library that it is for."""
    if name == "HFCallback":
        from .hugging_face import HFCallback

        return HFCallback
    if name == "LightningCallback":
        from .lightning import LightningCallback

        return LightningCallback
    if name == "KerasCallback":
        from .keras import KerasCallback

        return KerasCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
