"""The built site in a real browser: every page, over HTTP and from a folder."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
CHAPTERS = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
NOTEBOOKS = [name for name in CHAPTERS if name.startswith("notebooks/")]
PAGES = [TOC["root"], *CHAPTERS, "search"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
BUDGET = 450_000  # bytes of a page with all its files, as a host sends them: text compressed

OPEN_ALL = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
LOAD_ALL = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode()));
  await document.fonts.ready;
}"""
TEXT = """() => {
  const copy = document.querySelector("article").cloneNode(true);
  copy.querySelectorAll("pre, code, annotation, script, style").forEach((e) => e.remove());
  return copy.textContent;
}"""
# What is left in a page's text when mathematics or a role was not rendered.
UNRENDERED = re.compile(
    r"\$[^$\n]+\$|\\\(|\\\[|\\(?:begin|frac|mathbf|sum)\b"
    r"|\{(?:eq|numref|ref|term|doc|cite:[pt]|glue:\w+|prf:ref)\}`"
)


def build(output: Path, *options: str | Path) -> subprocess.CompletedProcess:
    """Build a book as `make book` does."""
    command = [sys.executable, ROOT / "tools" / "build_book.py", "--output", output, *options]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> tuple[subprocess.CompletedProcess, Path]:
    """The run that built the book, and the folder of its pages."""
    output = tmp_path_factory.mktemp("site")
    return build(output), output / "html"


@pytest.fixture(scope="session")
def site(built) -> Path:
    """The folder of the book's pages, which are there even if there were warnings."""
    run, html = built
    if not (html / "search.html").exists():
        pytest.fail(f"the book was not built: {run.stderr.splitlines()[:1]}", pytrace=False)
    return html


@pytest.fixture(scope="session")
def address(site):
    """The address of the site on a server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, the system's."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        message = "no Chromium: install it (Debian: apt install chromium) or set CHROMIUM"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """What a browser saw of one page."""

    name: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    text: str = ""
    footer: str = ""
    links: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    phone_width: int = 0


def watch(page: Page, visit: Visit) -> None:
    """Write errors and requests of the page into the visit."""

    page.on("request", lambda r: visit.requests.append(r.url))
    page.on("requestfailed", lambda r: visit.errors.append(f"failed: {r.url}"))
    page.on("response", lambda r: r.status >= 400 and visit.errors.append(f"{r.status}: {r.url}"))
    page.on("console", lambda m: m.type == "error" and visit.errors.append(m.text))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))


def barriers(page: Page) -> list[str]:
    """Return what axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.fixture(scope="session", params=PAGES)
def visit(request, browser: Browser, address: str) -> Visit:
    """One page with everything unfolded: light at a desk, dark on a phone."""
    visit = Visit(request.param)
    page = browser.new_page(viewport=DESK, color_scheme="light", reduced_motion="reduce")
    watch(page, visit)
    page.goto(f"{address}{visit.name}.html")
    page.evaluate(OPEN_ALL)
    page.evaluate(LOAD_ALL)
    visit.text = page.evaluate(TEXT)
    visit.footer = page.inner_text("footer")
    visit.links = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.href)")
    visit.barriers = barriers(page)
    page.set_viewport_size(PHONE)
    visit.phone_width = page.evaluate("document.documentElement.scrollWidth")
    page.click("#colours")
    visit.barriers += [f"on a phone in the dark: {b}" for b in barriers(page)]
    page.close()
    return visit


def test_builds_without_a_warning(built):
    run, _ = built
    assert run.stderr == ""
    assert run.returncode == 0


def test_no_error(visit):
    assert visit.errors == []


def test_no_request_leaves_the_site(visit, address):
    assert [url for url in visit.requests if not url.startswith((address, "data:"))] == []


def test_weight(visit, site):
    paths = {unquote(urlsplit(url).path).lstrip("/") for url in visit.requests}
    contents = {path: (site / path).read_bytes() for path in paths}
    sent = {p: len(c if p.endswith(".woff2") else gzip.compress(c)) for p, c in contents.items()}
    assert sum(sent.values()) <= BUDGET, sorted(sent.items(), key=lambda item: -item[1])[:5]


