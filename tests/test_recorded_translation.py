"""The recorded runs of translation belong to this code, and one of them can be run."""

import pytest

from rnncourse.decoding import Found
from rnncourse.recorded import code_hash, recorded
from rnncourse.recorded import translation as runs


def test_the_record_is_of_this_code_and_whole():
    record = recorded("translation")
    assert record["code"] == code_hash("translation")
    kinds = [(p["attend"], p["H"], p["steps"], p["reverse"], p["seed"]) for p in record["points"]]
    assert len(set(kinds)) == len(kinds) == 48
    for point in record["points"]:
        assert len(point["tested"]) == len(point["right"]) == 14
        assert all(0 <= r <= t for r, t in zip(point["right"], point["tested"], strict=True))


def test_a_translation_is_right_to_the_last_symbol_or_not_at_all():
    _, test, _, french = runs.lessons(2)
    wanted = tuple(french.encode([*test[0][1], "$"]).tolist())
    cases = [wanted, wanted[:-1], (*wanted[:-1], wanted[-1] + 1), (*wanted, wanted[-1])]
    found = [Found(0.0, 0.0, symbols) for symbols in cases]
    assert runs.is_right(found, [test[0]] * 4, french) == [True, False, False, False]


def test_tests_are_distinct_and_no_lesson():
    train, test, _, _ = runs.lessons(2)
    sources = {tuple(source) for source, _ in test}
    assert len(train) == 2 * runs.B
    assert len(sources) == len(test)
    assert not sources & {tuple(source) for source, _ in train}


@pytest.mark.parametrize("reverse", [False, True])
def test_a_point_is_the_same_again(reverse):
    first, second = (runs.translation_point("dot", 8, 3, seed=1, reverse=reverse) for _ in range(2))
    first.pop("seconds"), second.pop("seconds")
    assert first == second
    assert sum(first["tested"]) == len(runs.lessons(3)[1])
