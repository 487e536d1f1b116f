"""PyTorch eager on one thread, reading the loss and every update:data ratio of each step.

train.py NET STEPS [CHUNK]: see bench/workloads/peer.py. Batch norm is written out, as in the lecture."""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workloads"))
from peer import CONTEXT, EMBEDDING, EPSILON, RATE, Net, measure, training_examples


class Layer:
    def __init__(self, shape, generator):
        fan_in, fan_out, normed, scale, gain = shape
        self.weight = torch.randn(fan_in, fan_out, generator=generator) * scale
        self.bias = torch.zeros(fan_out)
        self.norm = (torch.full((fan_out,), gain), torch.zeros(fan_out)) if normed else None

    def parameters(self):
        return [self.weight, self.bias, *(self.norm or ())]

    def __call__(self, x):
        x = x @ self.weight + self.bias
        if self.norm is None:
            return x
        gamma, beta = self.norm
        centred = x - x.mean(0, keepdim=True)
        return gamma * centred / torch.sqrt(x.var(0, keepdim=True) + EPSILON) + beta


def build(name):
    contexts, targets, vocabulary = training_examples()
    contexts, targets = torch.tensor(contexts), torch.tensor(targets)
    net = Net(name, vocabulary)
    generator = torch.Generator().manual_seed(1)
    embedding = torch.randn(vocabulary, EMBEDDING, generator=generator)
    layers = [Layer(shape, generator) for shape in net.layers]
    parameters = [embedding] + [p for layer in layers for p in layer.parameters()]
    for p in parameters:
        p.requires_grad = True

    def step():
        batch = torch.randint(0, len(targets), (net.batch,), generator=generator)
        x = embedding[contexts[batch]].view(net.batch, CONTEXT * EMBEDDING)
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
    chunk = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    measure(lambda: [step()[0] for _ in range(chunk)], steps, chunk, torch.__version__)


main()
