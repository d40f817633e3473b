"""A chapter has the number of its file: 12 for notebooks/12-attention, whatever precedes it."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector

count_chapters = Collector.assign_section_numbers


def number_by_file(self: Collector, env: BuildEnvironment) -> list[str]:
    """Number the sections as Sphinx does, then give each chapter its file's number.

    Figures and formulas are numbered after this, so they follow.
    """
    before = env.toc_secnumbers
    count_chapters(self, env)
    for name, sections in env.toc_secnumbers.items():
        match = re.match(r"notebooks/(\d+)-", name)
        if match is None:
            continue
        chapter = int(match[1])
        for anchor, number in sections.items():
            sections[anchor] = number and (chapter, *number[1:])
        for node in [env.titles[name], *env.tocs[name].findall(nodes.reference)]:
            if node.get("secnumber"):
                node["secnumber"] = (chapter, *node["secnumber"][1:])
    return [name for name, new in env.toc_secnumbers.items() if new != before.get(name)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, whose collector has no other place to hook in."""
    Collector.assign_section_numbers = number_by_file
    return {"parallel_read_safe": True}
