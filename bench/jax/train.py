"""JAX on one thread: jit of a scan over a chunk of steps, the loss and every update:data ratio of each step kept.

train.py NET STEPS [CHUNK]: see bench/workloads/peer.py. Batch norm is written out, as in the lecture. A batch is drawn
within the scan, so that nothing but the end of a chunk comes back to Python."""
import os
import sys
from pathlib import Path

# Before jax is imported, which reads it once.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workloads"))
from peer import EMBEDDING, EPSILON, RATE, Net, measure, training_examples


def initialise(net, vocabulary, key):
    key, drawn = jax.random.split(key)
    layers = []
    for fan_in, fan_out, normed, scale, gain in net.layers:
        key, weight = jax.random.split(key)
        layer = {
            "weight": jax.random.normal(weight, (fan_in, fan_out)) * scale,
            "bias": jnp.zeros(fan_out),
        }
        if normed:
            layer |= {"gamma": jnp.full(fan_out, gain), "beta": jnp.zeros(fan_out)}
        layers.append(layer)
    return {"embedding": jax.random.normal(drawn, (vocabulary, EMBEDDING)), "layers": layers}


def loss_of(parameters, contexts, targets):
    x = parameters["embedding"][contexts].reshape(len(contexts), -1)  # [batch, context * embedding]
    for layer in parameters["layers"]:
        x = x @ layer["weight"] + layer["bias"]
        if "gamma" in layer:
            centred = x - x.mean(0, keepdims=True)
            deviation = jnp.sqrt(x.var(0, ddof=1, keepdims=True) + EPSILON)
            x = layer["gamma"] * centred / deviation + layer["beta"]
        if layer is not parameters["layers"][-1]:
            x = jnp.tanh(x)
    logs = jax.nn.log_softmax(x)
    return -jnp.take_along_axis(logs, targets[:, None], 1).mean()


def build(name, chunk):
    contexts, targets, vocabulary = training_examples()
    contexts, targets = jnp.asarray(contexts), jnp.asarray(targets)
    net = Net(name, vocabulary)

    def step(state, _):
        parameters, key = state
        key, drawn = jax.random.split(key)
        batch = jax.random.randint(drawn, (net.batch,), 0, len(targets))
        loss, gradients = jax.value_and_grad(loss_of)(parameters, contexts[batch], targets[batch])
        parameters = jax.tree.map(lambda p, g: p - RATE * g, parameters, gradients)
        pairs = zip(jax.tree.leaves(parameters), jax.tree.leaves(gradients))
        ratios = [jnp.log10(RATE * jnp.std(g, ddof=1) / jnp.std(p, ddof=1)) for p, g in pairs]
        return (parameters, key), (loss, jnp.stack(ratios))

    train = jax.jit(lambda state: jax.lax.scan(step, state, None, length=chunk))
    key = jax.random.PRNGKey(1)
    state = (initialise(net, vocabulary, key), key)

    def train_chunk():
        nonlocal state
        state, kept = train(state)
        losses, _ = jax.block_until_ready(kept)
        return np.asarray(losses)

    return train_chunk


def main():
    steps, chunk = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 100
    measure(build(sys.argv[1], chunk), steps, chunk, jax.__version__)


main()
