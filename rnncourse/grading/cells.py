"""The cells of a notebook file, whoever wrote it.

Read with ``json`` alone: a student's notebook may be of any version, broken or
hostile, and what matters of it is small.
"""

import ast
import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_NOTEBOOK = 64 * 2**20  # bytes; a notebook full of figures has a tenth
MAX_SOURCE = 100_000  # characters of one cell
_MAX_CELLS = 5000


@dataclass(frozen=True)
class Cell:
    """A cell: its type, its source, and what nbgrader noted about it."""

    kind: str
    source: str
    nbgrader: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return nbgrader's ``grade_id``, empty if there is none."""
        name = self.nbgrader.get("grade_id")
        return name if isinstance(name, str) else ""

    def marked(self, role: str) -> bool:
        """Whether nbgrader's metadata gives the cell this role."""
        return self.nbgrader.get(role) is True


def read(data: bytes) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    ValueError
        If this is no notebook; the message can be shown to its author.
    """
    if len(data) > MAX_NOTEBOOK:
        raise ValueError(f"the file has {len(data) / 2**20:.0f} MB; at most {MAX_NOTEBOOK >> 20}")
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the file is not a readable notebook: {error!s:.100}") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("the file is not a notebook of format 4: it has no list of cells")
    return [_cell(cell) for cell in cells[:_MAX_CELLS] if isinstance(cell, dict)]


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader, tags = metadata.get("nbgrader"), metadata.get("tags")
    return Cell(
        kind=str(cell.get("cell_type"))[:20],
        # A lone surrogate is legal in JSON and can be neither hashed nor sent.
        source=source.encode(errors="replace").decode() if isinstance(source, str) else "",
        nbgrader=nbgrader if isinstance(nbgrader, dict) else {},
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
    )


def defined(source: str) -> set[str]:
    """Return the functions and classes that a cell defines at its top level."""
    tree = parsed(source)
    if tree is None:
        return set(re.findall(r"^(?:async )?(?:def|class) (\w+)", source, re.MULTILINE))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, or None if it has none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
