"""How tensors are filled, by a run's generator and in float32."""
import math

import torch


def initialise(scheme, shape, generator):
    return drawn(scheme, shape, generator) * scheme["scale"]


def drawn(scheme, shape, generator):
    fan_in, fan_out = shape[0], shape[-1]
    kind = scheme["scheme"]
    if kind in ("zeros", "ones"):
        return torch.full(shape, float(kind == "ones"))
    if kind == "constant":
        return torch.full(shape, float(scheme["value"]))
    if kind == "normal":
        return torch.randn(shape, generator=generator) * scheme["std"]
    if kind == "uniform":
        return torch.empty(shape).uniform_(scheme["low"], scheme["high"], generator=generator)
    if kind == "orthogonal":
        return orthogonal(shape, generator) * scheme["gain"]
    if kind == "kaiming":
        std = gain_of(scheme["gain"]) / math.sqrt(fan_in if scheme["mode"] == "fan_in" else fan_out)
    elif kind == "xavier":
        std = scheme["gain"] * math.sqrt(2 / (fan_in + fan_out))
    elif kind == "lecun":
        std = 1 / math.sqrt(fan_in)
    if scheme["distribution"] == "normal":
        return torch.randn(shape, generator=generator) * std
    bound = math.sqrt(3) * std
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def gain_of(gain):
    return torch.nn.init.calculate_gain(gain) if isinstance(gain, str) else gain


def orthogonal(shape, generator):
    """As torch.nn.init.orthogonal_, which takes no generator."""
    rows, columns = shape
    flat = torch.randn(shape, generator=generator).double()
    q, r = torch.linalg.qr(flat.t() if rows < columns else flat)
    q = q * r.diag().sign()
    return (q.t() if rows < columns else q).float()


def scheme_of(parameter, init):
    """The scheme of a parameter: that of its layer alone where there is one, else that of its group."""
    if parameter.role == "embedding":
        return init["embedding"]
    key = {"weight": "weight", "bias": "bias", "gain": "gamma", "shift": "beta"}[parameter.role]
    own = (init.get("layers") or {}).get(parameter.layer) or {}
    group = init["output" if parameter.layer == "output" else "hidden"]
    return own.get(key) or group[key]


def skip(count, generator):
    """Passes over 32-bit outputs: a small random integer takes one."""
    torch.randint(0, 2, (count,), generator=generator)
