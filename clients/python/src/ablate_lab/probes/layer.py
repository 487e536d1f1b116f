"""What one layer did in a pass, in a few numbers; its tensors are dropped at once."""

from __future__ import annotations

from typing import Dict, List, Optional

from torch import Tensor, nn

from .histogram import ACTIVATION, GRADIENT, Summary, summarise
from .nonlinearity import Nonlinearity
from .rows import Layout, Saturation, saturation_of


class LayerPass:
    """A module that has weights, with the nonlinearity that follows it, or a block as a whole."""

    def __init__(self, name: str, module: nn.Module, layout: Layout, order: int) -> None:
        self.name = name
        self.order = order
        self.module = module
        self.layout = layout
        self.nonlinearity: Optional[Nonlinearity] = None
        self.saturation: Optional[Saturation] = None
        self.tensors: Dict[str, Summary] = {}
        self._entering: Optional[Tensor] = None

    def leave_weights(self, output: Tensor) -> None:
        """Takes what leaves the weights; until a nonlinearity follows it is what leaves the layer, too."""
        self._take(["linear", "preactivation", "activation"], output)

    def leave_block(self, output: Tensor) -> None:
        """Takes what leaves a block."""
        self._take(["activation"], output)

    def enter(self, nonlinearity: Nonlinearity, values: Tensor, is_linear: bool) -> None:
        """Takes what enters the nonlinearity, before that can overwrite it."""
        self.nonlinearity = nonlinearity
        rows = self.layout.rows(values)
        self._entering = rows.clone() if values.numel() == rows.numel() else rows
        if not is_linear:
            self._take(["preactivation"], values)

    def leave(self, values: Tensor) -> None:
        """Takes what leaves the nonlinearity."""
        entered, self._entering = self._entering, None
        if self.nonlinearity is None or entered is None or not self.layout.fits(values):
            return
        rows = self.layout.rows(values)
        self._take(["activation"], values)
        if rows.shape == entered.shape:
            flat = self.nonlinearity.is_flat(entered, rows)
            self.saturation = saturation_of(flat, self.layout.examples)

    def _take(self, kinds: List[str], values: Tensor) -> None:
        """Sums a tensor up, and its gradient when that comes."""
        summary = summarise(self.layout.rows(values), ACTIVATION)
        if summary is None:
            return
        self.tensors.update({kind: summary for kind in kinds})
        if not values.requires_grad:
            return

        def take_gradient(gradient: Tensor) -> None:
            # A nonlinearity that followed has put its own in the place of some.
            mine = [kind for kind in kinds if self.tensors.get(kind) is summary]
            found = summarise(self.layout.rows(gradient), GRADIENT)
            if found is not None:
                self.tensors.update({f"{kind}_gradient": found for kind in mine})

        values.register_hook(take_gradient)
