"""One model that learns to recall pairs, by the size of its state and their number."""

from collections.abc import Iterator
from time import process_time
from typing import Any

import torch
from torch import Tensor, nn

from rnncourse.checks import choice
from rnncourse.data.tasks import associative_recall
from rnncourse.models.transformer import Block
from rnncourse.training import fit

K, B = 64, 64  # symbols, batch
PAIRS = (4, 8, 16)
SIZES = {"LSTM": [32, 64, 128, 256], "attention": [16, 32, 64]}
STEPS = {"LSTM": 6000, "attention": 600}


class Reader(nn.Module):
    """Embeddings of key and value side by side, one layer, and a read-out.

    Parameters
    ----------
    kind : str
        "LSTM", or "attention" for one block with one head and no positions.
    size : int
        H, or the number of features D.
    """

    def __init__(self, kind: str, size: int):
        super().__init__()
        attends = choice(kind, "kind", tuple(SIZES)) == "attention"
        half = size // 2 if attends else 32
        self.key, self.value = nn.Embedding(K, half), nn.Embedding(K + 1, half)
        self.layer = Block(size, 1) if attends else nn.LSTM(2 * half, size, batch_first=True)
        self.head = nn.Linear(size, K)

    def forward(self, x: Tensor) -> Tensor:
        """Read (B, T, 2) and give logits (B, T, K)."""
        z = torch.cat([self.key(x[..., 0]), self.value(x[..., 1])], -1)  # (B, T, D)
        return self.head(self.layer(z)[0])


def answers_loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Mean loss of the answers, in nats."""
    x, y = batch
    return nn.functional.cross_entropy(model(x)[:, -y.shape[1] :].transpose(1, 2), y)


def recall_point(
    kind: str, size: int, pairs: int, seed: int, steps: int, progress: bool = True
) -> dict[str, Any]:
    """Train one model on fresh sequences at every step, and test it on 2,000 others.

    Parameters
    ----------
    kind : str
        "LSTM" or "attention".
    size : int
        H, or D.
    pairs : int
        How many pairs there are to keep.
    seed : int
        Decides weights and batches.
    steps : int
        Steps of training.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    dict
        The arguments; ``accuracy`` of the answers; ``state``, the numbers that it keeps
        when the questions begin; ``seconds`` of processor time for the training.
    """
    torch.manual_seed(seed)
    model = Reader(kind, size)

    def batches(s: int) -> Iterator[tuple[Tensor, Tensor]]:
        generator = torch.Generator().manual_seed(s)
        for _ in range(100):
            yield associative_recall(B, pairs, K, generator)

    begun = process_time()
    fit(model, batches, answers_loss, epochs=steps // 100, lr=3e-3, seed=seed, progress=progress)
    seconds = process_time() - begun
    x, y = associative_recall(2000, pairs, K, torch.Generator().manual_seed(1_000_000 + seed))
    with torch.no_grad():
        right = (model(x)[:, -pairs:].argmax(-1) == y).double().mean()
    return {
        "kind": kind,
        "size": size,
        "pairs": pairs,
        "seed": seed,
        "steps": steps,
        "accuracy": round(float(right), 4),
        "state": 2 * size if kind == "LSTM" else 2 * size * pairs,
        "seconds": round(seconds, 1),
    }
