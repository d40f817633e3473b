"""Audit the graders whose assignment has changed, and keep what was found: `make audits`."""

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from run_notebooks import PROCESSES, ROOT, fingerprint
from tqdm import tqdm

from rnncourse.grading import assignment as assignments
from rnncourse.grading import audit
from rnncourse.grading.session import Workplace
from rnncourse.grading.walls import Limits

SHOWN = ROOT / "book" / "_static" / "guide"


def record_of(folder: Path) -> Path:
    """Return where the audit of an assignment is kept."""
    return SHOWN / f"audit-{folder.name}.md"


def stamp(folder: Path) -> str:
    """Return the record's last line: a comment with a hash of all that an audit depends on."""
    notebook = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    sources += [
        (folder / name).read_text(encoding="utf-8") for name in ("grader.py", "mistakes.py")
    ]
    return f"% audited: {fingerprint([*sources, 'import rnncourse.grading.audit'])}\n"


def is_stale(folder: Path) -> bool:
    """Return whether the record is missing, or of other code."""
    record = record_of(folder)
    return not (record.exists() and record.read_text(encoding="utf-8").endswith(stamp(folder)))


def renew(folder: Path) -> list[str]:
    """Audit an assignment; keep the record if nothing has to be mended, else say what."""
    source = assignments.load(folder)
    with Workplace(source.preload(), Limits(call_seconds=3)) as workplace:
        found = list(audit.audit(source, workplace))
    faults = [f"{folder.name}, {a.function}: {fault}" for a in found for fault in a.faults()]
    if not faults:
        text = f"{audit.record(source, found)}\n{stamp(folder)}"
        record_of(folder).write_text(text, encoding="utf-8")
    return faults


def main() -> None:
    """Audit what is named, or else what is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="such as 02-recurrent-networks; default: all stale"
    )
    names = parser.parse_args().names
    folders = sorted(p.parent for p in assignments.COURSE.glob("*/grader.py"))
    if unknown := set(names) - {f.name for f in folders}:
        sys.exit(f"error: no assignment is called {', '.join(sorted(unknown))}")
    folders = [f for f in folders if (f.name in names if names else is_stale(f))]
    faults: list[str] = []
    # A process each: an assignment's code takes the place of the main module.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context, max_tasks_per_child=1) as pool:
        audits = [pool.submit(renew, folder) for folder in folders]
        for done in tqdm(as_completed(audits), "audits", len(audits)):
            faults += done.result()
    if faults:
        sys.exit("\n".join(["error: these were not kept:", *faults]))


if __name__ == "__main__":
    main()
