"""A loop of many branches that each build something and go on: its analysis settles all the same."""

import dataclasses
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


@dataclasses.dataclass
class Entry:
    kind: str
    ports: list[str]
    extra: dict[str, Any]
    state: eqx.nn.State


def good_entries(
    items: dict[str, Any], state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[dict[str, list[Entry]], Array]:
    found: dict[str, Entry] = {}
    groups: dict[str, list[Entry]] = {}
    for name, item in items.items():
        if name == "a":
            found[name] = Entry("a", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "b":
            found[name] = Entry("b", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "c":
            found[name] = Entry("c", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "d":
            found[name] = Entry("d", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "e":
            found[name] = Entry("e", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "f":
            found[name] = Entry("f", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "g":
            found[name] = Entry("g", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "h":
            found[name] = Entry("h", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "i":
            found[name] = Entry("i", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "j":
            found[name] = Entry("j", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        found[name] = Entry("other", [], {"item": item}, state)
    state = state.set(index, jnp.array(1.0))
    return groups, state.get(index)


def bad_entries(
    items: dict[str, Any], state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[dict[str, list[Entry]], Array]:
    found: dict[str, Entry] = {}
    groups: dict[str, list[Entry]] = {}
    for name, item in items.items():
        if name == "a":
            found[name] = Entry("a", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "b":
            found[name] = Entry("b", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "c":
            found[name] = Entry("c", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "d":
            found[name] = Entry("d", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "e":
            found[name] = Entry("e", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "f":
            found[name] = Entry("f", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "g":
            found[name] = Entry("g", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "h":
            found[name] = Entry("h", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "i":
            found[name] = Entry("i", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        if name == "j":
            found[name] = Entry("j", list(item.ports), {"size": item.size or []}, state)
            groups[name] = [found[name]]
            continue
        found[name] = Entry("other", [], {"item": item}, state)
    newer = state.set(index, jnp.array(1.0))
    return groups, state.get(index)  # E: state-reuse | line -1
