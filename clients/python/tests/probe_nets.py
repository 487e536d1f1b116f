"""Small networks that probes are tested on, and what a prober says of them."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Tuple

import torch
import torch.nn.functional as F
from torch import nn

from ablate_lab.frames import decode_frames
from ablate_lab.probes import Prober

Layers = Dict[str, Dict[str, Any]]


class Mlp(nn.Module):
    """Embedding, norm, dropout; one nonlinearity is a function."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(27, 4)
        self.first = nn.Linear(12, 20)
        self.norm = nn.BatchNorm1d(20)
        self.second = nn.Linear(20, 16)
        self.dropout = nn.Dropout(0.3)
        self.last = nn.Linear(16, 27)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.tanh(self.norm(self.first(self.embedding(x).flatten(1))))
        hidden = F.dropout(hidden, 0.2, self.training)
        return self.last(self.dropout(F.relu(self.second(hidden))))


class ResidualBlock(nn.Module):
    """Two convolutions beside a way past them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x
        return self.relu(out)


class ResidualNet(nn.Module):
    """A stem, two blocks, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 6, 3, padding=1)
        self.blocks = nn.Sequential(ResidualBlock(6), ResidualBlock(6))
        self.head = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.blocks(F.relu(self.stem(x))).mean((2, 3)))


class NewGELU(nn.Module):
    """GPT-2's nonlinearity, made of other functions."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


class GptBlock(nn.Module):
    """Attention and MLP on a residual stream."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.act, self.down = nn.Linear(width, 4 * width), NewGELU(), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.attention(self.ln1(x)).chunk(3, -1)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1)
        x = x + self.out(weights @ v)
        return x + self.down(self.act(self.up(self.ln2(x))))


class Gpt(nn.Module):
    """Returns logits and loss, as nanoGPT does; the head's weight is the embedding's."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.tokens, self.positions = nn.Embedding(11, width), nn.Embedding(6, width)
        self.blocks = nn.ModuleList([GptBlock(width) for _ in range(2)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 11, bias=False)
        self.head.weight = self.tokens.weight
        self.register_buffer("mask", torch.ones(6, 6).tril())

    def forward(self, idx: torch.Tensor, targets: Any = None) -> Tuple[torch.Tensor, Any]:
        x = self.tokens(idx) + self.positions(torch.arange(idx.shape[1]))
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.norm(x))
        loss = None if targets is None else F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        return logits, loss


def letters(examples: int = 40) -> Tuple[torch.Tensor, torch.Tensor]:
    """Returns a batch of the MLP."""
    generator = torch.Generator().manual_seed(3)
    x = torch.randint(27, (examples, 3), generator=generator)
    return x, torch.randint(27, (examples,), generator=generator)


def probed(model: nn.Module, batch: Any, loss: Any = None) -> Tuple[Dict[str, Any], Layers, Dict[str, List[int]]]:
    """Returns head, layers by name and arrays of one probe."""
    frames: List[bytes] = []
    prober = Prober(model, frames.append, batch, loss=loss)
    prober.before_update(0)
    assert len(frames) == 1, "the probe failed"
    head, arrays = next(decode_frames(frames[0]))
    return head, {one["name"]: one for one in head["layers"]}, arrays


def flat_map(layer: Dict[str, Any], arrays: Dict[str, List[int]]) -> torch.Tensor:
    """Returns the map of saturation, `[examples, units]`."""
    saturation = layer["saturation"]
    size = saturation["examples"] * saturation["units"]
    bits = [byte >> (7 - bit) & 1 for byte in arrays[saturation["bits"]] for bit in range(8)]
    return torch.tensor(bits[:size], dtype=torch.bool).reshape(saturation["examples"], saturation["units"])
