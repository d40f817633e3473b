"""Other answers to the toy assignment: typical mistakes, and right ones."""

import numpy as np

from rnncourse.grading.exercise import alternative, mistake


@mistake("rnn_step", hint="The bias is missing from the pre-activation.")
def no_bias(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + h @ W_hh.T)


@mistake("rnn_step", hint="The previous state does not enter: where is `h`?")
def no_recurrence(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + b_h)


@mistake("rnn_step", hint="The pre-activation is returned: what follows it?")
def no_tanh(x_t, h, W_xh, W_hh, b_h):
    return x_t @ W_xh.T + h @ W_hh.T + b_h


@mistake("rnn_step", hint="`W_hh` has a row for each unit that receives: look at its transpose.")
def recurrent_matrix_not_transposed(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh.T + h @ W_hh + b_h)


@mistake("rnn_step", hint="The logistic function is not the one asked for.")
def sigmoid(x_t, h, W_xh, W_hh, b_h):
    return 1 / (1 + np.exp(-(x_t @ W_xh.T + h @ W_hh.T + b_h)))


@alternative("rnn_step")
def einsum(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(np.einsum("bd,hd->bh", x_t, W_xh) + np.einsum("bk,hk->bh", h, W_hh) + b_h)


@alternative("rnn_step")
def one_product(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(np.hstack([x_t, h]) @ np.hstack([W_xh, W_hh]).T + b_h)


@mistake("rnn_forward", hint="Your state is not carried from step to step.")
def state_not_carried(x, h, W_xh, W_hh, b_h):
    return np.stack([rnn_step(x[:, t], h, W_xh, W_hh, b_h) for t in range(x.shape[1])], axis=1)


@mistake("rnn_forward", hint="The states of all steps are asked for, not the last one alone.")
def last_state_only(x, h, W_xh, W_hh, b_h):
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
    return h


@mistake("rnn_forward", hint="Time is the second axis of the result, not the first.")
def time_first(x, h, W_xh, W_hh, b_h):
    states = []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states)


@mistake("rnn_forward", hint="The sequence is read from its end.")
def backwards(x, h, W_xh, W_hh, b_h):
    states = []
    for t in reversed(range(x.shape[1])):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1)


@mistake("rnn_forward", hint="Start from the state `h` that is given.")
def starts_at_zero(x, h, W_xh, W_hh, b_h):
    h, states = np.zeros_like(h), []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
        states.append(h)
    return np.stack(states, axis=1)


@alternative("rnn_forward")
def filled_in_place(x, h, W_xh, W_hh, b_h):
    states = np.empty((x.shape[0], x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        h = states[:, t] = rnn_step(x[:, t], h, W_xh, W_hh, b_h)
    return states


@alternative("rnn_forward")
def recursive(x, h, W_xh, W_hh, b_h):
    h = rnn_step(x[:, 0], h, W_xh, W_hh, b_h)
    if x.shape[1] == 1:
        return h[:, None]
    rest = rnn_forward(x[:, 1:], h, W_xh, W_hh, b_h)
    return np.concatenate([h[:, None], rest], axis=1)


@mistake("n_parameters", hint="The biases are missing.")
def no_biases(D, H, K):
    return H * D + H * H + K * H


@mistake("n_parameters", hint="The read-out has parameters too.")
def no_readout(D, H, K):
    return H * D + H * H + H


@mistake("n_parameters", hint="The recurrent matrix is missing.")
def no_recurrent_matrix(D, H, K):
    return H * D + H + K * H + K


@mistake("n_parameters", hint="Each of the two layers has one bias for each of *its* units.")
def biases_of_the_wrong_layer(D, H, K):
    return H * D + H * H + D + K * H + H


@mistake("n_parameters", hint="The result is a number, not a text.")
def text(D, H, K):
    return str(H * (D + H + 1) + K * (H + 1))


@alternative("n_parameters")
def by_unit(D, H, K):
    return H * (D + H + 1) + K * (H + 1)


@alternative("n_parameters")
def by_list(D, H, K):
    return sum([H * D, H * H, H, K * H, K])
