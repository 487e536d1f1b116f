"""JAX on one thread: jit of a scan over a chunk of steps, the loss and every update:data ratio of each step kept.

train.py NET STEPS [CHUNK]: see bench/workloads/peer.py. Norms are written out, as in the lecture; AdamW is optax's. A
batch is drawn within the scan, so that nothing but the end of a chunk comes back to Python."""
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
from peer import ADAMW, EPSILON, Net, measure, training_examples

ACTIVATIONS = {"tanh": jnp.tanh, "gelu": lambda x: jax.nn.gelu(x, approximate=False)}


def initialise(net, vocabulary, key):
    key, drawn = jax.random.split(key)
    layers = []
    for shape in net.layers:
        key, weight = jax.random.split(key)
        layer = {"weight": jax.random.normal(weight, (shape.fan_in, shape.fan_out)) * shape.scale}
        if shape.bias:
            layer["bias"] = jnp.zeros(shape.fan_out)
        if shape.norm != "none":
            gain = jnp.full(shape.fan_out, shape.gain)
            layer |= {"gamma": gain, "beta": jnp.zeros(shape.fan_out)}
        layers.append(layer)
    embedding = jax.random.normal(drawn, (vocabulary, net.workload.embedding))
    return {"embedding": embedding, "layers": layers}


def normalised(x, layer, kind):
    """`batch`: each unit over the rows, unbiased; `layer`: each row over its units, biased."""
    axis, ddof = (0, 1) if kind == "batch" else (1, 0)
    centred = x - x.mean(axis, keepdims=True)
    variance = x.var(axis, ddof=ddof, keepdims=True)
    return layer["gamma"] * centred / jnp.sqrt(variance + EPSILON) + layer["beta"]


def through(x, layer, shape, activation):
    def linear(x):
        x = x @ layer["weight"]
        return x + layer["bias"] if shape.bias else x

    def norm(x):
        return x if shape.norm == "none" else normalised(x, layer, shape.norm)

    if shape.residual:
        return x + activation(linear(norm(x)))
    x = norm(linear(x))
    return x if shape.is_output else activation(x)


def loss_of(parameters, contexts, targets, net):
    activation = ACTIVATIONS[net.workload.activation]
    x = parameters["embedding"][contexts]  # [B, T, C]
    for layer, shape in zip(parameters["layers"], net.layers):
        # Rows of all positions: XLA is faster at products of two matrices than at those of three axes.
        x = x.reshape(-1, shape.fan_in)
        x = through(x, layer, shape, activation)
    logs = jax.nn.log_softmax(x)
    return -jnp.take_along_axis(logs, targets[:, None], 1).mean()


def optimiser_of(workload):
    """Returns what starts the optimiser's state, and what makes updates, which are added, of gradients."""
    if workload.optimizer == "sgd":
        return lambda parameters: (), lambda gradients, state, parameters: (
            jax.tree.map(lambda g: -workload.rate * g, gradients),
            state,
        )
    import optax

    (b1, b2), eps, decay = ADAMW["betas"], ADAMW["eps"], ADAMW["weight_decay"]
    adamw = optax.adamw(workload.rate, b1=b1, b2=b2, eps=eps, weight_decay=decay)
    return adamw.init, adamw.update


def build(name, chunk):
    net = Net(name, 27)
    contexts, targets, vocabulary = training_examples(net.workload.context)
    contexts, targets = jnp.asarray(contexts), jnp.asarray(targets)
    start, updates_of = optimiser_of(net.workload)

    def step(state, _):
        parameters, kept, key = state
        key, drawn = jax.random.split(key)
        batch = jax.random.randint(drawn, (net.batch,), 0, len(targets))
        loss, gradients = jax.value_and_grad(loss_of)(
            parameters, contexts[batch], targets[batch], net
        )
        updates, kept = updates_of(gradients, kept, parameters)
        parameters = jax.tree.map(jnp.add, parameters, updates)
        pairs = zip(jax.tree.leaves(parameters), jax.tree.leaves(updates))
        ratios = [jnp.log10(jnp.std(u, ddof=1) / jnp.std(p, ddof=1)) for p, u in pairs]
        return (parameters, kept, key), (loss, jnp.stack(ratios))

    train = jax.jit(lambda state: jax.lax.scan(step, state, None, length=chunk))
    key = jax.random.PRNGKey(1)
    parameters = initialise(net, vocabulary, key)
    state = (parameters, start(parameters), key)

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
