"""Adds to the package's metadata what depends on where the project lives: its addresses, and links of the README.

The address stands in the package.json of the checkout alone. The source distribution has it in its PKG-INFO.
"""

from __future__ import annotations

import json
import re
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

#: A link of Markdown whose target is a file of the checkout.
RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?![a-z]+:|#)([^)]+)\)")


class ProjectAddress(MetadataHookInterface):
    """Called by hatchling for the wheel and for the source distribution."""

    def update(self, metadata: dict[str, Any]) -> None:
        here = Path(self.root)
        address = _address(here)
        text = (here / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": _for_elsewhere(text, address)}
        metadata["urls"] = {} if address is None else _urls(address)


def _address(here: Path) -> str | None:
    """Returns the address of the repository for a browser, or None as long as it has none."""
    packed, checkout = here / "PKG-INFO", here.parent.parent / "package.json"
    if packed.exists():
        lines = HeaderParser().parsestr(packed.read_text(encoding="utf-8")).get_all("Project-URL", [])
        return dict(line.split(", ", 1) for line in lines).get("Source")
    if checkout.exists():
        address = json.loads(checkout.read_text(encoding="utf-8")).get("repository", {}).get("url")
        return None if address is None else address.removeprefix("git+").removesuffix(".git")
    return None


def _urls(address: str) -> dict[str, str]:
    return {
        "Source": address,
        "Documentation": f"{address}/blob/HEAD/docs/your-own-training.md",
        "Changelog": f"{address}/blob/HEAD/CHANGELOG.md",
        "Issues": f"{address}/issues",
    }


def _for_elsewhere(text: str, address: str | None) -> str:
    """Makes links to files of the checkout absolute; without an address only their words stay."""

    def absolute(link: re.Match[str]) -> str:
        words, target = link.groups()
        if address is None:
            return words
        path = target.removeprefix("../../") if target.startswith("../../") else f"clients/python/{target}"
        return f"[{words}]({address}/blob/HEAD/{path})"

    return RELATIVE_LINK.sub(absolute, text)
