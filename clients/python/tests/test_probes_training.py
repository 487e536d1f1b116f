"""Probes leave no trace in training."""

from __future__ import annotations

import random
import warnings
from typing import Any, Callable, Dict, List, Optional

import pytest
import torch
import torch.nn.functional as F
from probe_nets import Mlp, ResidualNet, letters
from torch import nn

from ablate_lab.faults import RecordingWarning
from ablate_lab.frames import decode_frames
from ablate_lab.probes import Prober


def train(model: nn.Module, prober: Optional[Prober], steps: int = 12) -> Dict[str, Any]:
    """Trains with momentum, dropout, batch norm and gradients that are never cleared; returns all that is left."""
    torch.manual_seed(7)
    random.seed(7)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
    x, y = letters(24)
    losses: List[float] = []
    for step in range(steps):
        for _ in range(2):
            some = torch.randint(24, (8,))
            loss = F.cross_entropy(model(x[some]), y[some]) / 2
            loss.backward()
        losses.append(loss.item())
        gradients = [one.grad for one in model.parameters()]
        if prober is not None:
            prober.before_update(step)
        optimizer.step()
        if prober is not None:
            prober.after_update(step + 1)
        assert all(one.grad is same for one, same in zip(model.parameters(), gradients))
        if step % 3 == 2:
            optimizer.zero_grad()
    left = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    left["gradients"] = [None if one.grad is None else one.grad.clone() for one in model.parameters()]
    left["losses"], left["random"] = losses, (torch.get_rng_state().tolist(), random.random())
    left["modes"] = [module.training for module in model.modules()]
    return left


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def fresh() -> Mlp:
    torch.manual_seed(1)
    return Mlp()


def test_training_is_the_same_bit_by_bit_with_and_without() -> None:
    frames: List[bytes] = []
    plain = train(fresh(), None)
    model = fresh()
    probing = train(model, Prober(model, frames.append, letters(), loss=F.cross_entropy))
    assert same(plain, probing)
    assert [next(decode_frames(one))[0]["step"] for one in frames] == [0, 1, 2, 5, 10]
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_probe_of_the_first_batch_of_training_leaves_no_trace() -> None:
    frames: List[bytes] = []
    plain = train(fresh(), None)
    model = fresh()
    assert same(plain, train(model, Prober(model, frames.append, "1-2-5")))
    head, _ = next(decode_frames(frames[0]))
    assert (head["step"], head["examples"], head["loss"]) == (0, 8, None)


def test_the_same_probe_of_the_same_network_says_the_same() -> None:
    frames: List[bytes] = []
    model = fresh()
    prober = Prober(model, frames.append, letters(), loss=F.cross_entropy)
    prober.before_update(0)
    torch.rand(5)
    prober.after_update(1)
    (first, arrays), (second, others) = (next(decode_frames(one)) for one in frames)
    assert {**first, "step": 1} == second and arrays == others


class Unruly(nn.Module):
    """Draws from NumPy and Python, has a mode and a lock of its own, and counts its calls in a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.frozen = nn.Linear(3, 4), nn.BatchNorm1d(4).eval()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        numpy = pytest.importorskip("numpy")
        self.calls += 1
        self.calls = self.calls + 1
        numpy.random.rand()
        random.random()
        with torch.no_grad():
            self.body.bias.requires_grad_(True)
        return self.frozen(self.body(x))


def test_all_sources_of_random_numbers_and_all_modes_are_restored() -> None:
    numpy = pytest.importorskip("numpy")
    frames: List[bytes] = []
    model = Unruly()
    model.body.bias.requires_grad_(False)
    calls = model.calls
    numpy.random.seed(1)
    random.seed(1)

    def states() -> Any:
        return numpy.random.get_state()[1].tolist(), random.getstate(), torch.get_rng_state().tolist()

    before = states()
    Prober(model, frames.append, torch.ones(4, 3), loss=lambda out, _: out.sum()).before_update(0)
    assert len(frames) == 1
    assert states() == before
    assert model.calls is calls and float(calls) == 0
    assert not model.frozen.training and model.training
    assert not model.body.bias.requires_grad
    assert int(model.frozen.num_batches_tracked) == 0


def test_a_graph_that_waits_for_its_backward_pass_survives_a_probe() -> None:
    frames: List[bytes] = []
    model = fresh()
    x, y = letters(8)
    loss = F.cross_entropy(model(x), y)
    Prober(model, frames.append, letters(), loss=F.cross_entropy).before_update(0)
    loss.backward()
    assert len(frames) == 1 and model.first.weight.grad is not None


def test_a_probe_within_autocast_is_in_full_precision() -> None:
    frames: List[bytes] = []
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        Prober(model, frames.append, torch.randn(4, 4), loss=lambda out, _: out.sum()).before_update(0)
        assert model(torch.randn(2, 4)).dtype == torch.bfloat16
    assert len(frames) == 1


@pytest.mark.parametrize("part", ["whole", "block", "in place"])
def test_a_compiled_model_is_probed_as_what_it_compiles(part: str) -> None:
    if not hasattr(torch, "compile"):
        pytest.skip("this PyTorch does not compile")
    torch._dynamo.reset()
    frames: List[bytes] = []
    graphs: List[Any] = []

    def backend(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    model = ResidualNet()
    trained: Any = model
    if part == "whole":
        trained = torch.compile(model, backend=backend)
    elif part == "block":
        model.blocks[0] = torch.compile(model.blocks[0], backend=backend)
    else:
        model.compile(backend=backend)
    images = torch.randn(4, 1, 6, 6)
    trained(images).sum().backward()
    compiled = len(graphs)
    assert compiled > 0
    prober = Prober(trained, frames.append, images, loss=lambda out, _: out.square().mean())
    prober.before_update(0)
    trained(images).sum().backward()
    assert len(graphs) == compiled, "a probe had the model compiled anew"
    head, _ = next(decode_frames(frames[0]))
    assert "blocks.0.conv1" in [one["name"] for one in head["layers"]]


def test_a_distributed_model_is_probed_by_one_process(tmp_path: Any) -> None:
    import torch.distributed as dist

    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        frames: List[bytes] = []
        model = nn.parallel.DistributedDataParallel(fresh())
        plain = train(nn.parallel.DistributedDataParallel(fresh()), None)
        assert same(plain, train(model, Prober(model, frames.append, letters(), loss=F.cross_entropy)))
        head, _ = next(decode_frames(frames[0]))
        assert head["layers"][1]["name"] == "first"
    finally:
        dist.destroy_process_group()


class Faulty(Mlp):
    """Fails whenever it is probed: outside of training by a batch of 8."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[0] != 8:
            self.norm.running_mean += 1
            raise RuntimeError("CUDA out of memory\nwith details")
        return super().forward(x)


