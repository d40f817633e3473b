"""Execute the notebooks in place and record each run in its notebook: `make run`.

A notebook is replaced only by its own complete run. One that fails, writes to
stderr or is interrupted stays as it was.
"""

import argparse
import ast
import asyncio
import contextlib
import copy
import hashlib
import importlib.metadata
import os
import platform
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "RNNCOURSE_PROGRESS": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
PROCESSES = 2  # each with one thread: measured fastest on two cores
TIMEOUT = 120  # seconds a cell
# Metadata that a stored notebook has, without versions and traces of editors.
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
CELL_METADATA = {"mystnb", "nbgrader", "part", "same_as", "tags"}


class NotebookError(Exception):
    """Why a notebook was left as it was."""


def find(names: list[str], root: Path = ROOT) -> list[Path]:
    """Return the chapters and assignments, or those whose file name is given."""
    paths = sorted(root.glob("notebooks/*.ipynb")) + sorted(
        root.glob("notebooks/exercises/*/*.ipynb")
    )
    names = [Path(name).stem for name in names]
    if missing := set(names) - {path.stem for path in paths}:
        sys.exit(f"error: no notebook is called {', '.join(sorted(missing))}")
    return [path for path in paths if not names or path.stem in names]


def modules_used(sources: list[str], root: Path = ROOT) -> list[Path]:
    """Return the package's files that the sources import, directly or through each other."""
    found: list[Path] = []

    def visit(source: str) -> None:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # no plain Python: the run, and a rule, say so
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            for name in names:
                parts = name.split(".")
                if parts[0] != "rnncourse":
                    continue
                for n in range(1, len(parts) + 1):
                    folder = root.joinpath(*parts[:n])
                    for path in (folder / "__init__.py", folder.with_suffix(".py")):
                        if path.exists() and path not in found:
                            found.append(path)
                            visit(path.read_text(encoding="utf-8"))

    for source in sources:
        visit(source)
    return sorted(found)


def skeleton(code: str | ast.AST) -> str:
    """Return the syntax of some code, whatever its layout, comments and docstrings.

    Unlike that of `ast.dump`, the form is the same in all versions of Python.
    """
    if isinstance(code, str):
        try:
            code = ast.parse(code)
        except SyntaxError:
            return code
    fields = []
    for name, value in ast.iter_fields(code):
        if name == "body" and isinstance(code, DOCUMENTED) and ast.get_docstring(code) is not None:
            value = value[1:]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                fields.append(f"{name}={skeleton(item)}")
            elif item is not None or isinstance(code, ast.Constant):
                fields.append(f"{name}={item!r}")
    return f"{type(code).__name__}({', '.join(fields)})"


def libraries(root: Path = ROOT) -> list[str]:
    """Return the pins of the package's own requirements and of the data packages.

    Not of all: a new Sphinx makes no run stale.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = project["dependencies"] + project["optional-dependencies"]["data"]
    names = {re.match(r"[\w-]+", line).group() for line in required}
    pins = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    apart = (root / "requirements-nodeps.lock").read_text(encoding="utf-8").splitlines()
    return [pin for pin in pins if pin.partition("==")[0] in names] + [
        pin for pin in apart if not pin.startswith("#")
    ]


def fingerprint(sources: list[str], root: Path = ROOT) -> str:
    """Return a hash of some code and all that it depends on.

    That is the modules of the package that it uses, and the locked versions of the libraries
    that these may import. Hashes, not dates: a checkout sets dates anew.
    """
    modules = [path.read_text(encoding="utf-8") for path in modules_used(sources, root)]
    parts = [*map(skeleton, [*sources, *modules]), *libraries(root)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def stamp(notebook: NotebookNode, root: Path = ROOT) -> str:
    """Return a hash of all that a notebook's run depends on."""
    return fingerprint([c.source for c in notebook.cells if c.cell_type == "code"], root)


def is_stale(notebook: NotebookNode, root: Path = ROOT) -> bool:
    """Return whether the stored run is not of this code, package and lock."""
    return notebook.metadata.get("rnncourse", {}).get("stamp") != stamp(notebook, root)


def normalise(notebook: NotebookNode) -> None:
    """Leave in the metadata only what the course uses; merge what one stream said."""
    keep = {"nbgrader", "rnncourse"} & set(notebook.metadata)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": LANGUAGE}
        | {key: notebook.metadata[key] for key in sorted(keep)}
    )
    for cell in notebook.cells:
        for key in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[key]
        merged: list[NotebookNode] = []
        for output in cell.get("outputs", []):
            same = merged and output.output_type == merged[-1].output_type == "stream"
            if same and output.name == merged[-1].name:
                merged[-1].text += output.text
            else:
                merged.append(output)
        if cell.cell_type == "code":
            cell.outputs = merged


