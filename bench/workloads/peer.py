"""What the peers share: the nets, the project's training examples, and the timing of chunks of steps.

Each peer is called as `train.py NET STEPS [CHUNK]` and prints one JSON object, as bench/src/train.ts does."""
import json
import random
import time
from pathlib import Path

CONTEXT, EMBEDDING, RATE, GAIN = 3, 10, 0.1, 5 / 3
EPSILON = 1e-5
OUTPUT_SCALE = 0.1  # of the output layer, so that training starts near ln 27
WARM_UP_CHUNKS = 2
NAMES = Path(__file__).resolve().parents[2] / "data" / "names.txt"
WORKLOADS = {  # hidden widths, norm on hidden layers, norm on the output layer
    "two-layer": ([200], False, False),
    "two-layer-bn": ([200], True, False),
    "six-layer-bn-100": ([100] * 5, True, True),
    "six-layer-bn-200": ([200] * 5, True, True),
}


class Net:
    """A workload by its name, or hidden widths and a batch: `512,512/128` has tanh and no batch norm."""

    def __init__(self, name, vocabulary):
        widths, _, batch = name.partition("/")
        hidden, norms_hidden, norms_output = WORKLOADS.get(name) or (
            [int(width) for width in widths.split(",")],
            False,
            False,
        )
        self.batch = int(batch or 32)
        sizes = [CONTEXT * EMBEDDING, *hidden, vocabulary]
        last = len(sizes) - 2
        self.layers = [  # fan-in, fan-out, has a norm, scale of the weights, gain of the norm
            (
                fan_in,
                fan_out,
                norms_output if i == last else norms_hidden,
                (GAIN if i < last or norms_output else OUTPUT_SCALE) / fan_in**0.5,
                OUTPUT_SCALE if i == last else 1.0,
            )
            for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:]))
        ]


def training_examples():
    """Returns the contexts and targets of the training split, and the size of the vocabulary: what ablate trains on."""
    names = NAMES.read_text().split("\n")
    names = [name for name in names if name]
    tokens = {character: i for i, character in enumerate(["."] + sorted(set("".join(names))))}
    random.seed(42)
    random.shuffle(names)
    contexts, targets = [], []
    for name in names[: int(0.8 * len(names))]:
        context = [0] * CONTEXT
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
