"""All that is known of modules during one check: the parts of the second oracle, put together.

    world = World(server, read, roots, search_path, configuration)
    oracle = world.oracle(path, text, tree)
    analyze_module(..., oracle, configuration, world.program)

Everything in it is worked out when it is asked for, and kept; a world is good as long as no file
changes.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from mypy_eqxstate.analysis import new_program
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.affine_names import AffineNames
from mypy_eqxstate.oracle.tsp.affine_lines import AffineLines
from mypy_eqxstate.oracle.tsp.annotations import Annotations
from mypy_eqxstate.oracle.tsp.classes import Classes
from mypy_eqxstate.oracle.tsp.folders import Folders
from mypy_eqxstate.oracle.tsp.functions import Functions
from mypy_eqxstate.oracle.tsp.imports import ImportGraph
from mypy_eqxstate.oracle.tsp.inference import Inference
from mypy_eqxstate.oracle.tsp.modules import Module, Modules, Reader
from mypy_eqxstate.oracle.tsp.names import Names
from mypy_eqxstate.oracle.tsp.oracle import TspOracle
from mypy_eqxstate.oracle.tsp.server import TypeServer
from mypy_eqxstate.oracle.tsp.sources import TspSources
from mypy_eqxstate.oracle.tsp.symbols import Symbols
from mypy_eqxstate.oracle.tsp.terms import ANY, Term
from mypy_eqxstate.oracle.tsp.types import TypeReader


class World:
    """The modules of one check, and what is asked about them.

    Args:
        server: the type server; None if there is none, and expressions have no types.
        read: the text of a file.
        roots: directories of the project's own modules.
        search_path: directories of other modules, in the type server's order.
        configuration: the user's settings.
        parsed: modules that were parsed for an earlier check; more are added.
        folders: what files there are, also those that are not saved yet.

    Attributes:
        modules: sources by name and file.
        graph: which modules may make affine objects.
        symbols: what definitions say.
        inference: what the type server infers.
        program: the bodies of other modules, for the analysis.
    """

    def __init__(
        self,
        server: TypeServer | None,
        read: Reader,
        roots: Sequence[Path],
        search_path: Sequence[Path],
        configuration: Configuration,
        parsed: dict[Path, Module] | None = None,
        folders: Folders | None = None,
    ) -> None:
        self.modules = Modules(read, roots, search_path, parsed, folders)
        self.graph = ImportGraph(self.modules, configuration.affine)
        names = Names(self.modules)
        annotations = Annotations(names)
        self.inference = Inference(server, TypeReader(self.modules, names, annotations))
        classes = Classes(names, annotations, self._inferred)
        functions = Functions(names, annotations, classes, self.inference, self._may_ask)
        affine = AffineNames(configuration.affine)
        self.symbols = Symbols(names, annotations, classes, functions, affine)
        self._lines = AffineLines(self.symbols.shapes, classes, self.graph.may_make_affine)
        sources = TspSources(self.modules, self.symbols, self.graph)
        self.program = new_program(sources, configuration)

    def oracle(self, path: Path, text: str, tree: ast.Module) -> TspOracle:
        """The oracle of one module.

        Args:
            path: its file.
            text: its source.
            tree: the syntax of that; the nodes of all questions are its.
        """
        module = self.modules.add(path, text, tree)
        return TspOracle(module, self.symbols, self.inference, self._lines)

    def _may_ask(self, module: Module) -> bool:
        return not module.is_stub and self.graph.may_make_affine(module.name)

    def _inferred(self, module: Module, nodes: Sequence[ast.expr]) -> list[Term]:
        if not self._may_ask(module):
            return [ANY] * len(nodes)
        return self.inference.expressions(module, nodes)
