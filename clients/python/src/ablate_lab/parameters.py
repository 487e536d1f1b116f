"""Parameters of models: their names, layers, kinds and roles, and which of them an optimizer trains."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Set, Tuple, Union

import torch
from torch import nn
from torch.nn.parameter import is_lazy

Models = Union[nn.Module, Sequence[nn.Module], Mapping[str, nn.Module]]

#: Modules around a model, and the name under which each has it: names of parameters leave it out.
_WRAPPERS = {
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "FullyShardedDataParallel": "_fsdp_wrapped_module",
    "CheckpointWrapper": "_checkpoint_wrapped_module",
    "OptimizedModule": "_orig_mod",
}
#: Modules whose weights are matrices that map what comes in to what goes out.
_MATRICES = (nn.Linear, nn.Bilinear, nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention)


class Parameter(NamedTuple):
    """A parameter of the models, or one that only an optimizer knows."""

    name: str
    tensor: nn.Parameter
    layer: str
    kind: str
    role: str

    def head(self, trained: bool) -> Dict[str, Any]:
        """Returns it as the frame `run` lists it."""
        return {
            "name": self.name,
            "shape": list(self.tensor.shape),
            "layer": self.layer,
            "kind": self.kind,
            "role": self.role,
            "trained": trained,
        }


def named_models(models: Models) -> List[Tuple[str, nn.Module]]:
    """Returns models with the prefixes of their parameters' names; a single model has none."""
    if isinstance(models, nn.Module):
        return [("", models)]
    if isinstance(models, Mapping):
        return [(f"{name}.", model) for name, model in models.items()]
    classes = [type(unwrapped(model)).__name__.lower() for model in models]
    distinct = len(set(classes)) == len(classes)
    return [
        (f"{name if distinct else f'{name}{at}'}.", model)
        for at, (name, model) in enumerate(zip(classes, models))
    ]


def unwrapped(model: nn.Module) -> nn.Module:
    """Returns the model within wrappers such as DistributedDataParallel and a compiled module."""
    inner = _WRAPPERS.get(type(model).__name__)
    return model if inner is None else unwrapped(getattr(model, inner))


def parameters_of(models: Models, optimizers: Sequence[Any]) -> List[Parameter]:
    """Lists every parameter once, in the order of the models, tied ones under their first name."""
    found: List[Parameter] = []
    seen: Set[int] = set()
    for prefix, model in named_models(models):
        for parameter in _of_model(prefix, model):
            if id(parameter.tensor) not in seen:
                seen.add(id(parameter.tensor))
                found.append(parameter)
    unknown = 0
    for optimizer in optimizers:
        for tensor in optimized(optimizer):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                found.append(stray(tensor, unknown))
                unknown += 1
    return found


def stray(tensor: nn.Parameter, at: int) -> Parameter:
    """Describes a parameter that no model has."""
    return Parameter(f"parameter{at}", tensor, f"parameter{at}", "other", "other")


def optimized(optimizer: Any) -> Iterator[nn.Parameter]:
    """Yields what an optimizer has in its groups."""
    for group in optimizer.param_groups:
        yield from group["params"]


def _of_model(prefix: str, model: nn.Module) -> Iterator[Parameter]:
    output = _output_layer(model)
    for path, module in _modules(prefix, model):
        for own, tensor in module.named_parameters(recurse=False):
            name = f"{path}.{own}" if path else own
            layer, local = _owner(path, own)
            yield Parameter(
                name, tensor, layer or own, _kind(module, local, tensor, output), _role(module, local, tensor)
            )


def _modules(prefix: str, model: nn.Module) -> Iterator[Tuple[str, nn.Module]]:
    """Yields modules, each once, with paths that have no wrapper in them."""
    seen: Set[int] = set()

    def walk(path: str, module: nn.Module) -> Iterator[Tuple[str, nn.Module]]:
        inner = _WRAPPERS.get(type(module).__name__)
        if id(module) in seen:
            return
        seen.add(id(module))
        yield path, module
        for name, child in module.named_children():
            same = name == inner
            yield from walk(path if same else f"{path}.{name}" if path else name, child)

    return walk(prefix[:-1], model)


def _owner(path: str, own: str) -> Tuple[str, str]:
    """Returns the layer and the local name; a parametrized weight belongs to the layer that it is the weight of."""
    layer, parametrized, local = path.rpartition(".parametrizations.")
    return (layer, f"{local}.{own}") if parametrized else (path, own)


def _output_layer(model: nn.Module) -> Any:
    """Returns the last layer with a weight where it is linear: what leaves it leaves the model."""
    last: Any = None
    for module in model.modules():
        within = isinstance(last, nn.MultiheadAttention) and module is last.out_proj
        if isinstance(module, nn.MultiheadAttention) or (_weight(module) is not None and not within):
            last = module
    return last if isinstance(last, nn.Linear) else None


def _weight(module: nn.Module) -> Any:
    return next((one for one in module.parameters(recurse=False) if not is_lazy(one) and one.dim() >= 2), None)


def _kind(module: nn.Module, local: str, tensor: torch.Tensor, output: Any) -> str:
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
        return "embedding"
    if is_lazy(tensor):
        return "other"
    if _is_norm(module):
        return "norm"
    if module is output:
        return "output"
    if isinstance(module, _MATRICES) or _is_convolution(module) or "." in local:
        return "hidden"
    return "hidden" if local.startswith("weight") and tensor.dim() >= 2 else "other"


def _role(module: nn.Module, local: str, tensor: torch.Tensor) -> str:
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
        return "embedding"
    if is_lazy(tensor):
        return "other"
    if _is_norm(module):
        return {"weight": "gain", "scale": "gain", "bias": "shift"}.get(local, "other")
    if local in ("weight_g", "weight.original0"):
        return "gain"  # of weight norm
    first = local.split(".")[0]
    if "bias" in first and first not in ("bias_k", "bias_v"):
        return "bias"
    if "weight" in first and tensor.dim() >= 2:
        return "weight"
    return "other"


def _is_norm(module: nn.Module) -> bool:
    return "norm" in type(module).__name__.lower() and _weight(module) is None


def _is_convolution(module: nn.Module) -> bool:
    return isinstance(module, nn.modules.conv._ConvNd) or type(module).__name__ == "Conv1D"
