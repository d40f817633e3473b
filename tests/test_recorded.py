"""The recorded experiments: the record is of the code that is here, and complete."""

import math

import numpy as np
import pytest
import torch

from rnncourse import recorded as package
from rnncourse.recorded import CODE, code_hash, language, recall, recorded


@pytest.mark.parametrize("name", CODE)
def test_a_record_is_of_the_code_that_is_here(name):
    record = recorded(name)
    assert record["code"] == code_hash(name), (
        f"{name}: the code has changed since; run `python benchmarks/record.py {name}`"
    )
    assert record["machine"]["torch"]


def test_every_size_was_run():
    points = recorded("recall")["points"]
    for kind, sizes in recall.SIZES.items():
        for size in sizes:
            for pairs in recall.PAIRS:
                runs = [
                    p for p in points if (p["kind"], p["size"], p["pairs"]) == (kind, size, pairs)
                ]
                assert len({p["seed"] for p in runs}) >= 2
                assert all(0 <= p["accuracy"] <= 1 for p in runs)
    points = recorded("language")["points"]
    for kind, sizes in language.SIZES.items():
        for features, layers in sizes:
            runs = [p for p in points if (p["kind"], p["features"]) == (kind, features)]
            assert len({(p["seed"], p["rate"]) for p in runs}) >= 2
            model = language.language_model(kind, features, layers, 67)
            assert {p["parameters"] for p in runs} == {sum(p.numel() for p in model.parameters())}


def test_hash_sees_code_and_not_words(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.setattr(package, "FOLDER", tmp_path / "here")
    monkeypatch.setitem(package.CODE, "made up", ["a.py"])

    def hashed(text: str) -> str:
        (tmp_path / "a.py").write_text(text, encoding="utf-8")
        return code_hash("made up")

    plain = hashed("def f(x):\n    return x + 1\n")
    assert (
        hashed('"""Words."""\n\n\ndef f(x):\n    """More."""\n    return (x + 1)  # why\n') == plain
    )
    assert hashed("def f(x):\n    return x + 2\n") != plain


def test_unknown_record_is_named():
    with pytest.raises(ValueError, match="name is 'speech'; expected one of 'language', "):
        recorded("speech")


def test_recall_point_is_repeatable_and_better_than_guessing():
    runs = [recall.recall_point("attention", 16, 4, 3, steps=200, progress=False) for _ in range(2)]
    for run in runs:
        run.pop("seconds")
    assert runs[0] == runs[1]
    assert runs[0]["accuracy"] > 0.5 and runs[0]["state"] == 128


def test_bits_by_place_of_a_model_that_knows_nothing():
    class Even(torch.nn.Module):
        def forward(self, x):
            return torch.zeros(*x.shape, 8), None

    bits = language.bits_by_place(Even(), np.arange(2000) % 8)
    assert bits == pytest.approx(math.log2(8), abs=1e-5)
