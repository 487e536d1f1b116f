"""Faults of recording: they end the recording, never the training, and are told once."""

from __future__ import annotations

import sys
import warnings


class RecordingWarning(UserWarning):
    """Something is not recorded; training goes on."""


def warn(message: str) -> None:
    """Warns, also where the training turns warnings into errors: then on stderr."""
    try:
        warnings.warn(message, RecordingWarning, stacklevel=2)
    except Warning:
        try:
            sys.stderr.write(f"ablate: {message}\n")
        except OSError:
            pass
