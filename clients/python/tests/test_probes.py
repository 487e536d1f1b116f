"""What a probe sees of a network."""

from __future__ import annotations

import math
from typing import Any, Callable

import pytest
import torch
import torch.nn.functional as F
from probe_nets import Gpt, Mlp, ResidualNet, flat_map, letters, probed
from torch import nn

from ablate_lab.probes.histogram import ACTIVATION, summarise


def test_a_layer_is_a_module_with_weights_and_the_nonlinearity_after_it() -> None:
    head, layers, _ = probed(Mlp(), letters(), F.cross_entropy)
    kinds = {name: (one["kind"], one["units"], one["nonlinearity"]) for name, one in layers.items()}
    assert kinds == {
        "embedding": ("embedding", 4, None),
        "first": ("hidden", 20, "tanh"),
        "second": ("hidden", 16, "relu"),
        "last": ("output", 27, None),
    }
    assert (head["type"], head["step"], head["examples"]) == ("probe", 0, 32)


def test_statistics_and_gradients_are_those_of_autograd() -> None:
    model = Mlp()
    x, y = letters(32)
    head, layers, _ = probed(model, (x, y), F.cross_entropy)
    embedded = model.embedding(x).flatten(1)
    linear = model.first(embedded)
    normed = F.batch_norm(linear, None, None, model.norm.weight, model.norm.bias, True)
    tanh = torch.tanh(normed)
    torch.default_generator.manual_seed(1_886_548_834)
    relu = F.relu(model.second(F.dropout(tanh, 0.2, True)))
    loss = F.cross_entropy(model.last(relu), y)
    named = {"linear": linear, "preactivation": normed, "activation": tanh, "weight": model.first.weight}
    slopes = torch.autograd.grad(loss, list(named.values()))
    assert head["loss"] == pytest.approx(loss.item(), rel=1e-6)
    for (kind, values), slope in zip(named.items(), slopes):
        for name, tensor in ((kind, values), (f"{kind}_gradient", slope)):
            told = layers["first"]["tensors"][name]
            double = tensor.detach().double()
            assert told["mean"] == pytest.approx(float(double.mean()), rel=1e-4, abs=1e-9), name
            assert told["std"] == pytest.approx(float(double.std()), rel=1e-5), name
            assert told["min"] == pytest.approx(float(double.min()), rel=1e-5), name
            assert told["max"] == pytest.approx(float(double.max()), rel=1e-5), name


def test_every_histogram_counts_all_elements() -> None:
    _, layers, arrays = probed(Mlp(), letters(), F.cross_entropy)
    for name, size in {"preactivation": 32 * 20, "activation_gradient": 32 * 20, "weight": 240}.items():
        assert sum(arrays[layers["first"]["tensors"][name]["counts"]]) == size


def test_without_a_loss_no_gradients_are_probed() -> None:
    head, layers, _ = probed(Mlp(), letters()[0])
    assert head["loss"] is None
    assert set(layers["second"]["tensors"]) == {"linear", "preactivation", "activation", "weight"}


def test_a_residual_net_is_probed_by_channel_and_block() -> None:
    images = torch.randn(5, 1, 8, 8)
    head, layers, arrays = probed(ResidualNet(), (images, torch.tensor([0, 1, 2, 0, 1])), F.cross_entropy)
    assert head["examples"] == 5
    seen = [(name, one["units"], one["nonlinearity"]) for name, one in layers.items()]
    assert seen == [
        ("stem", 6, "relu"),
        ("blocks.0.conv1", 6, "relu"),
        ("blocks.0.conv2", 6, "relu"),  # after the addition
        ("blocks.0", 6, None),
        ("blocks.1.conv1", 6, "relu"),
        ("blocks.1.conv2", 6, "relu"),
        ("blocks.1", 6, None),
        ("head", 3, None),
    ]
    block = layers["blocks.0"]
    assert block["kind"] == "other" and set(block["tensors"]) == {"activation", "activation_gradient"}
    # What enters an in-place relu is taken before it is overwritten.
    assert layers["blocks.0.conv1"]["tensors"]["preactivation"]["min"] < 0
    assert layers["blocks.0.conv1"]["tensors"]["activation"]["min"] == 0
    assert flat_map(layers["blocks.0.conv1"], arrays).shape == (5 * 64, 6)


