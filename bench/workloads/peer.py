"""What the peers share: the nets, the project's training examples, and the timing of chunks of steps.

Each peer is called as `train.py NET STEPS [CHUNK]` and prints one JSON object, as bench/src/train.ts does."""
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

GAIN = 5 / 3
EPSILON = 1e-5
OUTPUT_SCALE = 0.1  # of the output layer, so that training starts near ln 27
WARM_UP_CHUNKS = 2
NAMES = Path(__file__).resolve().parents[2] / "data" / "names.txt"


@dataclass(frozen=True)
class Workload:
    hidden: list
    norm: str = "none"  # of hidden layers: none, batch or layer
    norms_output: bool = False
    activation: str = "tanh"
    residual: bool = False  # x + activation(linear(norm(x))) where a layer keeps the width
    context: int = 3
    embedding: int = 10
    flatten: int = 3  # positions that are put side by side before a layer, until one is left
    bias: bool = True  # of hidden layers
    optimizer: str = "sgd"
    rate: float = 0.1


WORKLOADS = {
    "two-layer": Workload([200]),
    "two-layer-bn": Workload([200], norm="batch"),
    "six-layer-bn-100": Workload([100] * 5, norm="batch", norms_output=True),
    "six-layer-bn-200": Workload([200] * 5, norm="batch", norms_output=True),
    "two-layer-adamw": Workload([200], optimizer="adamw", rate=1e-3),
    "six-layer-ln-100": Workload([100] * 5, norm="layer", activation="gelu", residual=True),
    "hierarchical": Workload(
        [128] * 3, norm="batch", context=8, embedding=24, flatten=2, bias=False
    ),
}
ADAMW = {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}


@dataclass(frozen=True)
class Layer:
    flatten: int
    fan_in: int
    fan_out: int
    bias: bool
    norm: str
    residual: bool
    is_output: bool
    scale: float  # of the weights
    gain: float  # of the norm


class Net:
    """A workload by its name, or hidden widths and a batch: `512,512/128` has tanh and no batch norm."""

    def __init__(self, name, vocabulary):
        widths, _, batch = name.partition("/")
        self.workload = workload = WORKLOADS.get(name) or Workload(
            [int(width) for width in widths.split(",")]
        )
        self.batch = int(batch or 32)
        self.layers = []
        width, positions = workload.embedding, workload.context
        for i, fan_out in enumerate([*workload.hidden, vocabulary]):
            is_output = i == len(workload.hidden)
            flatten = workload.flatten if positions > 1 else 1
            fan_in, positions = width * flatten, positions // flatten
            has_norm = workload.norms_output or not is_output
            self.layers.append(
                Layer(
                    flatten=flatten,
                    fan_in=fan_in,
                    fan_out=fan_out,
                    bias=workload.bias or is_output,
                    norm=workload.norm if has_norm else "none",
                    residual=workload.residual and fan_in == fan_out and not is_output,
                    is_output=is_output,
                    scale=(GAIN if has_norm or not is_output else OUTPUT_SCALE) / fan_in**0.5,
                    gain=OUTPUT_SCALE if is_output else 1.0,
                )
            )
            width = fan_out


def training_examples(context_length):
    """Returns the contexts and targets of the training split, and the size of the vocabulary: what ablate trains on."""
    names = NAMES.read_text().split("\n")
    names = [name for name in names if name]
    tokens = {character: i for i, character in enumerate(["."] + sorted(set("".join(names))))}
    random.seed(42)
    random.shuffle(names)
    contexts, targets = [], []
    for name in names[: int(0.8 * len(names))]:
        context = [0] * context_length
        for token in [*(tokens[character] for character in name), 0]:
            contexts.append(context)
            targets.append(token)
            context = [*context[1:], token]
    return contexts, targets, len(tokens)


def measure(train_chunk, steps, chunk, version):
    """Trains whole chunks, at least so many steps; prints the seconds of each chunk and the last losses' mean.

    `train_chunk()` trains a chunk and returns the losses of its steps."""
    for _ in range(WARM_UP_CHUNKS):
        losses = train_chunk()
    seconds, cpu = [], time.process_time()
    for _ in range(-(-steps // chunk)):
        start = time.perf_counter()
        losses = [*losses, *train_chunk()]
        seconds.append(time.perf_counter() - start)
    recent = [float(loss) for loss in losses[-max(chunk, steps // 5) :]]
    per_step = (time.process_time() - cpu) / (chunk * len(seconds))
    report = {"chunk": chunk, "seconds": seconds, "cpuPerStep": per_step}
    print(json.dumps({**report, "loss": sum(recent) / len(recent), "version": version}))
