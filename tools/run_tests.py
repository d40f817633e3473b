"""Run the stages of the tests, all or those named: `make test`, `make test-rules`."""

import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ["tests/test_notebook_rules.py", "tests/test_environment.py", "tests/test_package_rules.py"]
TOOLS = ["tests/test_environment_tool.py", "tests/test_nbval.py", "tests/test_run_notebooks.py"]
SITE = "tests/test_site.py"
ASSIGNMENTS = ["tests/test_assignments.py", "tests/test_grading_assignments.py"]
GRADING = sorted(
    {str(p.relative_to(ROOT)) for p in ROOT.glob("tests/test_grading_*.py")} - {*ASSIGNMENTS}
)
PYTEST = ["pytest", "-q"]

# Each stage is a module with its arguments, run by this Python.
STAGES = {
    "format": ["ruff", "format", "--check", "."],
    "style": ["ruff", "check", "."],
    "spelling": ["codespell_lib"],
    "types": ["mypy"],
    "package": [
        *PYTEST,
        "-n2",
        "tests",
        *(f"--ignore={path}" for path in [*RULES, *TOOLS, SITE, *ASSIGNMENTS, *GRADING]),
    ],
    "rules": [*PYTEST, *RULES],
    # A notebook stays with one process; two notebooks at a time.
    "notebooks": [
        *PYTEST,
        *["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"],
        *["--nbval-sanitize-with=tests/nbval.cfg", "-n2", "--dist=loadfile"],
        "notebooks",
    ],
    "assignments": [*PYTEST, "-n2", *ASSIGNMENTS],
    "tools": [*PYTEST, "-n2", "--dist=loadfile", *TOOLS],
    "site": [*PYTEST, "--maxfail=5", SITE],  # one broken page fails many
    # One process: these count the processes and files that sandboxes leave behind.
    "grading": [*PYTEST, *GRADING],
}


def run(stage: str) -> tuple[bool, float, str]:
    """Run one stage with its output in view; return success, seconds and its closing line."""
    print(f"\n=== {stage}: {' '.join(STAGES[stage])}", flush=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *STAGES[stage]], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    lines = [""]
    for line in process.stdout:
        print(line, end="", flush=True)
        if line.strip():
            lines.append(line.strip("= \n"))
    return process.wait() == 0, time.monotonic() - begun, lines[-1]


def main(names: list[str]) -> int:
    """Run the stages, whatever fails on the way, and sum up."""
    if unknown := [name for name in names if name not in STAGES]:
        print(f"error: no stage {', '.join(unknown)}; there are {', '.join(STAGES)}")
        return 2
    results = {name: run(name) for name in names or STAGES}
    print("\n=== summary")
    for name, (good, seconds, closing) in results.items():
        closing = re.sub(r" in [\d.]+s.*", "", closing)
        print(f"{'ok    ' if good else 'FAILED'} {name:<12} {seconds:6.1f} s  {closing[:70]}")
    print(f"{len(results)} stages in {sum(seconds for _, seconds, _ in results.values()):.0f} s")
    # What a stage without tests, or one that broke off, counts for: itself.
    passed = failed = 0
    for good, _, closing in results.values():
        counts = {kind: int(n) for n, kind in re.findall(r"(\d+) (passed|failed|error)", closing)}
        bad = counts.get("failed", 0) + counts.get("error", 0)
        passed += counts.get("passed", good)
        failed += max(bad, not good)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
