"""The race of chapter 13: what decides a run, and that its record is whole."""

import numpy as np
import pytest
import torch

from rnncourse.recorded import code_hash, recorded
from rnncourse.recorded.race import KINDS, STEPS, T, race_text, race_train, write_on


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides_a_run(kind):
    same, again, other = (race_train(kind, seed, 3)[0] for seed in (1, 1, 2))
    for a, b, c in zip(same.parameters(), again.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c) or a.unique().numel() == 1
    start = race_text()[1][:5]
    assert write_on(same, start, T) == write_on(again, start, T)


def test_both_have_the_same_size():
    sizes = [sum(p.numel() for p in race_train(kind, 0, 1)[0].parameters()) for kind in KINDS]
    assert max(sizes) < 1.1 * min(sizes)


def test_the_record_is_whole_and_of_this_code():
    record = recorded("race")
    assert record["code"] == code_hash("race")
    seeds = {p["seed"] for p in record["points"]}
    runs = {(p["kind"], p["seed"], p["steps"]) for p in record["points"]}
    assert len(seeds) >= 2
    assert runs >= {(k, s, n) for k in KINDS for s in seeds for n in STEPS[k]}
    assert all(
        np.mean(p["places"][:2]) == pytest.approx(p["bits"], abs=1e-3) for p in record["points"]
    )
