"""Which answers look alike: names aside, with rapidfuzz, on this machine alone.

Short exercises have few right answers, so likeness is a reason to look and
never a proof. Exercises under forty tokens are left out.
"""

import io
import keyword
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Indel

from rnncourse.grading.extract import Submission

SHORTEST = 40  # tokens
_LAYOUT = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER)


@dataclass(frozen=True)
class Pair:
    """Two students and how alike their answers to one exercise are, from 0 to 1."""

    likeness: float
    function: str
    one: str
    other: str


def tokens(source: str) -> list[str]:
    """Return a program's tokens, every name and number replaced by its kind."""
    found: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in _LAYOUT:
                continue
            plain = token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING)
            known = keyword.iskeyword(token.string)
            found.append(tokenize.tok_name[token.type] if plain and not known else token.string)
    except (tokenize.TokenError, SyntaxError):
        pass  # as far as it goes
    return found


def pairs(
    submissions: Mapping[str, Submission], stubs: Mapping[str, str], at_least: float = 0.9
) -> list[Pair]:
    """Return the pairs of answers that are alike, the most alike first."""
    found = []
    for function, stub in stubs.items():
        texts = {s: tokens(sub.answers.get(function, "")) for s, sub in submissions.items()}
        students = [s for s, t in texts.items() if len(t) - len(tokens(stub)) >= SHORTEST]
        sequences = [texts[s] for s in students]
        likeness = process.cdist(
            sequences, sequences, scorer=Indel.normalized_similarity, score_cutoff=at_least
        )
        found += [
            Pair(float(likeness[i, j]), function, students[i], students[j])
            for i in range(len(students))
            for j in range(i + 1, len(students))
            if likeness[i, j] >= at_least
        ]
    return sorted(found, key=lambda p: (-p.likeness, p.function, p.one, p.other))
