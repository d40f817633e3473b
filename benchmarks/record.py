"""Run the long experiments that chapters quote: `python benchmarks/record.py language`.

Each point is written as soon as it is there, so Ctrl-C loses nothing; points that
were computed with the same code are not computed again. If the code has changed, the
quickest point of each kind is: the others stay if it comes out the same to the last digit.
"""

import json
import platform
import sys
from collections.abc import Callable, Iterator
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from rnncourse.recorded import CODE, FOLDER, code_hash, language, race, recall, translation

Points = list[dict[str, Any]]
SEEDS = (0, 1, 2)
RATES = {"LSTM": (1e-2, 2e-2, 4e-2), "Transformer": (5e-3, 1e-2, 2e-2, 4e-2)}


def language_runs(points: Points) -> Iterator[dict[str, Any]]:
    sizes = [(k, *size) for k, some in language.SIZES.items() for size in some]
    for kind, features, layers in sizes:
        for rate in RATES[kind]:
            # With 64 features or more 0.02 is far worse than 0.01 already.
            if kind == "LSTM" or features < 64 or rate < 2e-2:
                yield {
                    "kind": kind,
                    "features": features,
                    "layers": layers,
                    "seed": 0,
                    "rate": rate,
                }
    for seed, (kind, features, layers) in product(SEEDS[1:], sizes):
        mine = [p for p in points if (p["kind"], p["features"], p["seed"]) == (kind, features, 0)]
        rate = min(mine, key=lambda p: p["valid"])["rate"]
        yield {"kind": kind, "features": features, "layers": layers, "seed": seed, "rate": rate}


def recall_runs(points: Points) -> Iterator[dict[str, Any]]:
    for seed, (kind, sizes) in product(SEEDS, recall.SIZES.items()):
        for pairs, size in product(recall.PAIRS, sizes):
            yield {
                "kind": kind,
                "size": size,
                "pairs": pairs,
                "seed": seed,
                "steps": recall.STEPS[kind],
            }


def race_runs(points: Points) -> Iterator[dict[str, Any]]:
    for seed, kind in product(SEEDS[:2], race.KINDS):  # a fourth budget, of two seeds
        yield {"kind": kind, "seed": seed, "steps": 2 * race.STEPS[kind][-1]}
    for seed, turn, kind in product(SEEDS, range(3), race.KINDS):
        yield {"kind": kind, "seed": seed, "steps": race.STEPS[kind][turn]}


def translation_runs(points: Points) -> Iterator[dict[str, Any]]:
    # Attention and the order of the source; then what time and room bring without it.
    for seed, attend, reverse in product(range(5), ("none", "additive", "dot"), (False, True)):
        yield translation_run(attend, 48, 400, seed, reverse)
    for seed in SEEDS:
        for attend, H, steps in [("none", 48, 2000), ("additive", 16, 2000), ("none", 16, 2000)]:
            yield translation_run(attend, H, steps, seed)
        for H in (96, 192):
            yield translation_run("none", H, 2000, seed)
        yield translation_run("none", 48, 8000, seed)


def translation_run(
    attend: str, H: int, steps: int, seed: int, reverse: bool = False
) -> dict[str, Any]:
    return {"attend": attend, "H": H, "steps": steps, "seed": seed, "reverse": reverse}


# A function that computes a point, and one that names the points, given those that are there.
EXPERIMENTS: dict[str, tuple[Callable[..., Any], Callable[[Points], Iterator[Any]]]] = {
    "language": (language.language_point, language_runs),
    "race": (race.race_point, race_runs),
    "recall": (recall.recall_point, recall_runs),
    "translation": (translation.translation_point, translation_runs),
}


def unchanged(point: Callable[..., dict[str, Any]], points: Points) -> bool:
    """Compute the quickest point of each kind again, and say if all are what they were."""
    quickest: dict[Any, dict[str, Any]] = {}
    for old in sorted(points, key=lambda p: p["seconds"]):
        quickest.setdefault(next(iter(old.values())), old)
    arguments = set(signature(point).parameters) - {"progress"}
    for old in quickest.values():
        new = point(**{name: old[name] for name in arguments}, progress=False)
        if new | {"seconds": 0} != old | {"seconds": 0}:
            return False
    return True


def record(name: str) -> None:
    """Compute the points of an experiment that are missing, and write them."""
    point, runs = EXPERIMENTS[name]
    path, code = FOLDER / f"{name}.json", code_hash(name)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    points = known.get("points", [])
    if known.get("code") != code and not unchanged(point, points):
        points = []
    machine = {
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    write(path, code, machine, points)
    for run in tqdm(runs(points), unit="run"):
        if not any(run.items() <= p.items() for p in points):
            points.append(point(**run, progress=False))
            write(path, code, machine, points)


def write(path: Path, code: str, machine: dict[str, str], points: Points) -> None:
    """Replace the file, at once or not at all; a line for each point."""
    rows = ",\n  ".join(json.dumps(p) for p in points)
    new = path.with_suffix(".new")
    new.write_text(
        f'{{\n "code": "{code}",\n "machine": {json.dumps(machine)},\n'
        f' "points": [\n  {rows}\n ]\n}}\n',
        encoding="utf-8",
    )
    new.replace(path)


if __name__ == "__main__":
    torch.set_num_threads(1)
    names = sys.argv[1:]
    if not names or not set(names) <= set(CODE):
        sys.exit(f"name the experiments: {' '.join(CODE)}")
    for name in names:
        record(name)
