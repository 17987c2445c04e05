"""What a name in a module stands for, found by following imports from file to file.

`Names.expression(module, scope, node)` answers for `eqx.nn.State`:

    eqx       -> the module `equinox`
    eqx.nn    -> its submodule, which it imports itself
    .State    -> `from ._stateful import State as State` in `equinox/nn/__init__.py`
              -> the class `equinox.nn._stateful.State`, in the stub

and the full name `equinox.nn.State` leads to the same class.  No type is needed for that, so it is
done here and not asked of the type server.

Limits: at most `_DEEPEST` names are followed; what a module makes up in `__getattr__` is not found.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from mypy_eqxstate.oracle.tsp.modules import Definition, Module, Modules
from mypy_eqxstate.oracle.tsp.scopes import (
    Assigned,
    Binding,
    DefinedClass,
    DefinedFunction,
    Imported,
    Scope,
    TypeParameter,
)

_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A definition.

    Attributes:
        module: where it stands.
        scope: the scope that binds it.
        qualified: its name within the module.
        binding: what the name is bound to; no import.
    """

    module: Module
    scope: Scope
    qualified: str
    binding: DefinedFunction | DefinedClass | Assigned | TypeParameter

    @property
    def full_name(self) -> str:
        """Its dotted name."""
        return f"{self.module.name}.{self.qualified}"


class Names:
    """Name resolution over the modules of a run.

    Args:
        modules: their sources.
    """

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._full: dict[str, Found | Module | None] = {}
        self._globals: dict[tuple[Module, str, bool], Found | Module | None] = {}

    def lookup(self, full_name: str) -> Found | Module | None:
        """What a dotted name stands for, by whichever module it is spelt."""
        if full_name not in self._full:
            self._full[full_name] = None
            self._full[full_name] = self._lookup(full_name)
        return self._full[full_name]

    def _lookup(self, full_name: str) -> Found | Module | None:
        head, rest = full_name, ""
        while head:
            module = self.modules.named(head)
            if module is not None:
                return self._below(module, rest)
            head, _, last = head.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None

    def _below(self, module: Module, dotted: str) -> Found | Module | None:
        found: Found | Module | None = module
        if "<locals>" in dotted:
            return self._local(module, dotted)
        for name in filter(None, dotted.split(".")):
            found = self.attribute(found, name) if found is not None else None
        return found

    def _local(self, module: Module, qualified: str) -> Found | None:
        for node, _, name in module._found:
            if name == qualified:
                return self.of_node(module, node)
        return None

    def of_node(self, module: Module, node: Definition) -> Found:
        """The definition that a class or function statement makes."""
        scope = module.scope_around(node)
        owner = module.owner(node)
        inner = module.scope_of(owner) if owner is not None else module.scope
        bound = inner.names.get(node.name)
        binding: DefinedFunction | DefinedClass
        if isinstance(node, ast.ClassDef):
            binding = DefinedClass(node)
        elif isinstance(bound, DefinedFunction) and node in bound.nodes:
            binding = bound
        else:
            binding = DefinedFunction([node])
        return Found(module, scope, module.qualified_name(node), binding)

    # --- steps

    def attribute(self, base: Found | Module, name: str, depth: int = 0) -> Found | Module | None:
        """A member of a module, or what the body of a class binds."""
        if isinstance(base, Module):
            return self._of_module(base, name, depth)
        if isinstance(base.binding, DefinedClass):
            scope = base.module.scope_of(base.binding.node)
            binding = scope.names.get(name)
            if binding is not None:
                return self._follow(base.module, scope, base.qualified, name, binding, depth)
        if isinstance(base.binding, Assigned) and base.binding.value is not None:
            aliased = self.expression(base.module, base.scope, base.binding.value, depth + 1)
            if aliased is not None:
                return self.attribute(aliased, name, depth + 1)
        return None

    def in_scope(
        self, module: Module, scope: Scope, name: str, depth: int = 0
    ) -> Found | Module | None:
        """What a name means in a scope of a module; builtins included."""
        around: Scope | None = scope
        while around is not None and around is not module.scope:
            binding = around.names.get(name)
            if binding is not None:
                prefix = self._prefix(module, around)
                return self._follow(module, around, prefix, name, binding, depth)
            around = around.parent
        found = self._of_module(module, name, depth, submodules=False)
        if found is None and module.name != "builtins":
            builtins = self.modules.named("builtins")
            if builtins is not None:
                return self._of_module(builtins, name, depth, submodules=False)
        return found

    def expression(
        self, module: Module, scope: Scope, node: ast.expr, depth: int = 0
    ) -> Found | Module | None:
        """What a name or dotted name stands for; None for other expressions."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self.in_scope(module, scope, node.id, depth)
        if isinstance(node, ast.Attribute):
            base = self.expression(module, scope, node.value, depth + 1)
            return self.attribute(base, node.attr, depth + 1) if base is not None else None
        return None

    def _of_module(
        self, module: Module, name: str, depth: int, submodules: bool = True
    ) -> Found | Module | None:
        if depth > _DEEPEST:
            return None
        key = (module, name, submodules)
        if key not in self._globals:
            self._globals[key] = None  # while it is being found out: imports in a circle
            self._globals[key] = self._find_in_module(module, name, depth, submodules)
        return self._globals[key]

    def _find_in_module(
        self, module: Module, name: str, depth: int, submodules: bool
    ) -> Found | Module | None:
        binding = module.scope.names.get(name)
        if binding is not None:
            found = self._follow(module, module.scope, "", name, binding, depth)
            instead = module.scope.instead.get(name)
            if found is None and instead is not None:
                return self._follow(module, module.scope, "", name, instead, depth)
            return found
        for star in module.scope.stars:
            other = self.modules.named(star)
            if other is not None and other is not module:
                found = self._of_module(other, name, depth + 1, submodules=False)
                if found is not None:
                    return found
        return self.modules.named(f"{module.name}.{name}") if submodules else None

    def _follow(
        self, module: Module, scope: Scope, prefix: str, name: str, binding: Binding, depth: int
    ) -> Found | Module | None:
        if not isinstance(binding, Imported):
            return Found(module, scope, f"{prefix}.{name}" if prefix else name, binding)
        if depth > _DEEPEST:
            return None
        target = self.modules.named(binding.module)
        if binding.name is None:
            return target
        if target is None:
            return self.modules.named(f"{binding.module}.{binding.name}")
        if target is module:
            # `from . import name` in a package: the submodule is meant, if there is one.
            submodule = self.modules.named(f"{binding.module}.{binding.name}")
            if submodule is not None or binding.name == name:
                return submodule
        return self._of_module(target, binding.name, depth + 1)

    def _prefix(self, module: Module, scope: Scope) -> str:
        for node, known in module._scopes.items():
            if known is scope and isinstance(node, Definition):
                name = module.qualified_name(node)
                return name if scope.is_class else f"{name}.<locals>"
        return ""
