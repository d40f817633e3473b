"""Run what the instructor's guide shows and keep it: `make guide`."""

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SHOWN = ROOT / "book" / "_static" / "guide"
TOY = ROOT / "tests" / "assignments" / "toy-rnn"
CLUSTER = "rnn_forward"
NAMED = """from rnncourse.grading.exercise import named_cluster

no_first_part = named_cluster(
    "rnn_forward",
    "{code}",
    "no first part",
    hint="`rnn_forward` needs `rnn_step`: write that first.",
)
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Toy RNN (41)
    Points Possible,,,,,6
"Lovelace, Ada",1,,ada,A,
"Turing, Alan",2,,alan,A,
"""


def main() -> None:
    """Teach a term in a temporary folder."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        shutil.copytree(TOY, place / "toy-rnn", ignore=shutil.ignore_patterns("__pycache__"))
        run(place, "doctor", "doctor")
        run(place, "release", "release", "toy-rnn")
        run(place, "sample", "sample", "toy-rnn", "--to", "term")
        # A real course draws its secret; this one is fixed, so that the pictures are.
        (place / "term" / "course-secret").write_text("0" * 64 + "\n")
        grades = run(place, "grade", "grade", "toy-rnn", "--course", "term")
        code = next(line.split()[1] for line in grades.splitlines() if f"  {CLUSTER} " in line)
        named = NAMED.format(code=code.rstrip(":"))
        (SHOWN / "named.txt").write_text(named)
        with (place / "toy-rnn" / "mistakes.py").open("a") as file:
            file.write(f"\n\n{named}")
        run(place, "regrade", "regrade", "toy-rnn", "--course", "term", "--diff")
        run(place, "regrade", "regrade", "toy-rnn", "--course", "term", "--accept")
        run(place, "push", "push", "toy-rnn", "--course", "term")
        run(place, "export", "export", "toy-rnn", "--course", "term", "--to", "grades.csv")
        (SHOWN / "export.txt").write_text((place / "grades.csv").read_text())
        (place / "canvas.csv").write_text(CANVAS)
        filled = ["--to", "filled.csv", "--format", "canvas", "--template", "canvas.csv"]
        filled += ["--column", "Toy RNN"]
        run(place, "canvas", "export", "toy-rnn", "--course", "term", *filled)
        (SHOWN / "canvas.txt").write_text((place / "filled.csv").read_text())
        run(place, "similar", "similar", "toy-rnn", "--course", "term")
        feedback = place / "term" / "feedback" / "vera" / "toy-rnn" / "toy-rnn.html"
        photograph("feedback", feedback.as_uri(), 720)
        with formgrader(place / "term") as address:
            page = f"{address}/formgrader/manage_submissions/toy-rnn"
            photograph("formgrader", page, 1100, "text=vera")


def run(place: Path, shown: str, *words: str) -> str:
    """Run a command of ``rnncourse`` and keep what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "rnncourse.grading", *words],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "88"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    expected = 1 if shown == "canvas" else 0  # the template lacks most of the class
    if done.returncode != expected:
        sys.exit(f"error: rnncourse {' '.join(words)} ended with {done.returncode}")
    text = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    (SHOWN / f"{shown}.txt").write_text(text + "\n")
    return text


@contextlib.contextmanager
def formgrader(course: Path) -> Iterator[str]:
    """Serve nbgrader's formgrader for a course and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    extension = "{'nbgrader.server_extensions.formgrader': True}"
    words = [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--allow-root"]
    words += ["--no-browser", f"--ServerApp.jpserver_extensions={extension}"]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", *words],
        cwd=course,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):  # a busy machine takes its time
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def photograph(name: str, address: str, width: int, shown: str = "body") -> None:
    """Keep a picture of a page, once it shows what it must."""
    chromium = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": width, "height": 400}, color_scheme="light")
        view.goto(address)
        view.wait_for_selector(shown)
        picture = Image.open(io.BytesIO(view.screenshot(full_page=True)))
    picture = picture.crop((0, 0, picture.width, min(picture.height, 1000)))
    picture.quantize(64).save(SHOWN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