def wrong_loss(output: Any, target: Any) -> torch.Tensor:
    raise KeyError("no such target")


@pytest.mark.parametrize(
    "make, loss",
    [(Faulty, None), (Mlp, wrong_loss), (Mlp, lambda out, _: out), (Mlp, lambda out, _: None)],
    ids=["model", "loss", "loss of many numbers", "loss that is none"],
)
def test_a_fault_of_a_probe_is_told_once_and_training_goes_on(
    make: Callable[[], nn.Module], loss: Any, request: pytest.FixtureRequest
) -> None:
    frames: List[bytes] = []
    plain = train(fresh(), None)
    torch.manual_seed(1)
    model = make()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert same(plain, train(model, Prober(model, frames.append, letters(), loss=loss)))
    ours = [str(one.message) for one in told if one.category is RecordingWarning]
    if "none" in request.node.callspec.id:
        assert ours == [] and len(frames) == 5  # activations alone
        return
    assert frames == [] and len(ours) == 1
    assert ours[0].startswith("no probes from step 0 on: ") and "\n" not in ours[0]


def test_a_schedule_is_a_name_a_number_steps_or_a_function() -> None:
    def steps(probes: Any) -> List[int]:
        frames: List[bytes] = []
        prober = Prober(nn.Linear(2, 2), frames.append, probes, batch=torch.ones(3, 2))
        for step in range(23):
            prober.before_update(step)
            prober.after_update(step + 1)
        prober.at_end(23)
        return [next(decode_frames(one))[0]["step"] for one in frames]

    assert steps("1-2-5") == steps(None) == steps(True) == [0, 1, 2, 5, 10, 20, 23]
    assert steps(10) == [0, 10, 20, 23]
    assert steps([3, 7]) == steps({7, 3}) == [3, 7]
    assert steps(lambda step: step % 9 == 0) == [0, 9, 18]
    with pytest.warns(RecordingWarning, match="no probes from step 0 on: ZeroDivisionError"):
        assert steps(lambda step: 1 // step > 0) == []
    with pytest.raises(ValueError, match="every 0 steps"):
        steps(0)
    with pytest.raises(ValueError, match="a batch needs a tensor"):
        Prober(nn.Linear(2, 2), print, "usual")


def test_layers_keep_their_order_when_a_branch_does_not_run() -> None:
    class Branching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)
            self.goes_by_b = False

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.c(self.b(x) if self.goes_by_b else self.a(x))

    frames: List[bytes] = []
    model = Branching()
    prober = Prober(model, frames.append, torch.ones(3, 2))
    prober.before_update(0)
    model.goes_by_b = True
    prober.after_update(1)
    names = [[one["name"] for one in next(decode_frames(frame))[0]["layers"]] for frame in frames]
    assert names == [["a", "c", "b"]] * 2


def test_sharded_parameters_are_refused_in_one_sentence() -> None:
    model = nn.Linear(2, 2)
    model.weight.ds_id = 1  # type: ignore[attr-defined]
    with pytest.warns(RecordingWarning, match="no probes from step 0 on: ValueError: the parameters are sharded"):
        Prober(model, print, torch.ones(3, 2)).before_update(0)


