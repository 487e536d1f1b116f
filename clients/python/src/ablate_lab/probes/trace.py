"""Follows one pass through a network: which module has weights, which nonlinearity comes after it."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.overrides import TorchFunctionMode

from .layer import LayerPass
from .nonlinearity import MODULES, Nonlinearity, called, named
from .rows import layout_of

#: What may lie between a layer and its nonlinearity: norms, dropout, other forms of the same numbers.
_PASSES = frozenset(
    """batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm normalize dropout dropout1d dropout2d
    dropout3d alpha_dropout feature_alpha_dropout view reshape flatten unflatten squeeze unsqueeze contiguous clone to
    float half bfloat16 double type type_as""".split()
)
#: Arithmetic with another tensor: a residual, a bias or a norm by hand.
_ARITHMETIC = frozenset(
    "add sub mul div true_divide add_ sub_ mul_ div_ __add__ __radd__ __iadd__ __sub__ __mul__ __truediv__".split()
)
#: Parts of paths that are no name that a user has given.
_WRAPPERS = frozenset(["_orig_mod", "_checkpoint_wrapped_module"])


class Trace(TorchFunctionMode):
    """While it is entered, sums up every layer of a module that runs. Hooks are taken off at the end."""

    def __init__(self, model: nn.Module, examples: int) -> None:
        super().__init__()
        #: By name, in the order in which they ran.
        self.layers: Dict[str, LayerPass] = {}
        self._examples = examples
        self._owners: Dict[int, Tuple["weakref.ref[Tensor]", LayerPass, bool]] = {}
        self._is_busy = False
        self._inside = 0
        self._handles: List[Any] = []
        self._put_hooks(model)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for handle in self._handles:
            handle.remove()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if self._is_busy or self._inside:
            return func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        nonlinearity = called(name, args, kwargs) if args and isinstance(args[0], Tensor) else None
        if nonlinearity is not None:
            layer = self._enter(nonlinearity, args[0])
            output = func(*args, **kwargs)
            self._leave(layer, output)
            return output
        owner = self._followed(name, args)
        output = func(*args, **kwargs)
        if owner is not None and isinstance(output, Tensor):
            self._own(output, owner, is_linear=False)
        return output

    def _put_hooks(self, model: nn.Module) -> None:
        blocks = set(_blocks(model))
        for name, module in layers_of(model):
            if weights_of(module):
                self._hook(module, self._weights_hook(name))
            elif module in blocks:
                self._hook(module, self._block_hook(name))
            elif type(module).__name__ in MODULES:
                self._watch_activation(module, named(MODULES[type(module).__name__]))

    def _hook(self, module: nn.Module, hook: Callable[..., None]) -> None:
        self._handles.append(module.register_forward_hook(hook))

    def _weights_hook(self, name: str) -> Callable[..., None]:
        def hook(module: nn.Module, _: Any, output: Any) -> None:
            tensor = _first_tensor(output)
            layer = self._new_layer(name, module, tensor)
            if tensor is not None and layer is not None:
                if isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
                    return  # what leaves it is rows of its weights
                with self._busy():
                    layer.leave_weights(tensor)
                self._own(tensor, layer, is_linear=True)

        return hook

    def _block_hook(self, name: str) -> Callable[..., None]:
        def hook(module: nn.Module, _: Any, output: Any) -> None:
            tensor = _first_tensor(output)
            layer = self._new_layer(name, module, tensor)
            if tensor is not None and layer is not None:
                with self._busy():
                    layer.leave_block(tensor)

        return hook

    def _watch_activation(self, module: nn.Module, nonlinearity: Nonlinearity) -> None:
        entered: List[Optional[LayerPass]] = []

        def before(_: nn.Module, inputs: Tuple[Any, ...]) -> None:
            is_outer = self._inside == 0 and inputs and isinstance(inputs[0], Tensor)
            entered.append(self._enter(nonlinearity, inputs[0]) if is_outer else None)
            self._inside += 1

        def after(_: nn.Module, __: Any, output: Any) -> None:
            self._inside -= 1
            self._leave(entered.pop(), output)

        self._handles.append(module.register_forward_pre_hook(before))
        self._hook(module, after)

    def _new_layer(self, name: str, module: nn.Module, output: Optional[Tensor]) -> Optional[LayerPass]:
        """Makes the layer of a module's first call; later calls are those of a shared one."""
        if output is None or not output.is_floating_point() or name in self.layers:
            return None
        layout = layout_of(output, _spatial(module), self._examples)
        if layout is None:
            return None
        layer = LayerPass(name, module, layout, len(self.layers))
        self.layers[name] = layer
        return layer

    def _enter(self, nonlinearity: Nonlinearity, values: Tensor) -> Optional[LayerPass]:
        layer, is_linear = self._owner(values)
        if layer is None or layer.nonlinearity is not None or not layer.layout.fits(values):
            return None
        with self._busy():
            layer.enter(nonlinearity, values, is_linear)
        return layer

    def _leave(self, layer: Optional[LayerPass], output: Any) -> None:
        if layer is not None and isinstance(output, Tensor):
            with self._busy():
                layer.leave(output)

    def _followed(self, name: str, args: Tuple[Any, ...]) -> Optional[LayerPass]:
        """Returns the layer whose numbers a function passes on, the last one that ran of several."""
        if name in _PASSES:
            return self._owner(args[0])[0] if args else None
        if name not in _ARITHMETIC or not all(isinstance(one, Tensor) for one in args[:2]):
            return None
        owners = [owner for owner in (self._owner(one)[0] for one in args[:2]) if owner is not None]
        return max(owners, key=lambda one: one.order, default=None)

    def _own(self, tensor: Tensor, layer: LayerPass, is_linear: bool) -> None:
        self._owners[id(tensor)] = (weakref.ref(tensor), layer, is_linear)

    def _owner(self, value: Any) -> Tuple[Optional[LayerPass], bool]:
        reference, layer, is_linear = self._owners.get(id(value), (None, None, False))
        is_same = reference is not None and reference() is value
        return (layer, is_linear) if is_same else (None, False)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False


