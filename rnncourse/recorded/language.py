"""One language model of a given size, trained on the same text for the same steps."""

import math
from collections.abc import Iterator
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnncourse.checks import choice
from rnncourse.data.text import Vocabulary, king_james_bible
from rnncourse.models.rnn import SequenceModel
from rnncourse.models.transformer import GPT
from rnncourse.training import fit

B, T, STAGES, STEPS = 16, 256, 12, 50  # steps: in a stage
TRAIN, VALID = 0.9, 0.95  # the text up to here; what is left is the test
SIZES: dict[str, list[tuple[int, int]]] = {  # features, layers
    "LSTM": [(32, 1), (64, 1), (128, 1), (256, 1), (448, 1)],
    "Transformer": [(32, 2), (48, 2), (64, 3), (96, 3), (128, 4)],
}


def language_model(kind: str, features: int, layers: int, symbols: int) -> nn.Module:
    """Build an LSTM or a Transformer that gives logits (B, T, symbols) and its state."""
    if choice(kind, "kind", tuple(SIZES)) == "Transformer":
        return GPT(symbols, features, features // 16, layers, T, "rotary")
    layer = nn.LSTM(64, features, layers, batch_first=True)
    return SequenceModel(layer, symbols, symbols=symbols)


def stretches(ids: np.ndarray, count: int, seed: int) -> Iterator[Tensor]:
    """Yield batches of B stretches of T + 1 symbols from anywhere in the text."""
    rng = np.random.default_rng(seed)
    for begin in rng.integers(0, len(ids) - T, (count, B, 1)):
        yield torch.from_numpy(ids[begin + np.arange(T + 1)])


def next_symbol_loss(model: nn.Module, batch: Tensor) -> Tensor:
    """Mean loss of the next symbol, in nats."""
    logits, _ = model(batch[:, :-1])
    return nn.functional.cross_entropy(logits.transpose(1, 2), batch[:, 1:])


def bits_by_place(model: nn.Module, ids: np.ndarray, seed: int = 0) -> np.ndarray:
    """Bits for each of T places in a stretch of text, mean over 512 stretches, shape (T,)."""
    total = torch.zeros(T)
    with torch.no_grad():
        for batch in stretches(ids, 32, seed):
            logits, _ = model(batch[:, :-1])
            losses = nn.functional.cross_entropy(
                logits.transpose(1, 2), batch[:, 1:], reduction="none"
            )  # (B, T)
            total += losses.mean(0) / math.log(2) / 32
    return total.numpy()


def language_point(
    kind: str, features: int, layers: int, seed: int, rate: float, progress: bool = True
) -> dict[str, Any]:
    """Train one model for 600 steps and test it.

    Parameters
    ----------
    kind : str
        "LSTM" or "Transformer".
    features, layers : int
        H and L, or D and L.
    seed : int
        Decides weights and batches.
    rate : float
        Learning rate of Adam in the second stage; it falls to zero along a cosine, stage
        by stage, and the first stage has a third of it.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    dict
        The arguments; ``parameters``; ``valid`` and ``test``, bits per character;
        ``early`` and ``late``, test bits at the first 32 and last 128 of 256 places;
        ``seconds`` of processor time for the training.
    """
    text = king_james_bible()
    vocabulary = Vocabulary.fit(text)
    train, valid, test = np.split(
        vocabulary.encode(text), [int(TRAIN * len(text)), int(VALID * len(text))]
    )
    torch.manual_seed(seed)
    model = language_model(kind, features, layers, len(vocabulary))
    adam = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    begun = process_time()
    for stage in range(STAGES):
        share = 1 / 3 if stage == 0 else (1 + math.cos(math.pi * stage / STAGES)) / 2
        adam.param_groups[0]["lr"] = rate * share
        batches = lambda s: stretches(train, STEPS, s)  # noqa: E731
        fit(
            model,
            batches,
            next_symbol_loss,
            epochs=1,
            optimiser=adam,
            seed=100 * seed + stage,
            progress=progress,
        )
    seconds = process_time() - begun
    places = bits_by_place(model, test)
    return {
        "kind": kind,
        "features": features,
        "layers": layers,
        "seed": seed,
        "rate": rate,
        "parameters": sum(p.numel() for p in model.parameters()),
        "valid": round(float(bits_by_place(model, valid).mean()), 4),
        "test": round(float(places.mean()), 4),
        "early": round(float(places[:32].mean()), 4),
        "late": round(float(places[128:].mean()), 4),
        "seconds": round(seconds, 1),
    }
