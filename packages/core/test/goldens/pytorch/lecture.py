"""The second part of the lecture, calls 1 to 8, by one generator that runs through all of them.

    python3 lecture.py ../../../../../data/names.txt > ../lecture.json

With makemore's names instead it gives the digits that the lecture prints.
"""
import json
import sys

import torch
import torch.nn.functional as F

from data import Data

SEED, BATCH = 2147483647, 32
CALLS = [
    {"steps": 1, "tanh": True, "gain": 5 / 3},
    {"steps": 1, "tanh": False, "gain": 5 / 3},
    {"steps": 1, "tanh": False, "gain": 0.5},
    {"steps": 1, "tanh": False, "gain": 1.0},
    {"steps": 1, "tanh": False, "gain": 1.0},
    {"steps": 1000, "tanh": False, "gain": 1.0},
    {"steps": 1000, "tanh": False, "gain": 1.0, "lr": 0.001},
    {"steps": 1000, "tanh": True, "gain": 5 / 3, "divide": False},
]


class Counting:
    """A generator and how many 32-bit outputs it has given, by what follows from where it is."""

    def __init__(self):
        self.generator = torch.Generator().manual_seed(SEED)
        self.probe = torch.Generator().manual_seed(SEED)
        self.outputs = 0

    def count(self):
        while not torch.equal(self.probe.get_state()[:5016], self.generator.get_state()[:5016]):
            torch.randint(0, 2, (1,), generator=self.probe)
            self.outputs += 1
        return self.outputs


def moments(values):
    return {"mean": float(values.mean()), "std": float(values.std())}


class Call:
    def __init__(self, data, generator, steps, tanh, gain, lr=0.1, divide=True):
        self.data, self.generator, self.tanh = data, generator, tanh
        V = len(data.vocabulary)
        self.embedding = torch.randn((V, 10), generator=generator)
        shapes = [(30, 100)] + [(100, 100)] * 4 + [(100, V)]
        self.weights = [torch.randn(s, generator=generator) for s in shapes]
        if divide:
            self.weights = [w / w.shape[0] ** 0.5 for w in self.weights]
        self.weights = [w * gain for w in self.weights[:-1]] + [self.weights[-1] * 0.1]
        self.biases = [torch.zeros(s[1]) for s in shapes]
        self.parameters = [self.embedding, *self.weights, *self.biases]
        for p in self.parameters:
            p.requires_grad = True
        self.losses = [self.step(lr) for _ in range(steps)]

    def forward(self, contexts):
        """The logits, and by layer what leaves its weights and what leaves it."""
        x, layers = self.embedding[contexts].view(len(contexts), -1), []
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            linear = x @ w + b
            x = torch.tanh(linear) if self.tanh and i < 5 else linear
            layers.append((linear, x))
        return x, layers

    def step(self, lr):
        batch = torch.randint(0, len(self.data.targets["train"]), (BATCH,), generator=self.generator)
        logits, layers = self.forward(self.data.contexts["train"][batch])
        for _, out in layers:
            out.retain_grad()
        loss = F.cross_entropy(logits, self.data.targets["train"][batch])
        for p in self.parameters:
            p.grad = None
        loss.backward()
        self.outputs = [out for _, out in layers[:5]]
        with torch.no_grad():
            for p in self.parameters:
                p -= lr * p.grad
        return float(loss)

    def printed(self):
        """What the lecture prints of the last step; grad:data is over the weight after the update."""
        matrices = [self.embedding, *self.weights]
        return {
            "loss": self.losses[0],
            "layers": [{"value": moments(out), "gradient": moments(out.grad)} for out in self.outputs],
            "weights": [
                {"gradient": moments(p.grad), "ratio": float(p.grad.std() / p.std())} for p in matrices
            ],
        }

    @torch.no_grad()
    def seen(self):
        """One example's logits, and of the first 32 training examples what leaves the first layer."""
        token = {character: i for i, character in enumerate(self.data.vocabulary)}
        logits, _ = self.forward(torch.tensor([[token[c] for c in ".em"]]))
        _, layers = self.forward(self.data.contexts["train"][:32])
        linear, out = layers[0]
        return {
            "logits": logits[0],
            "first": out[0, :8],
            "mean": linear.mean(0)[:8],
            "std": linear.std(0)[:8],
        }

    @torch.no_grad()
    def names(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        names = []
        for _ in range(count):
            window, name = [0, 0, 0], ""
            while True:
                p = F.softmax(self.forward(torch.tensor([window]))[0], dim=1)
                token = torch.multinomial(p, num_samples=1, generator=generator).item()
                if token == 0:
                    break
                name += self.data.vocabulary[token]
                window = [*window[1:], token]
            names.append(name)
        return names


def plain(value):
    if torch.is_tensor(value):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


def main():
    data = Data(sys.argv[1], 3, 42)
    counting, calls = Counting(), []
    for call in CALLS:
        skip = counting.count()
        made = Call(data, counting.generator, **call)
        calls.append({"skip": skip, **made.printed()})
        if call["steps"] == 1:
            calls[-1]["seen"] = made.seen()
        elif len(calls) == 6:
            calls[-1]["names"] = made.names(20, SEED)
    draws = {}
    for kind in ("randn", "rand", "exponential"):
        g = torch.Generator().manual_seed(7)
        for _ in range(1000):
            torch.randint(0, 2, (1,), generator=g)
        make = {"exponential": lambda: torch.empty(20).exponential_(1, generator=g)}.get(
            kind, lambda: getattr(torch, kind)(20, generator=g)
        )
        draws[kind] = make()
    print(json.dumps(plain({"seed": SEED, "calls": calls, "draws": draws}), separators=(",", ":")))


main()