def weights_of(module: nn.Module) -> List[Tensor]:
    """Returns the matrices of a module itself: what makes it a layer."""
    found = [one for one in module.parameters(recurse=False) if one.dim() > 1]
    parametrized = module._modules.get("parametrizations")
    if not found and parametrized is not None:
        found = [one for one in parametrized.parameters() if one.dim() > 1]
    return list(found)


def layers_of(model: nn.Module) -> Iterator[Tuple[str, nn.Module]]:
    """Yields the modules of a model, less those that only make the weights of another."""
    for path, module in model.named_modules():
        parts = [part for part in path.split(".") if part not in _WRAPPERS]
        if "parametrizations" in parts:
            continue
        own = next((name for name, one in module.named_parameters(recurse=False) if one.dim() > 1), "model")
        yield ".".join(parts) or own, module


def _blocks(model: nn.Module) -> Iterator[nn.Module]:
    """Yields what a list of modules repeats, where that has layers of its own: what leaves it is a stream."""
    for parent in model.modules():
        if not isinstance(parent, (nn.ModuleList, nn.Sequential)):
            continue
        for child in parent.children():
            own = [one for one in child.modules() if weights_of(one)]
            if len(own) > 1 and not weights_of(child):
                yield child


def _spatial(module: nn.Module) -> int:
    """Returns how many axes come after that of the units: 2 where a layer, or a block of them, makes images."""
    convolutions = [one for one in module.modules() if isinstance(one, _ConvNd)]
    return len(convolutions[-1].kernel_size) if convolutions else 0


def _first_tensor(output: Any) -> Optional[Tensor]:
    if isinstance(output, (tuple, list)) and output:
        output = output[0]
    return output if isinstance(output, Tensor) else None
