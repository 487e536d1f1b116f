"""PyTorch eager on one thread, reading the loss and every update:data ratio of each step.

train.py NET STEPS [CHUNK]: see bench/workloads/peer.py. Batch norm is written out, as in the lecture."""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workloads"))
from peer import ADAMW, EPSILON, Net, measure, training_examples

ACTIVATIONS = {"tanh": torch.tanh, "gelu": F.gelu}


class Layer:
    def __init__(self, shape, activation, generator):
        self.shape = shape
        self.activation = (lambda x: x) if shape.is_output else activation
        size = (shape.fan_in, shape.fan_out)
        self.weight = torch.randn(size, generator=generator) * shape.scale
        self.bias = torch.zeros(shape.fan_out) if shape.bias else None
        self.gain = torch.full((shape.fan_out,), shape.gain)
        self.shift = torch.zeros(shape.fan_out)

    def parameters(self):
        norm = [] if self.shape.norm == "none" else [self.gain, self.shift]
        return [self.weight, *([] if self.bias is None else [self.bias]), *norm]

    def __call__(self, x):
        if self.shape.flatten > 1:
            B, T, C = x.shape
            x = x.reshape(B, T // self.shape.flatten, C * self.shape.flatten).squeeze(1)
        if self.shape.residual:
            return x + self.activation(self.linear(self.norm(x)))
        return self.activation(self.norm(self.linear(x)))

    def linear(self, x):
        x = x @ self.weight
        return x if self.bias is None else x + self.bias

    def norm(self, x):
        if self.shape.norm == "none":
            return x
        if self.shape.norm == "layer":
            return F.layer_norm(x, self.gain.shape, self.gain, self.shift, EPSILON)
        axes = tuple(range(x.ndim - 1))
        centred = x - x.mean(axes, keepdim=True)
        return self.gain * centred / torch.sqrt(x.var(axes, keepdim=True) + EPSILON) + self.shift


def build(name):
    net = Net(name, 27)
    workload = net.workload
    contexts, targets, vocabulary = training_examples(workload.context)
    contexts, targets = torch.tensor(contexts), torch.tensor(targets)
    generator = torch.Generator().manual_seed(1)
    embedding = torch.randn(vocabulary, workload.embedding, generator=generator)
    layers = [Layer(shape, ACTIVATIONS[workload.activation], generator) for shape in net.layers]
    parameters = [embedding] + [p for layer in layers for p in layer.parameters()]
    for p in parameters:
        p.requires_grad = True
    optimiser = None
    if workload.optimizer == "adamw":
        optimiser = torch.optim.AdamW(parameters, lr=workload.rate, **ADAMW)

    def updated():
        """Updates every parameter; returns what was subtracted from each."""
        if optimiser is None:
            for p in parameters:
                p -= workload.rate * p.grad
            return [workload.rate * p.grad for p in parameters]
        before = [p.clone() for p in parameters]
        optimiser.step()
        return [old - p for old, p in zip(before, parameters)]

    def step():
        batch = torch.randint(0, len(targets), (net.batch,), generator=generator)
        x = embedding[contexts[batch]]  # [B, T, C]
        for layer in layers:
            x = layer(x)
        loss = F.cross_entropy(x, targets[batch])
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            ratios = [u.std() / p.std() for u, p in zip(updated(), parameters)]
            return loss.item(), torch.stack(ratios).log10().tolist()

    return step


def main():
    torch.set_num_threads(1)
    step, steps = build(sys.argv[1]), int(sys.argv[2])
    chunk = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    measure(lambda: [step()[0] for _ in range(chunk)], steps, chunk, torch.__version__)


main()