async def execute(path: Path, bar: tqdm, running: dict[str, str]) -> NotebookNode:
    """Return the notebook with the outputs of a run in a new kernel.

    ``bar`` counts cells; ``running`` names the cell that each notebook is in.

    Raises
    ------
    NotebookError
        If a cell fails, takes too long or writes to stderr; it says which and why.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=TIMEOUT,
        resources={"metadata": {"path": str(path.parent)}},
    )
    begun = time.monotonic()
    cell = None
    try:
        # The kernel's own stderr has only its greeting; a cell's arrives as output.
        async with client.async_setup_kernel(
            env=os.environ | ENVIRONMENT, stderr=subprocess.DEVNULL
        ):
            with contextlib.suppress(NotImplementedError):  # Windows has none to remove
                # nbclient's would end one kernel and leave the other notebooks running.
                asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    running[path.stem] = cell.id
                    bar.set_postfix(running)
                    await client.async_execute_cell(cell, index)
                    bar.update()
                    if text := stderr(cell):
                        raise NotebookError(describe(path, cell, f"it wrote to stderr:\n{text}"))
            seconds = time.monotonic() - begun
            peak = await peak_mb(client)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(describe(path, cell, str(error))) from error
    finally:
        running.pop(path.stem, None)
    notebook.metadata["rnncourse"] = {
        "stamp": stamp(notebook),
        "seconds": round(seconds, 1),
        "peak_mb": round(peak),
        "torch": importlib.metadata.version("torch").split("+")[0],
        "python": platform.python_version(),
        "version": importlib.metadata.version("rnncourse"),
    }
    normalise(notebook)
    return notebook


def stderr(cell: NotebookNode) -> str:
    """Return what the cell wrote to stderr: a warning, or a progress bar that should be off."""
    streams = [output for output in cell.outputs if output.output_type == "stream"]
    return "".join(output.text for output in streams if output.name == "stderr")


def describe(path: Path, cell: NotebookNode, problem: str) -> str:
    """Return which cell of which notebook has the problem."""
    source = "" if cell.source in problem else f"\n{cell.source}\n"
    return f"{path.relative_to(ROOT)}, cell {cell.id}: {problem}{source}"


async def peak_mb(client: NotebookClient) -> float:
    """Return the largest resident memory that the kernel has had."""
    expression = "__import__('resource').getrusage(0).ru_maxrss"
    message = client.kc.execute("", silent=True, user_expressions={"peak": expression})
    reply = await client.async_wait_for_reply(message)
    peak = int(reply["content"]["user_expressions"]["peak"]["data"]["text/plain"])
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, else kB


async def run(paths: list[Path]) -> int:
    """Execute the notebooks, two at a time; return how many failed."""
    cells = [nbformat.read(path, as_version=4).cells for path in paths]
    total = sum(cell.cell_type == "code" for some in cells for cell in some)
    limit = asyncio.Semaphore(PROCESSES)
    bar = tqdm(total=total, unit=" cells", dynamic_ncols=True)
    running: dict[str, str] = {}

    async def one(path: Path) -> bool:
        async with limit:
            try:
                notebook = await execute(path, bar, running)
            except NotebookError as error:
                bar.write(f"FAILED {error}\nThe file is as it was.\n")
                return False
        temporary = path.with_suffix(".ipynb.part")
        nbformat.write(notebook, temporary)
        temporary.replace(path)
        record = notebook.metadata["rnncourse"]
        bar.write(f"{record['seconds']:6.1f} s  {record['peak_mb']:5} MB  {path.stem}")
        return True

    with bar:
        return (await asyncio.gather(*map(one, paths))).count(False)


def check(paths: list[Path]) -> int:
    """Say which notebooks are stale or carry stray metadata; return how many."""
    wrong = 0
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        clean = copy.deepcopy(notebook)
        normalise(clean)
        problems = ["its stored run is stale"] * is_stale(notebook)
        problems += ["its metadata or outputs are not clean"] * (clean != notebook)
        if problems:
            name = path.relative_to(ROOT)
            print(f"{name}: {' and '.join(problems)}; make run NB={path.stem}")
            wrong += 1
    return wrong


def main() -> int:
    """Run or check the notebooks that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="notebooks, as 01-sequence-data; default: all")
    parser.add_argument("--stale", action="store_true", help="only those whose run is stale")
    parser.add_argument("--check", action="store_true", help="execute nothing; say what is stale")
    options = parser.parse_args()
    paths = find(options.names)
    if options.check:
        return check(paths) > 0
    if options.stale:
        paths = [path for path in paths if is_stale(nbformat.read(path, as_version=4))]
    try:
        return asyncio.run(run(paths)) > 0
    except KeyboardInterrupt:
        print("Interrupted: the notebooks that were running are as they were.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
