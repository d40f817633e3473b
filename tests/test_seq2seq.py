"""The decoder at its steps, the mask, and what padding must not do."""

import pytest
import torch
from torch import nn

from rnncourse.data.translation import batches, numbers, vocabularies
from rnncourse.decoding import greedy
from rnncourse.models.seq2seq import Seq2Seq, real_steps, translation_loss, writer
from rnncourse.probes.invariants import check_batch, check_padding
from rnncourse.training import fit

KINDS = ("none", "additive", "dot")
LENGTHS = torch.tensor([6, 2, 4])


def small(attend, seed=0):
    torch.manual_seed(seed)
    return Seq2Seq(9, 7, D=4, H=6, attend=attend)


def sources(seed=0, B=3, S=6):
    return torch.randint(9, (B, S), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("attend", KINDS)
def test_padding_of_the_source_does_not_matter(attend):
    model, y = small(attend), torch.tensor([[1, 2, 3], [1, 4, 4], [1, 0, 5]])
    check_padding(lambda x, lengths: model(x, lengths, y)[0].flatten(1), LENGTHS, sources())


@pytest.mark.parametrize("attend", KINDS)
def test_padding_of_the_target_does_not_matter(attend):
    model, x, x_lengths = small(attend), sources(), LENGTHS
    y = torch.randint(7, (3, 6), generator=torch.Generator().manual_seed(1))

    def loss(y, lengths):  # START counts as a symbol of y, and is not predicted
        return translation_loss(model, (x, x_lengths, y, lengths - 1))

    check_padding(loss, torch.tensor([6, 3, 4]), y)


@pytest.mark.parametrize("attend", KINDS)
def test_sequences_do_not_feel_their_neighbours(attend):
    model, y = small(attend), torch.ones(3, 4, dtype=torch.long)
    check_batch(lambda x, n, y: model(x, n, y)[0], sources(), LENGTHS, y)


@pytest.mark.parametrize("attend", KINDS)
def test_a_score_depends_on_nothing_that_comes_later(attend):
    model = small(attend)
    y = torch.randint(7, (3, 5), generator=torch.Generator().manual_seed(2))
    other = y.clone()
    other[:, 3:] = (y[:, 3:] + 1) % 7
    before, after = (model(sources(), LENGTHS, part)[0] for part in (y, other))
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


@pytest.mark.parametrize("attend", ["additive", "dot"])
def test_weights_are_a_mean_over_the_source(attend):
    _, weights = small(attend)(sources(), LENGTHS, torch.ones(3, 4, dtype=torch.long))
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 4))
    assert (weights[~real_steps(LENGTHS, 6)[:, None].expand_as(weights)] == 0).all()


def test_without_attention_only_the_last_state_is_seen():
    model = small("none")
    states, last, mask = model.encoder(sources(), LENGTHS)
    h, y = torch.zeros(3, 6), torch.ones(3, dtype=torch.long)
    before = model.decoder(y, h, (states, last, mask))[0]
    torch.testing.assert_close(before, model.decoder(y, h, (0 * states, last, mask))[0])
    assert not torch.allclose(before, model.decoder(y, h, (states, 0 * last, mask))[0])


def test_one_step_by_hand():
    model = small("dot")
    states, last, _ = memory = model.encoder(sources(), LENGTHS)
    y = torch.tensor([1, 2, 3])
    scores, h, weights = model.decoder(y, last, memory)
    for b, n in enumerate(LENGTHS.tolist()):
        w = (states[b, :n] @ last[b] / 6**0.5).softmax(0)
        context = w @ states[b, :n]
        z = torch.cat([model.decoder.embedding(y[b]), context])
        new = model.decoder.cell(z[None], last[b][None])[0]
        torch.testing.assert_close(weights[b, :n], w)
        torch.testing.assert_close(h[b], new)
        torch.testing.assert_close(scores[b], model.decoder.head(torch.cat([new, context])))


@pytest.mark.parametrize("attend", KINDS)
def test_writing_one_by_one_is_what_was_trained(attend):
    model = small(attend).eval()
    found = greedy(*writer(model, sources(), LENGTHS), 1, 2, 5)
    for b, f in enumerate(found):
        y = torch.tensor([[1, *f.symbols[:-1]]])
        log_p = model(sources()[b : b + 1], LENGTHS[b : b + 1], y)[0].log_softmax(-1)[0]
        assert log_p.argmax(-1).tolist() == list(f.symbols)
        assert abs(log_p.max(-1).values.sum().item() - f.log_prob) < 1e-4


@pytest.mark.parametrize("attend", KINDS)
def test_learns_a_handful_by_heart(attend):
    pairs = numbers(16, digits=(1, 3), seed=0)
    source, target = vocabularies(pairs)
    torch.manual_seed(0)
    model = Seq2Seq(len(source), len(target), D=16, H=32, attend=attend)
    fit(
        model,
        lambda s: batches(pairs, source, target, seed=s),
        translation_loss,
        epochs=150,
        lr=1e-2,
    )
    x, n, y, m = next(batches(pairs, source, target))
    found = greedy(*writer(model, x, n), *target.encode("^$").tolist(), 12)
    wanted = [tuple(row[1 : k + 1].tolist()) for row, k in zip(y, m.tolist(), strict=True)]
    assert [f.symbols for f in found] == wanted


def test_complains():
    with pytest.raises(ValueError, match="attend"):
        Seq2Seq(3, 3, attend="all")
    with pytest.raises(ValueError, match="lengths"):
        small("none")(sources(), LENGTHS[:2], torch.ones(3, 2, dtype=torch.long))


def test_gradients_reach_every_parameter():
    for attend in KINDS:
        model = small(attend)
        y = torch.randint(7, (3, 5), generator=torch.Generator().manual_seed(2))
        translation_loss(model, (sources(), LENGTHS, y, torch.tensor([4, 2, 3]))).backward()
        for name, p in model.named_parameters():
            assert isinstance(p, nn.Parameter) and p.grad is not None and p.grad.any(), name
