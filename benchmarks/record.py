"""Run the long experiments that chapters quote: `python benchmarks/record.py language`.

Each point is written as soon as it is there, so Ctrl-C loses nothing; points that
were computed with the same code are not computed again.
"""

import json
import platform
import sys
from collections.abc import Callable, Iterator
from typing import Any

import torch
from tqdm import tqdm

from rnncourse.recorded import CODE, FOLDER, code_hash, language, recall, translation

SEEDS = (0, 1, 2)


def language_runs() -> Iterator[dict[str, Any]]:
    for rate in language.RATES:
        for seed in SEEDS[: 3 if rate == language.RATES[0] else 1]:
            for kind, sizes in language.SIZES.items():
                for features, layers in sizes:
                    yield {
                        "kind": kind,
                        "features": features,
                        "layers": layers,
                        "seed": seed,
                        "rate": rate,
                    }


def recall_runs() -> Iterator[dict[str, Any]]:
    for seed in SEEDS:
        for kind, sizes in recall.SIZES.items():
            for pairs in recall.PAIRS:
                for size in sizes:
                    steps = recall.STEPS[kind]
                    yield {
                        "kind": kind,
                        "size": size,
                        "pairs": pairs,
                        "seed": seed,
                        "steps": steps,
                    }


def translation_runs() -> Iterator[dict[str, Any]]:
    # Attention and the order of the source; then what time and room bring without it.
    for seed in range(5):
        for attend in ("none", "additive", "dot"):
            for reverse in (False, True):
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


EXPERIMENTS: dict[str, tuple[Callable[..., dict[str, Any]], Callable[[], Iterator[Any]]]] = {
    "language": (language.language_point, language_runs),
    "recall": (recall.recall_point, recall_runs),
    "translation": (translation.translation_point, translation_runs),
}


def record(name: str) -> None:
    """Compute the points of an experiment that are missing, and write them."""
    point, runs = EXPERIMENTS[name]
    path, code = FOLDER / f"{name}.json", code_hash(name)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    points = known["points"] if known.get("code") == code else []
    machine = {
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    todo = [run for run in runs() if not any(run.items() <= p.items() for p in points)]
    for run in tqdm(todo, unit="run"):
        points.append(point(**run, progress=False))
        rows = ",\n  ".join(json.dumps(p) for p in points)
        new = path.with_suffix(".new")
        new.write_text(
            f'{{\n "code": "{code}",\n "machine": {json.dumps(machine)},\n'
            f' "points": [\n  {rows}\n ]\n}}\n',
            encoding="utf-8",
        )
        new.replace(path)  # at once or not at all


if __name__ == "__main__":
    torch.set_num_threads(1)
    names = sys.argv[1:]
    if not names or not set(names) <= set(CODE):
        sys.exit(f"name the experiments: {' '.join(CODE)}")
    for name in names:
        record(name)
