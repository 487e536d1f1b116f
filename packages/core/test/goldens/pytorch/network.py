"""A network as the list of layers of its spec says it. A module gets `[B, T, C]` and gives that back."""
from collections import Counter
from dataclasses import dataclass

import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "tanh": torch.tanh,
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
}


@dataclass
class Parameter:
    """A tensor that is trained; `value` is there once it has been drawn."""

    name: str
    layer: str
    role: str
    shape: tuple
    value: torch.Tensor = None


@dataclass
class Pass:
    """What a pass through the network depends on beside its examples."""

    training: bool
    """Moments that batch norms normalise with: `batch`, `running` or `kept` (those of the last pass by `batch`)."""
    statistics: str = "batch"
    masks: torch.Generator = None


class Linear:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, x, how):
        tied = self.weight.role == "embedding"
        x = x @ (self.weight.value.t() if tied else self.weight.value)
        return x if self.bias is None else x + self.bias.value


class BatchNorm:
    """Written out as in the lecture: both conventions normalise by the unbiased estimate, as PyTorch's does not."""

    def __init__(self, spec, gain, shift):
        self.spec, self.gain, self.shift = spec, gain, shift
        self.running = (torch.zeros(gain.shape), torch.ones(gain.shape))
        self.kept = None

    def __call__(self, x, how):
        moments = {"running": self.running, "kept": self.kept}.get(how.statistics)
        mean, spread = moments or self.moments(x.reshape(-1, x.shape[-1]))
        if how.statistics == "batch":
            self.kept = mean.detach(), spread.detach()
        if how.training:
            pairs = zip(self.running, self.kept)
            share = self.spec["momentum"]
            self.running = tuple((1 - share) * old + share * new for old, new in pairs)
        epsilon = self.spec["epsilon"]
        isStd = self.spec["running"] == "std"
        return self.gain.value * (x - mean) / (
            spread + epsilon if isStd else torch.sqrt(spread + epsilon)
        ) + self.shift.value

    def moments(self, rows):
        return rows.mean(0), rows.std(0) if self.spec["running"] == "std" else rows.var(0)


class RowNorm:
    def __init__(self, spec, gain, shift):
        self.spec, self.gain, self.shift = spec, gain, shift

    def __call__(self, x, how):
        epsilon = self.spec["epsilon"]
        if self.spec["norm"] == "layer":
            return F.layer_norm(x, self.gain.shape, self.gain.value, self.shift.value, epsilon)
        return x / torch.sqrt((x**2).mean(-1, keepdim=True) + epsilon) * self.gain.value


class Activation:
    def __init__(self, spec):
        self.function = ACTIVATIONS[spec["activation"]]
        self.options = {"negative_slope": spec["slope"]} if "slope" in spec else {}

    def __call__(self, x, how):
        return self.function(x, **self.options)


class Dropout:
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, x, how):
        if not how.training:
            return x
        keep = 1 - self.rate
        mask = torch.empty(x.shape, dtype=torch.float32).bernoulli_(keep, generator=how.masks)
        return x * mask.to(x.dtype).div_(keep)


class Residual:
    def __init__(self, modules):
        self.modules = modules

    def __call__(self, x, how):
        return x + through(self.modules, x, how)


class Flatten:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x, how):
        B, T, C = x.shape
        return x.reshape(B, T // self.factor, C * self.factor)


def through(modules, x, how):
    for module in modules:
        x = module(x, how)
    return x


class Network:
    """`parameters` are in drawing order: the embedding, then those of the layers as they come."""

    def __init__(self, model, vocabulary_size):
        self.vocabulary_size, self.tie = vocabulary_size, model["tie"]
        self.parameters, self.norms = [], []
        self.layer, self.hidden, self.counts = "embedding", 0, Counter()
        self.width = model["embedding"]
        self.embedding = self.own("embedding", "embedding", "", (vocabulary_size, self.width))
        layers = model["layers"]
        shaping = [one["kind"] for one in layers if one["kind"] in ("flatten", "linear", "residual")]
        if shaping[0] != "flatten":
            layers = [{"kind": "flatten", "factor": model["context"]}, *layers]
        self.modules = self.build(layers)

    def __call__(self, contexts, how):
        x = self.embedding.value[contexts]  # [B, T, C]
        return through(self.modules, x, how).squeeze(1)  # [B, V]

    def build(self, layers, opens_block=False):
        """`opens_block`: what precedes the first linear layer belongs to that."""
        modules = []
        for one in layers:
            layer = f"hidden{self.hidden + 1}" if opens_block else self.layer
            if one["kind"] in ("linear", "residual"):
                opens_block = False
            modules.append(self.module(one, layer))
        return modules

    def module(self, spec, layer):
        kind = spec["kind"]
        if kind == "linear":
            return self.linear(spec)
        if kind == "norm":
            return self.norm(spec, layer)
        if kind == "activation":
            return Activation(spec)
        if kind == "dropout":
            return Dropout(spec["rate"])
        if kind == "residual":
            return Residual(self.build(spec["layers"], opens_block=True))
        self.width *= spec["factor"]
        return Flatten(spec["factor"])

    def linear(self, spec):
        isOutput = spec["width"] == "output"
        self.hidden += 0 if isOutput else 1
        self.layer = "output" if isOutput else f"hidden{self.hidden}"
        fan_in, self.width = self.width, self.vocabulary_size if isOutput else spec["width"]
        weight = self.embedding
        if not (isOutput and self.tie):
            weight = self.own(self.layer, "weight", ".weight", (fan_in, self.width))
        bias = self.own(self.layer, "bias", ".bias", (self.width,)) if spec["bias"] else None
        return Linear(weight, bias)

    def norm(self, spec, layer):
        isBatch = spec["norm"] == "batch"
        kind = "bn" if isBatch else "norm"
        self.counts[layer, kind] += 1
        count = self.counts[layer, kind]
        prefix = f".{kind}{count if count > 1 else ''}"
        shape = (self.width,)
        gain = self.own(layer, "gain", f"{prefix}.{'gamma' if isBatch else 'gain'}", shape)
        shift = None
        if spec["norm"] != "rms":
            shift = self.own(layer, "shift", f"{prefix}.{'beta' if isBatch else 'shift'}", shape)
        if not isBatch:
            return RowNorm(spec, gain, shift)
        self.norms.append((f"{layer}{prefix}", BatchNorm(spec, gain, shift)))
        return self.norms[-1][1]

    def own(self, layer, role, ending, shape):
        self.parameters.append(Parameter(layer + ending, layer, role, shape))
        return self.parameters[-1]
