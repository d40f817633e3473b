"""Time the course's layers against torch.nn: `make bench`.

Forward and backward, one thread; also the memory that autograd keeps for the
way back, where there is autograd. The layers take turns, so that whatever else
the machine does hits all of them alike, and the median over many turns counts.
Prints a table and writes it, with the machine's particulars, to results.json.
"""

import json
import platform
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_info
from torch import nn
from tqdm import tqdm

from rnncourse.models.bptt import rnn_backward
from rnncourse.models.by_hand import GRUByHand, LSTMByHand
from rnncourse.models.gru import GRU
from rnncourse.models.lstm import LSTM
from rnncourse.models.per_gate import GRUPerGate, LSTMPerGate
from rnncourse.models.rnn import RNN, rnn_forward
from rnncourse.probes.cost import kept_bytes

SIZES = {"S": (32, 32, 28, 32), "M": (32, 128, 64, 128), "L": (16, 512, 64, 256)}  # B, T, D, H


class LSTMWithoutOneDNN(nn.LSTM):
    """The library's LSTM on PyTorch's own loop, as its RNN and GRU are on a processor."""

    def forward(self, *inputs: Any) -> Any:
        with torch.backends.mkldnn.flags(enabled=False):
            return super().forward(*inputs)


LAYERS: dict[str, Callable[[int, int], nn.Module]] = {
    "nn.RNN": lambda D, H: nn.RNN(D, H, batch_first=True),
    "RNN": RNN,
    "nn.GRU": lambda D, H: nn.GRU(D, H, batch_first=True),
    "GRU per gate": GRUPerGate,
    "GRU": GRU,
    "GRU by hand": GRUByHand,
    "nn.LSTM": lambda D, H: nn.LSTM(D, H, batch_first=True),
    "nn.LSTM without oneDNN": lambda D, H: LSTMWithoutOneDNN(D, H, batch_first=True),
    "LSTM per gate": LSTMPerGate,
    "LSTM": LSTM,
    "LSTM by hand": LSTMByHand,
}
BY_HAND = "RNN by hand"
PRODUCTS = {"RNN products": 1, "GRU products": 3, "LSTM products": 4}
REFERENCES = ("nn.RNN", "nn.GRU", "nn.LSTM", "nn.LSTM without oneDNN")
TURNS, WARM_UP = 40, 3


def there_and_back(layer: nn.Module) -> Callable[[torch.Tensor], None]:
    """Return a function that runs ``layer`` and autograd's way back."""

    def run(x: torch.Tensor) -> None:
        layer.zero_grad()
        layer(x)[0].sum().backward()

    return run


def by_hand(layer: nn.RNN) -> Callable[[torch.Tensor], None]:
    """Return a function that does the same with NumPy and our own backward pass."""
    W_xh, W_hh, b_ih, b_hh = (p.detach().numpy() for p in layer.parameters())

    def run(x: torch.Tensor) -> None:
        inputs, h = x.numpy(), np.zeros((len(x), len(W_hh)), dtype=np.float32)
        states, _ = rnn_forward(inputs, h, W_xh, W_hh, b_ih + b_hh)
        rnn_backward(np.ones_like(states), inputs, h, states, W_xh, W_hh)

    return run


def products_alone(size: tuple[int, int, int, int], gates: int) -> Callable[[torch.Tensor], None]:
    """Return a function that takes a layer's products and does nothing else.

    No program that leaves them to NumPy can take less.
    """
    (B, T, D, H), rng = size, np.random.default_rng(0)
    sizes = (T, B, H), (T, B, gates * H), (gates * H, D), (gates * H, H)
    h, d, W_xh, W_hh = (rng.standard_normal(s, dtype=np.float32) for s in sizes)
    rows = d.reshape(T * B, -1)

    def run(x: torch.Tensor) -> None:
        flat = x.numpy().reshape(T * B, D)
        flat @ W_xh.T
        for h_t, d_t in zip(h, d, strict=True):
            h_t @ W_hh.T
            d_t @ W_hh
        rows.T @ flat
        rows.T @ h.reshape(T * B, H)

    return run


def measure(size: tuple[int, int, int, int]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median milliseconds of each layer at one size, and the megabytes kept."""
    B, T, D, H = size
    torch.manual_seed(0)
    x = torch.randn(B, T, D)
    layers = {name: make(D, H) for name, make in LAYERS.items()}
    kept = {name: kept_bytes(lambda m=m: m(x)) / 2**20 for name, m in layers.items()}
    runs = {name: there_and_back(layer) for name, layer in layers.items()}
    runs[BY_HAND] = by_hand(layers["nn.RNN"])
    runs |= {name: products_alone(size, gates) for name, gates in PRODUCTS.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in tqdm(range(WARM_UP + TURNS), desc=str(size), leave=False):
        # In random order: who runs after whom matters to the processor's caches.
        for name in random.sample(list(runs), len(runs)):
            start = time.perf_counter()
            runs[name](x)
            times[name].append(time.perf_counter() - start)
    return {name: 1e3 * statistics.median(t[WARM_UP:]) for name, t in times.items()}, kept


def processor() -> str:
    """Return the processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    names = (
        [line for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    return names[0].split(":")[1].strip() if names else platform.processor()


def main() -> None:
    """Measure, print, write."""
    torch.set_num_threads(1)
    results = {}
    for label, size in SIZES.items():
        ms, kept = measure(size)
        ratios = {to: {name: value / ms[to] for name, value in ms.items()} for to in REFERENCES}
        results[label] = {
            "size": size,
            "milliseconds": ms,
            "ratio_to": ratios,
            "megabytes_kept": kept,
        }
        columns = "".join(f"{to:>24}" for to in REFERENCES)
        print(f"\n(B, T, D, H) = {size}\n{'':<24}{'ms':>8}{columns}")
        for name, value in ms.items():
            columns = "".join(f"{ratios[to][name]:>23.2f}×" for to in REFERENCES)
            print(f"{name:<24}{value:>8.2f}{columns}", flush=True)
    machine = {
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        # The instructions each uses: NumPy's library goes by the processor's name.
        "kernels": {
            "torch": torch.backends.cpu.get_cpu_capability(),
            "numpy": [i.get("architecture") for i in threadpool_info() if i["user_api"] == "blas"],
        },
        "turns": TURNS,
    }
    print(f"\ninstructions: {machine['kernels']}")
    out = Path(__file__).with_name("results.json")
    rounded = json.loads(json.dumps(results), parse_float=lambda s: round(float(s), 3))
    out.write_text(json.dumps({"machine": machine, "layers": rounded}, indent=2) + "\n")


if __name__ == "__main__":
    main()
