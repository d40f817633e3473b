"""Experiments that take too long for a notebook: one point each, and what all points gave.

``benchmarks/record.py`` runs them and writes the JSON files beside the modules. A
notebook reads the file, and computes one point of it again.
"""

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
# What decides the results, besides PyTorch.
CODE = {
    "language": [
        "recorded/language.py",
        "models/attention.py",
        "models/rnn.py",
        "models/transformer.py",
        "data/text.py",
        "training.py",
    ],
    "race": [
        "recorded/race.py",
        "models/attention.py",
        "models/rnn.py",
        "models/transformer.py",
        "data/text.py",
    ],
    "recall": [
        "recorded/recall.py",
        "models/attention.py",
        "models/transformer.py",
        "data/tasks.py",
        "training.py",
    ],
    "translation": [
        "recorded/translation.py",
        "models/attention.py",
        "models/rnn.py",
        "models/seq2seq.py",
        "data/batches.py",
        "data/text.py",
        "data/translation.py",
        "decoding.py",
        "training.py",
    ],
}


def recorded(name: str) -> dict[str, Any]:
    """Read the results of an experiment.

    Parameters
    ----------
    name : str
        "language", "race", "recall" or "translation".

    Returns
    -------
    dict
        ``points``, a list of what one run gave each; ``code``, a hash of what was
        run; ``machine``, where.

    Raises
    ------
    ValueError
        If there is no such record.
    """
    if name not in CODE:
        raise ValueError(f"name is {name!r}; expected one of {', '.join(map(repr, CODE))}")
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def code_hash(name: str) -> str:
    """Return a hash of the experiment's code, the same if only words or layout change."""
    trees = []
    for path in CODE[name]:
        tree = ast.parse((FOLDER.parent / path).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            match node:
                case ast.Module() | ast.ClassDef() | ast.FunctionDef() if ast.get_docstring(node):
                    del node.body[0]
        trees.append(ast.dump(tree))
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()[:16]