def test_everything_is_rendered(visit):
    assert UNRENDERED.findall(visit.text) == []


def test_no_serious_barrier(visit):
    assert visit.barriers == []


def test_no_sideways_scrolling_on_a_phone(visit):
    assert visit.phone_width <= PHONE["width"]


def test_links_lead_somewhere(visit, site, address):
    dead = []
    for link in visit.links:
        url = urlsplit(link)
        if not link.startswith(address):
            assert url.scheme in ("https", "http", "mailto"), link
            continue
        file = site / unquote(url.path).lstrip("/")
        marks = re.findall(r'\bid="([^"]+)"', file.read_text()) if file.suffix == ".html" else []
        if not file.is_file() or (url.fragment and unquote(url.fragment) not in marks):
            dead.append(link)
    assert dead == []


def test_stamp(visit):
    version = re.search(r'__version__ = "(.+)"', (ROOT / "rnncourse/__init__.py").read_text())[1]
    torch = re.search(r"^torch==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)[1]
    assert f"version {version}" in visit.footer
    assert f"torch {torch}" in visit.footer


@pytest.mark.parametrize("name", PAGES)
def test_opens_from_a_folder(name, site, browser):
    visit = Visit(name)
    page = browser.new_page(viewport=PHONE)
    watch(page, visit)
    page.goto((site / f"{name}.html").as_uri())
    page.evaluate(LOAD_ALL)
    page.close()
    assert visit.errors == []
    assert [url for url in visit.requests if not url.startswith((site.as_uri(), "data:"))] == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_chapter(name, address, browser):
    """Numbers, the line of facts, the download and what is read aloud."""
    page = browser.new_page(viewport=DESK)
    page.goto(f"{address}{name}.html")
    number = page.inner_text("h1 .section-number").strip()
    assert number == str(int(Path(name).name[:2]))
    captions = page.locator("figcaption .caption-number").all_inner_texts()
    assert captions == [f"Figure {number}.{i + 1} " for i in range(len(captions))]
    assert captions
    for label in page.locator(".eqno").all_inner_texts():
        assert re.match(rf"\({number}\.\d+\)", label), label
    facts = page.inner_text(".facts")
    run = json.loads((ROOT / f"{name}.ipynb").read_text())["metadata"].get("rnncourse", {})
    assert "minutes to read" in facts
    assert not run or f"ran in {run['seconds']:.0f} s" in facts
    with page.expect_download() as download:
        page.click(".facts a[download]")
    assert download.value.suggested_filename == f"{Path(name).name}.ipynb"
    original = json.loads((ROOT / f"{name}.ipynb").read_text())
    assert json.loads(Path(download.value.path()).read_text()) == original
    formulas = page.locator(".katex").count()
    assert page.locator(".katex > .katex-mathml math annotation").count() == formulas
    assert page.locator(".katex > .katex-html[aria-hidden=true]").count() == formulas
    page.close()


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_search(scheme, site, address, browser):
    base = address if scheme == "http" else site.as_uri() + "/"
    page = browser.new_page(viewport=DESK)
    page.goto(f"{base}{TOC['root']}.html")
    page.fill("#sidebar input", "perplexity")
    page.press("#sidebar input", "Enter")
    page.wait_for_selector("ul.search li a")
    page.wait_for_function("document.querySelector('.search-summary').textContent")
    found = page.eval_on_selector_all("ul.search li a", "(all) => all.map((a) => a.href)")
    assert any("book/glossary.html" in link for link in found)
    page.goto(f"{base}search.html?q=qwertzuiop")
    page.wait_for_function("document.querySelector('.search-summary').textContent")
    assert page.locator("ul.search li").count() == 0
    page.close()


def test_colours(address, browser):
    def paper(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{address}{CHAPTERS[0]}.html")
    light = paper(page)
    page.click("#colours")
    dark = paper(page)
    assert dark != light
    page.goto(f"{address}{CHAPTERS[1]}.html")
    assert paper(page) == dark, "the choice is forgotten on the next page"
    context.close()
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{address}{CHAPTERS[0]}.html")
    assert paper(page) == dark, "the system's choice is not followed"
    page.close()


def test_phone_menu_and_keyboard(address, browser):
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{address}{TOC['root']}.html")
    assert not page.is_visible("#sidebar")
    page.click("#menu")
    page.click(f"#sidebar a[href*='{Path(CHAPTERS[-1]).name}']")
    page.wait_for_url(f"**/{CHAPTERS[-1]}.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Escape")
    assert not page.is_visible("#sidebar")
    page.close()


def test_copy_button(address, browser):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}{NOTEBOOKS[0]}.html")
    code = page.locator(".cell_input pre").first
    code.hover()
    page.locator(".cell_input .copybtn").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == code.inner_text().strip()
    context.close()


def test_without_scripts(address, browser):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(f"{address}{TOC['root']}.html")
    assert page.is_visible("h1")
    assert page.is_visible("#sidebar nav")
    context.close()


def test_first_address(address, browser):
    page = browser.new_page()
    page.goto(address)
    page.wait_for_url(f"**/{TOC['root']}.html")
    page.close()


def test_no_path_of_this_machine(site):
    for file in site.rglob("*"):
        if file.suffix in {".html", ".js", ".css", ".svg", ".ipynb", ".md"}:
            text = file.read_text()
            for path in (str(ROOT), str(Path.home()) + os.sep, str(site)):
                assert path not in text, file.name


@pytest.fixture
def small_book(tmp_path) -> Path:
    """A book of one page and one notebook, with this book's settings."""
    source = tmp_path / "source"
    (source / "book").mkdir(parents=True)
    for shared in ("_config.yml", "requirements.lock", "rnncourse", "book/_ext", "book/_static",
                   "book/_templates", "book/_vendor", "book/references.bib"):  # fmt: skip
        (source / shared).symlink_to(ROOT / shared)
    (source / "_toc.yml").write_text("format: jb-book\nroot: book/index\nchapters:\n- file: nb\n")
    (source / "book" / "index.md").write_text("# Small\n\nA formula, $x^2$.\n")
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A notebook"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (source / "nb.ipynb").write_text(json.dumps(notebook))
    return source


HOSTING = re.compile(r"https://[^\"]*(?:github|colab|mybinder)[^\"]*")


def test_hosting_links_come_from_one_setting(small_book, tmp_path):
    setting = ["--repository", "https://github.com/someone/course"]
    run = build(tmp_path / "built", "--source", small_book, *setting)
    assert run.returncode == 0, run.stderr
    found = HOSTING.findall((tmp_path / "built/html/nb.html").read_text())
    assert found == [
        "https://github.com/someone/course/blob/HEAD/nb.ipynb",
        "https://github.com/someone/course/edit/HEAD/nb.ipynb",
        "https://colab.research.google.com/github/someone/course/blob/HEAD/nb.ipynb",
        "https://mybinder.org/v2/gh/someone/course/HEAD?labpath=nb.ipynb",
    ]


def test_a_mistake_fails_the_build(small_book, tmp_path):
    index = small_book / "book" / "index.md"
    index.write_text("# Small\n\nA formula, $\\nosuchcommand$, and {numref}`no-such-figure`.\n")
    for _ in range(2):  # and the next build, which finds its pages made
        run = build(tmp_path / "built", "--source", small_book)
        assert run.returncode == 1
        assert "nosuchcommand" in run.stderr
        assert "no-such-figure" in run.stderr


def test_no_hosting_link_while_it_is_unset(site):
    config = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
    if config["course_repository_url"]:
        pytest.skip("this fork has set course_repository_url")
    for name in PAGES:
        assert 'class="hosting"' not in (site / f"{name}.html").read_text(), name
