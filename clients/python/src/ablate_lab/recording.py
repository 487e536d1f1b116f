"""The recording of one run: frames that this process alone writes, until its end or a fault."""

from __future__ import annotations

import os
import threading
import time
import weakref
from typing import Any, Dict, Mapping, Optional

from .facts import host
from .faults import warn
from .frames import encode_frame
from .sink import open_sink

#: Silence after which a frame says that the process is there: docs/frames.md.
_ALIVE_SECONDS = 5.0

_open_recordings: "weakref.WeakSet[Recording]" = weakref.WeakSet()


class Recording:
    """Writes frames. Its first fault ends it with one warning; it never raises."""

    def __init__(self, folder: Any, head: Optional[Mapping[str, Any]]) -> None:
        """Opens a file and writes the frame `run`; without a head nothing is recorded at all."""
        self.id = os.urandom(8).hex()  # no generator that training may draw from
        self.place: Optional[str] = None
        self._began = time.monotonic()
        self._wrote = self._began
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._sink: Any = None
        #: Whether what is written is still recorded.
        self.is_open = head is not None
        if head is None:
            self._ended.set()
            return
        try:
            self._sink = open_sink(folder, str(head["name"]), self.id)
            self.place = self._sink.place
            self._write(encode_frame(self._whole(head)))
        except Exception as error:
            self.fail(error)
            return
        _open_recordings.add(self)
        watcher = threading.Thread(
            target=_say_alive, args=(weakref.ref(self), self._ended), name="ablate", daemon=True
        )
        watcher.start()

    @property
    def seconds(self) -> float:
        """Time since the recording began."""
        return time.monotonic() - self._began

    def wait(self, seconds: float) -> bool:
        """Waits in a thread of its own; says whether what is written then is still recorded."""
        return not self._ended.wait(seconds)

    def write(self, frames: bytes) -> None:
        """Appends whole frames."""
        if self._ended.is_set():
            return
        try:
            self._write(frames)
        except Exception as error:
            self.fail(error)

    def event(self, kind: str, message: Optional[str] = None) -> None:
        """Records that something happened."""
        self.write(encode_frame({"type": "event", "kind": kind, "message": message}))

    def end(self, state: str, reason: str, error: Optional[str]) -> None:
        """Writes the last frame and closes the file."""
        head = {"type": "end", "state": state, "reason": reason, "error": error}
        self.write(encode_frame({**head, "seconds": self.seconds}))
        self._close()

    def fail(self, error: BaseException) -> None:
        """Ends the recording after a fault, with its one warning."""
        if self._ended.is_set():
            return
        self._close()
        where = "" if self.place is None else f" to {self.place}"
        said = str(error) or type(error).__name__
        warn(f"recording{where} has stopped: {said}; training goes on without it")

    def forget(self) -> None:
        """Ends it in a forked child, which neither writes nor closes what its parent has open."""
        self._sink = None
        self.is_open = False
        self._ended.set()

    def say_alive(self) -> float:
        """Writes `alive` where nothing was written for long; returns the seconds until it may be due."""
        left = self._wrote + _ALIVE_SECONDS - time.monotonic()
        if left > 0:
            return left
        self.write(encode_frame({"type": "alive", "seconds": self.seconds}))
        return _ALIVE_SECONDS

    def _write(self, frames: bytes) -> None:
        with self._lock:
            if self._sink is not None:
                self._sink.write(frames)
                self._wrote = time.monotonic()

    def _close(self) -> None:
        self.is_open = False
        self._ended.set()
        _open_recordings.discard(self)
        with self._lock:
            sink, self._sink = self._sink, None
            if sink is not None:
                try:
                    sink.close()
                except OSError:
                    pass  # its frames are written, or their fault was told

    def _whole(self, head: Mapping[str, Any]) -> Dict[str, Any]:
        return {
            "type": "run",
            "id": self.id,
            **head,
            "host": host(),
            "pid": os.getpid(),
            "time": int(time.time() * 1000),
        }


def _say_alive(recording: "weakref.ref[Recording]", ended: threading.Event) -> None:
    wait = _ALIVE_SECONDS
    while not ended.wait(wait):
        alive = recording()
        if alive is None:
            return
        wait = alive.say_alive()
        del alive


def _after_fork() -> None:
    for recording in list(_open_recordings):
        recording.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