def test_a_transformer_is_probed_by_matrix_and_stream() -> None:
    torch.manual_seed(0)
    idx = torch.randint(11, (4, 6))
    head, layers, arrays = probed(Gpt(), {"idx": idx, "targets": idx.roll(-1, 1)})
    assert math.isfinite(head["loss"])
    assert layers["blocks.0.up"]["nonlinearity"] == "gelu_tanh"
    assert layers["blocks.0.attention"]["nonlinearity"] is None
    assert set(layers["blocks.1"]["tensors"]) == {"activation", "activation_gradient"}
    assert layers["head"]["kind"] == "output"
    assert layers["tokens"]["kind"] == "embedding"
    # Tied weights are the same ones, with the gradient of both uses.
    assert layers["head"]["tensors"]["weight_gradient"] == {
        **layers["tokens"]["tensors"]["weight_gradient"],
        "counts": layers["head"]["tensors"]["weight_gradient"]["counts"],
    }
    assert flat_map(layers["blocks.0.up"], arrays).shape == (24, 32)


class Gated(nn.Module):
    """A gated MLP as Llama has it."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.up, self.down = nn.Linear(4, 6), nn.Linear(4, 6), nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Recurrent(nn.Module):
    """An LSTM and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.head = nn.LSTM(4, 5, batch_first=True), nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(x)[0])


class Shared(nn.Module):
    """One layer twice, one never."""

    def __init__(self) -> None:
        super().__init__()
        self.same, self.unused = nn.Linear(4, 4), nn.Linear(4, 9)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.same(torch.tanh(self.same(x)))


@pytest.mark.parametrize(
    "model, expected",
    [
        (Gated(), {"gate": "silu", "up": None, "down": None}),
        (Recurrent(), {"lstm": None, "head": None}),
        (Shared(), {"same": "tanh", "unused": None}),
        (nn.Sequential(nn.utils.weight_norm(nn.Linear(4, 4)), nn.ELU()), {"0": "elu"}),
        (nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)), nn.ReLU6()), {"0": "relu6"}),
        (nn.Linear(4, 3), {"weight": None}),
    ],
)
def test_layers_of_other_networks(model: nn.Module, expected: Any) -> None:
    x = torch.randn(3, 2, 4)
    _, layers, _ = probed(model, x, lambda out, _: out.square().mean())
    assert {name: one["nonlinearity"] for name, one in layers.items()} == expected
    assert all("weight" in one["tensors"] for one in layers.values())


FLAT: "dict[str, tuple[nn.Module, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]]" = {
    "tanh": (nn.Tanh(), lambda x, y: y.abs() > 0.99),
    "sigmoid": (nn.Sigmoid(), lambda x, y: (2 * y - 1).abs() > 0.99),
    "softsign": (nn.Softsign(), lambda x, y: y.abs() > 0.99),
    "relu": (nn.ReLU(), lambda x, y: x <= 0),
    "relu6": (nn.ReLU6(), lambda x, y: (x <= 0) | (x >= 6)),
    "hardtanh": (nn.Hardtanh(-2, 3), lambda x, y: (x <= -2) | (x >= 3)),
    "hardswish": (nn.Hardswish(), lambda x, y: x <= -3),
    "hardsigmoid": (nn.Hardsigmoid(), lambda x, y: x.abs() >= 3),
    "leaky_relu": (nn.LeakyReLU(), lambda x, y: x != x),
    "prelu": (nn.PReLU(), lambda x, y: x != x),
    "gelu": (nn.GELU(), lambda x, y: x < -3.0674272),
    "gelu_tanh": (nn.GELU(approximate="tanh"), lambda x, y: x < -3.052855),
    "silu": (nn.SiLU(), lambda x, y: x < -6.2613888),
    "elu": (nn.ELU(2.0), lambda x, y: x < math.log(0.005)),
    "celu": (nn.CELU(2.0), lambda x, y: x < 2 * math.log(0.01)),
    "selu": (nn.SELU(), lambda x, y: x < math.log(0.01 / 1.7580993)),
    "softplus": (nn.Softplus(), lambda x, y: x < -4.5951199),
    "mish": (nn.Mish(), lambda x, y: x < -6.263965),
}


