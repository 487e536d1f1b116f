"""Steps per second of PyTorch eager on one thread, reading the loss and every update:data ratio of each step.

train.py WORKLOAD STEPS: prints one JSON object. Batch norm is written out, as in the lecture."""
import json
import sys
import time

import torch
import torch.nn.functional as F

EXAMPLES, VOCABULARY, EMBEDDING, CONTEXT, BATCH, RATE = 183_802, 27, 10, 3, 32, 0.1
WORKLOADS = {  # hidden sizes, norm on hidden layers, norm on the output layer
    "two-layer": ([200], False, False),
    "two-layer-bn": ([200], True, False),
    "six-layer-bn-100": ([100] * 5, True, True),
    "six-layer-bn-200": ([200] * 5, True, True),
}


class Layer:
    def __init__(self, fan_in, fan_out, normed, generator):
        self.weight = torch.randn(fan_in, fan_out, generator=generator) * (5 / 3) / fan_in**0.5
        self.bias = torch.zeros(fan_out)
        self.norm = (torch.ones(fan_out), torch.zeros(fan_out)) if normed else None

    def parameters(self):
        return [self.weight, self.bias, *(self.norm or ())]

    def __call__(self, x):
        x = x @ self.weight + self.bias
        if self.norm is None:
            return x
        gamma, beta = self.norm
        centred = x - x.mean(0, keepdim=True)
        return gamma * centred / torch.sqrt(x.var(0, keepdim=True) + 1e-5) + beta


def build(workload):
    hidden, norms_hidden, norms_output = WORKLOADS[workload]
    generator = torch.Generator().manual_seed(1)
    contexts = torch.randint(0, VOCABULARY, (EXAMPLES, CONTEXT), generator=generator)
    targets = torch.randint(0, VOCABULARY, (EXAMPLES,), generator=generator)
    embedding = torch.randn(VOCABULARY, EMBEDDING, generator=generator)
    sizes = [CONTEXT * EMBEDDING, *hidden, VOCABULARY]
    last = len(sizes) - 2
    layers = [
        Layer(m, n, norms_output if i == last else norms_hidden, generator)
        for i, (m, n) in enumerate(zip(sizes, sizes[1:]))
    ]
    parameters = [embedding] + [p for layer in layers for p in layer.parameters()]
    for p in parameters:
        p.requires_grad = True

    def step():
        batch = torch.randint(0, EXAMPLES, (BATCH,), generator=generator)
        x = embedding[contexts[batch]].view(BATCH, -1)
        for layer in layers[:-1]:
            x = torch.tanh(layer(x))
        loss = F.cross_entropy(layers[-1](x), targets[batch])
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= RATE * p.grad
            ratios = torch.stack([RATE * p.grad.std() / p.std() for p in parameters])
            return loss.item(), ratios.log10().tolist()

    return step


def main():
    torch.set_num_threads(1)
    step, steps = build(sys.argv[1]), int(sys.argv[2])
    for _ in range(min(200, steps)):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    seconds = time.perf_counter() - start
    print(json.dumps({"stepsPerSecond": steps / seconds, "version": torch.__version__}))


main()
