"""A hidden chain seen through noise: a tagging task whose best score is known exactly.

The state stays with probability ``stay`` and else moves to one of the others;
the symbol seen at each step is the state with probability ``clear`` and else
one of the others.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from rnncourse.checks import positive, shape


@dataclass(frozen=True)
class HiddenChain:
    """A hidden Markov chain over K states with K symbols.

    Attributes
    ----------
    states : int
        K, at least 2.
    stay, clear : float
        Probabilities, strictly between 0 and 1.

    Raises
    ------
    ValueError
        If an attribute is out of range.
    """

    states: int = 4
    stay: float = 0.85
    clear: float = 0.6

    def __post_init__(self) -> None:
        positive(self.states, "states", at_least=2)
        for name in ("stay", "clear"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)!r}; expected 0 < {name} < 1")

    def _matrix(self, same: float) -> Tensor:
        K = self.states
        other = torch.full((K, K), (1 - same) / (K - 1), dtype=torch.float64)
        return other.fill_diagonal_(same)

    @property
    def transition(self) -> Tensor:
        """Probability of the next state (column) given this one (row), shape (K, K)."""
        return self._matrix(self.stay)

    @property
    def emission(self) -> Tensor:
        """Probability of a symbol (column) given the state (row), shape (K, K)."""
        return self._matrix(self.clear)

    def sample(
        self, batch: int, steps: int, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Draw symbols seen and states hidden, both int64 of shape (B, T).

        Parameters
        ----------
        batch, steps : int
            B sequences of T steps.
        generator : torch.Generator, optional
            Source of randomness; torch's own if not given.

        Raises
        ------
        ValueError
            If a size is not an integer of at least 1.
        """
        B, T = positive(batch, "batch"), positive(steps, "steps")
        moved = torch.rand(B, T, generator=generator) >= self.stay
        jump = torch.randint(1, self.states, (B, T), generator=generator) * moved
        jump[:, 0] = torch.randint(self.states, (B,), generator=generator)
        hidden = jump.cumsum(1) % self.states
        wrong = torch.rand(B, T, generator=generator) >= self.clear
        noise = torch.randint(1, self.states, (B, T), generator=generator) * wrong
        return (hidden + noise) % self.states, hidden

    def posterior(self, seen: Tensor, ahead: int | None = None) -> Tensor:
        """Return p(state at t | symbols up to t + ahead), for every t.

        Parameters
        ----------
        seen : torch.Tensor
            Symbols, int64 of shape (B, T).
        ahead : int, optional
            Steps of the future that may be used: 0 filters; the whole
            sequence if not given (forward-backward; Rabiner, 1989).

        Returns
        -------
        torch.Tensor
            Probabilities, float64, shape (B, T, K).

        Raises
        ------
        ValueError
            If ``seen`` has no step or ``ahead`` is negative.
        """
        _, T = shape(seen, "seen", "B T")
        positive(T, "the number of time steps of seen")
        ahead = T if ahead is None else positive(ahead, "ahead", at_least=0)
        likely = self.emission.T[seen]  # (B, T, K)
        forward = [likely[:, 0] / likely[:, 0].sum(-1, keepdim=True)]
        for t in range(1, T):
            belief = forward[-1] @ self.transition * likely[:, t]
            forward.append(belief / belief.sum(-1, keepdim=True))
        after = torch.ones_like(likely)
        for _ in range(min(ahead, T - 1)):  # one more step of the future for every t
            told = (likely * after)[:, 1:] @ self.transition.T
            after[:, :-1] = told / told.sum(-1, keepdim=True)
        belief = torch.stack(forward, 1) * after
        return belief / belief.sum(-1, keepdim=True)