@pytest.mark.parametrize("name", FLAT)
def test_a_nonlinearity_is_flat_where_its_slope_is_nearly_0(name: str) -> None:
    module, flat = FLAT[name]
    torch.manual_seed(1)
    x = torch.randn(32, 9)
    layer = nn.Linear(9, 24)
    with torch.no_grad():
        layer.weight.mul_(12)
        layer.bias[0] = -1e4  # dead, where anything can be
    _, layers, arrays = probed(nn.Sequential(layer, module, nn.Linear(24, 2)), x)
    told = layers["0"]
    assert told["nonlinearity"] == name
    with torch.no_grad():
        expected = flat(layer(x), module(layer(x)))
    assert torch.equal(flat_map(told, arrays), expected)
    assert told["saturation"]["share"] == pytest.approx(float(expected.double().mean()))
    slope = torch.autograd.functional.jacobian(module, torch.tensor([-30.0, 30.0])).diagonal()
    is_flat_somewhere = bool((slope.abs() < 1e-2).any())
    assert bool(expected[:, 0].all()) == is_flat_somewhere


def test_a_channel_is_dead_in_the_map_if_it_is_at_every_position() -> None:
    torch.manual_seed(0)
    stem = nn.Conv2d(1, 40, 3, padding=1)
    with torch.no_grad():
        stem.bias[7] = -1e3
        stem.bias[8] = -2.0  # flat nearly everywhere
    images = torch.randn(8, 1, 48, 48)
    _, layers, arrays = probed(nn.Sequential(stem, nn.ReLU(), nn.Flatten(), nn.Linear(40 * 48 * 48, 2)), images)
    flat = flat_map(layers["0"], arrays)
    with torch.no_grad():
        everywhere = (F.relu(stem(images)) == 0).flatten(2).all(2)
    assert flat.shape == (8, 40)
    assert torch.equal(flat, everywhere)
    assert flat[:, 7].all() and not flat[:, 8].all()


def test_large_activations_are_passed_over_evenly() -> None:
    images = torch.randn(4, 1, 300, 300)
    _, layers, arrays = probed(nn.Sequential(nn.Conv2d(1, 5, 1), nn.Tanh()), images)
    counted = sum(arrays[layers["0"]["tensors"]["activation"]["counts"]])
    assert 0.9 * 2**20 < counted <= 2**20 < 4 * 300 * 300 * 5


def test_statistics_of_large_tensors_are_exact() -> None:
    values = torch.randn(2_500_000, generator=torch.Generator().manual_seed(0)) * 3 + 1000
    told = summarise(values, ACTIVATION)
    assert told is not None
    assert told.mean == pytest.approx(float(values.double().mean()), rel=1e-12)
    assert told.std == pytest.approx(float(values.double().std()), rel=1e-9)
    constant = summarise(torch.full((100,), 0.1), ACTIVATION)
    assert constant is not None and constant.std == 0


def test_edges_are_in_the_bin_nearer_to_0_and_nan_in_none() -> None:
    told = summarise(torch.tensor([0.0, -0.0, 1.0, -1.0, 64.0, 65.0, -65.0, math.nan, math.inf]), ACTIVATION)
    assert told is not None
    side = 72  # 8 bins of an octave, 9 octaves
    at = {place - side - 1 if place > side else place - side: count for place, count in enumerate(told.counts) if count}
    one = 23  # the last bin of the octave up to 1
    assert at == {0: 2, one: 1, -one: 1, side - 1: 1, side: 2, -side: 1}
    assert math.isnan(told.mean) and math.isnan(told.max)
