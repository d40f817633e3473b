"""A Transformer and an LSTM of equal size on the same text, for equal processor time."""

import math
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnncourse.checks import choice
from rnncourse.data.text import Vocabulary, king_james_bible
from rnncourse.models.rnn import SequenceModel
from rnncourse.models.transformer import GPT

B, T, LONG = 16, 64, 256  # an excerpt in training, and in the test
KINDS = ("LSTM", "Transformer")
RATES = {"LSTM": 2e-2, "Transformer": 1e-2}  # each the best of three in a run of 20 s
# A step of the LSTM takes about 0.4 times as long, so these are equal times.
STEPS = {"LSTM": (1250, 2500, 5000), "Transformer": (500, 1000, 2000)}


def race_model(kind: str, symbols: int) -> nn.Module:
    """Build one of the two, with about 110,000 parameters; it gives logits and its state."""
    if choice(kind, "kind", KINDS) == "Transformer":
        return GPT(symbols, 64, 4, 2, LONG, "rotary")
    return SequenceModel(nn.LSTM(64, 128, batch_first=True), symbols, symbols=symbols)


def race_text() -> tuple[Vocabulary, Tensor, Tensor]:
    """Return the symbols, the text to learn from, and its last twentieth, held out."""
    text = king_james_bible()
    vocabulary = Vocabulary.fit(text)
    ids = torch.from_numpy(vocabulary.encode(text))
    cut = int(0.95 * len(ids))
    return vocabulary, ids[:cut], ids[cut:]


def stretches_of(ids: Tensor, count: int, length: int, rng: np.random.Generator) -> Tensor:
    """Cut stretches from anywhere in the text, shape (count, length + 1)."""
    begin = rng.integers(0, len(ids) - length, (count, 1))
    return ids[begin + np.arange(length + 1)]


def race_train(kind: str, seed: int, steps: int) -> tuple[nn.Module, float]:
    """Train for some steps, the rate rising for 50 and then falling along a cosine.

    Returns
    -------
    model, seconds
        The seconds are those of the processor.
    """
    vocabulary, learn, _ = race_text()
    torch.manual_seed(seed)
    model, rng = race_model(kind, len(vocabulary)), np.random.default_rng(seed)
    adam = torch.optim.Adam(model.parameters())
    begun = process_time()
    for step in range(steps):
        rate = min(step / 50, 0.525 + 0.475 * math.cos(math.pi * step / steps))
        adam.param_groups[0]["lr"] = RATES[kind] * rate
        batch = stretches_of(learn, B, T, rng)
        logits, _ = model(batch[:, :-1])
        loss = cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
    return model.eval(), process_time() - begun


@torch.no_grad()
def bits_by_place(model: nn.Module, ids: Tensor) -> np.ndarray:
    """Bits for each of 256 places in a stretch of text, the mean over 192 stretches."""
    total = torch.zeros(LONG)
    for batch in stretches_of(ids, 192, LONG, np.random.default_rng(0)).split(16):
        logits, _ = model(batch[:, :-1])
        losses = cross_entropy(logits.transpose(1, 2), batch[:, 1:], reduction="none")
        total += losses.sum(0) / 192 / math.log(2)
    return total.numpy()


@torch.no_grad()
def write_on(model: nn.Module, start: Tensor, length: int, seed: int = 0) -> list[int]:
    """Draw one symbol after the other, each from what the model says after the last 64."""
    generator, ids = torch.Generator().manual_seed(seed), start.tolist()
    for _ in range(length):
        logits, _ = model(torch.tensor([ids[-T:]]))
        ids.append(int(torch.multinomial(logits[0, -1].softmax(-1), 1, generator=generator)))
    return ids


def race_point(kind: str, seed: int, steps: int, progress: bool = False) -> dict[str, Any]:
    """Train one model, test it, and let it write.

    Parameters
    ----------
    kind : str
        "LSTM" or "Transformer".
    seed : int
        Decides weights and excerpts.
    steps : int
        Batches of 16 excerpts of 64 characters.
    progress : bool
        Not used: a run is short.

    Returns
    -------
    dict
        The arguments; ``parameters``; ``bits`` a character at the 64 places of
        training, held out; ``places``, the bits at each 32 of 256 places;
        ``seconds`` of the processor; ``sample``, 300 characters of its own.
    """
    model, seconds = race_train(kind, seed, steps)
    vocabulary, _, held_out = race_text()
    places = bits_by_place(model, held_out)
    start = torch.from_numpy(vocabulary.encode("And the "))
    return {
        "kind": kind,
        "seed": seed,
        "steps": steps,
        "parameters": sum(p.numel() for p in model.parameters()),
        "bits": round(float(places[:T].mean()), 4),
        "places": [round(float(p), 4) for p in places.reshape(-1, 32).mean(1)],
        "seconds": round(seconds, 1),
        "sample": vocabulary.decode(write_on(model, start, 300)),
    }
