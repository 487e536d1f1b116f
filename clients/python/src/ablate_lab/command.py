"""Starts the command `ablate`, which shows recordings. It is a program of Node that pip does not install."""

from __future__ import annotations

import glob
import os
import sys
from typing import Iterator, NoReturn, Optional

#: What the command is called, and the npm package that has it. Others own the name `ablate` on npm and on PyPI.
COMMAND = "ablate"
NPM_PACKAGE = "ablate-lab"

NOT_FOUND = (
    f"{NPM_PACKAGE}: the command `{COMMAND}` is not installed; "
    f"install it with `npm install -g {NPM_PACKAGE}`, which needs Node 24 or later"
)


def main() -> NoReturn:
    """Replaces this process by `ablate` with the same arguments, or says how to install it, with exit code 2."""
    command = find_command()
    if command is None:
        sys.exit(_complain(NOT_FOUND))
    try:
        os.execv(command, [command, *sys.argv[1:]])
    except OSError as error:
        sys.exit(_complain(f"{NPM_PACKAGE}: {command} does not start: {error.strerror}"))


def find_command() -> Optional[str]:
    """Finds `ablate` on the PATH, in `node_modules` of this folder or one above, or where npx keeps it.

    Nothing is downloaded.
    """
    return next((path for path in _candidates() if _is_ours(path)), None)


def _candidates() -> Iterator[str]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield os.path.join(folder or os.curdir, COMMAND)
    folder = os.getcwd()
    while True:
        yield from _in_modules(os.path.join(folder, "node_modules"))
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    cache = os.environ.get("npm_config_cache") or os.path.expanduser("~/.npm")
    kept = glob.glob(os.path.join(glob.escape(cache), "_npx", "*", "node_modules"))
    for modules in sorted(kept, key=os.path.getmtime, reverse=True):
        yield from _in_modules(modules)


def _in_modules(modules: str) -> Iterator[str]:
    if os.path.isdir(os.path.join(modules, NPM_PACKAGE)):
        yield os.path.join(modules, ".bin", COMMAND)


def _is_ours(path: str) -> bool:
    """Passes over what is no program, and a script of Python: that is the PyPI package `ablate`, which is another."""
    if not (os.path.isfile(path) and os.access(path, os.X_OK)):
        return False
    with open(path, "rb") as file:
        first = file.readline(4096)
    return not (first.startswith(b"#!") and b"python" in first)


def _complain(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
