"""Where the frames of one run go: a file of their own, or a pipe with a reader."""

from __future__ import annotations

import os
import re
import select
import time
from pathlib import Path
from typing import Any, Union

#: A reader that takes nothing for so long is broken: training must not wait for it.
_PATIENCE_SECONDS = 5.0
#: Longest name of a file before time and id, well below the 255 bytes that file systems take.
_LONGEST_NAME = 120


class FileSink:
    """Appends to a file that no other process writes."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
        self._length = 0

    def write(self, data: bytes) -> None:
        """Writes whole frames; where that fails, what is there of them is cut off again."""
        if os.fstat(self._fd).st_nlink == 0:
            raise FileNotFoundError("the file was deleted")
        try:
            _write_all(self._fd, data)
        except OSError:
            os.ftruncate(self._fd, self._length)
            raise
        self._length += len(data)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._fd)


class StreamSink:
    """Writes to a pipe. The caller opened it and closes it."""

    def __init__(self, stream: Any) -> None:
        self.place = str(getattr(stream, "name", "a pipe"))
        self._stream = stream  # kept open for as long as there is something to write
        self._fd: int = stream.fileno()
        os.set_blocking(self._fd, False)

    def write(self, data: bytes) -> None:
        """Writes whole frames, and waits a little for a reader that is slow."""
        view = memoryview(data)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while view:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [self._fd], [], left)[1]:
                raise TimeoutError(f"its reader has taken nothing for {_PATIENCE_SECONDS:.0f} s")
            try:
                written = os.write(self._fd, view)
            except BlockingIOError:
                continue
            view = view[written:]
            deadline = time.monotonic() + _PATIENCE_SECONDS

    def close(self) -> None:
        """Leaves the pipe as it was."""
        try:
            os.set_blocking(self._fd, True)
        except OSError:
            pass  # its reader or its owner has closed it


def open_sink(folder: Any, name: str, run_id: str) -> Union[FileSink, StreamSink]:
    """Opens the file of a run in a folder; an open binary file or pipe is written as it is."""
    if hasattr(folder, "fileno"):
        return StreamSink(folder)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    plain = re.sub(r"[^\w.=+,@-]+", "-", name).strip("-.")[:_LONGEST_NAME] or "run"
    return FileSink(Path(folder) / f"{plain}-{stamp}-{run_id}.ablate")


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
