"""Other answers to the assignment of chapter 2: typical mistakes, and right ones."""

import numpy as np
import torch

from rnncourse.grading.exercise import Survivor, alternative, mistake

# --- leaky_step


@alternative("leaky_step")
def a_part_of_the_way(x_t, h, W_xh, W_hh, b_h, a):
    target = np.tanh(
        np.einsum("bd,hd->bh", x_t, W_xh) + np.einsum("bk,hk->bh", h, W_hh) + b_h
    )
    return h + a * (target - h)


@alternative("leaky_step")
def one_product(x_t, h, W_xh, W_hh, b_h, a):
    both = np.concatenate([x_t, h], axis=1) @ np.concatenate([W_xh, W_hh], axis=1).T
    return np.multiply(a, np.tanh(both + b_h)) + np.multiply(1 - a, h)


@mistake(
    "leaky_step", hint="The old state is kept in full: how much of it should stay?"
)
def old_state_kept(x_t, h, W_xh, W_hh, b_h, a):
    return h + a * np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)


@mistake(
    "leaky_step",
    hint="The leak weighs the wrong term: with `a = 0` nothing should move.",
)
def leak_swapped(x_t, h, W_xh, W_hh, b_h, a):
    return a * h + (1 - a) * np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)


@mistake("leaky_step", hint="The old state's share belongs outside of the tanh.")
def leak_inside_tanh(x_t, h, W_xh, W_hh, b_h, a):
    return np.tanh((1 - a) * h + a * (x_t @ W_xh.T + h @ W_hh.T + b_h))


@mistake("leaky_step", hint="The bias is missing.")
def no_bias(x_t, h, W_xh, W_hh, b_h, a):
    return (1 - a) * h + a * np.tanh(x_t @ W_xh.T + h @ W_hh.T)


@mistake("leaky_step", hint="The bias stands outside of the tanh.")
def bias_outside(x_t, h, W_xh, W_hh, b_h, a):
    return (1 - a) * h + a * (np.tanh(x_t @ W_xh.T + h @ W_hh.T) + b_h)


@mistake(
    "leaky_step",
    hint="A row of `W_hh` belongs to the unit that listens: check its transpose.",
)
def recurrent_matrix_not_transposed(x_t, h, W_xh, W_hh, b_h, a):
    return (1 - a) * h + a * np.tanh(x_t @ W_xh.T + h @ W_hh + b_h)


@mistake(
    "leaky_step",
    hint="The state leaks before it enters the tanh: which one belongs there?",
)
def leaked_before_use(x_t, h, W_xh, W_hh, b_h, a):
    h = (1 - a) * h
    return h + a * np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)


@mistake(
    "leaky_step",
    hint="The shapes do not fit: in the batch each sequence is a row, not a column.",
)
def columns(x_t, h, W_xh, W_hh, b_h, a):
    return (1 - a) * h + a * np.tanh(W_xh @ x_t + W_hh @ h + b_h)


@mistake("leaky_step", hint="The tanh is missing.")
def no_tanh(x_t, h, W_xh, W_hh, b_h, a):
    return (1 - a) * h + a * (x_t @ W_xh.T + h @ W_hh.T + b_h)


@mistake("leaky_step", hint="The state that you are given is changed in place.")
def in_place(x_t, h, W_xh, W_hh, b_h, a):
    target = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
    h *= 1 - a
    h += a * target
    return h


# --- scan


@alternative("scan")
def comprehension(step, s, x):
    return [s := step(s, x_t) for x_t in x]


@alternative("scan")
def accumulated(step, s, x):
    from itertools import accumulate

    return list(accumulate(x, step, initial=s))[1:]


@mistake("scan", hint="The first state does not belong to the result.")
def first_state_included(step, s, x):
    states = [s]
    for x_t in x:
        states.append(step(states[-1], x_t))
    return states


@mistake("scan", hint="Your state is not carried from step to step.")
def state_not_carried(step, s, x):
    return [step(s, x_t) for x_t in x]


@mistake("scan", hint="The states of all steps are asked for, not the last one alone.")
def last_state_only(step, s, x):
    for x_t in x:
        s = step(s, x_t)
    return s


@mistake(
    "scan", hint="The state comes first and the input second when `step` is called."
)
def arguments_swapped(step, s, x):
    states = []
    for x_t in x:
        s = step(x_t, s)
        states.append(s)
    return states


@mistake(
    "scan", hint="`x` is read to its end before the first step: a stream may have none."
)
def whole_stream_first(step, s, x):
    x, states = list(x), []
    for x_t in x:
        s = step(s, x_t)
        states.append(s)
    return states


@mistake("scan", hint="What is collected is the inputs, not the states.")
def inputs_collected(step, s, x):
    states = []
    for x_t in x:
        s = step(s, x_t)
        states.append(x_t)
    return states


@mistake("scan", hint="The sequence is read from its end.")
def backwards(step, s, x):
    states = []
    for x_t in list(x)[::-1]:
        s = step(s, x_t)
        states.append(s)
    return states


# --- running_mean


@alternative("running_mean")
def sum_and_count(x):
    states = scan(lambda s, x_t: (s[0] + x_t, s[1] + 1), (0.0, 0), x)
    return [total / n for total, n in states]


@alternative("running_mean")
def plain_loop(x):
    means, mean = [], 0.0
    for n, x_t in enumerate(x, start=1):
        mean = ((n - 1) * mean + x_t) / n
        means.append(mean)
    return means


@mistake(
    "running_mean",
    hint="These are sums: a mean is divided by how many numbers there were.",
)
def running_sum(x):
    return scan(lambda s, x_t: s + x_t, 0.0, x)


@mistake(
    "running_mean",
    hint="The first zero is counted as if it were a number of the sequence.",
)
def zero_counted(x):
    states = scan(lambda s, x_t: (s[0] + x_t, s[1] + 1), (0.0, 1), x)
    return [total / n for total, n in states]


@mistake(
    "running_mean",
    hint="Old and new weigh the same here: the old mean stands for many numbers.",
)
def halves(x):
    return scan(lambda mean, x_t: (mean + x_t) / 2, 0.0, x)


@mistake("running_mean", hint="The list holds whole states: give the means alone.")
def states_returned(x):
    def step(state, x_t):
        mean, n = state
        return mean + (x_t - mean) / (n + 1), n + 1

    return scan(step, (0.0, 0), x)


@mistake(
    "running_mean", hint="One number came back: the mean after each step is asked for."
)
def last_mean(x):
    total, n = 0.0, 0
    for x_t in x:
        total, n = total + x_t, n + 1
    return total / max(n, 1)


@mistake("running_mean", hint="The sums so far are all divided by the full length.")
def divided_by_the_length(x):
    totals = scan(lambda s, x_t: s + x_t, 0.0, x)
    return [total / len(totals) for total in totals]


@mistake(
    "running_mean",
    hint="`x` may be a stream: it has no length, no slices, and passes by only once.",
)
def looked_at_again(x):
    return [sum(x[: t + 1]) / (t + 1) for t in range(len(x))]


@mistake(
    "running_mean",
    hint="One mean too many, at the front: does your `scan` give its start?",
)
def scan_gives_its_start(x):
    means, total = [0.0], 0.0
    for n, x_t in enumerate(x, start=1):
        total += x_t
        means.append(total / n)
    return means


@mistake(
    "running_mean",
    hint="These are the numbers themselves: does your `scan` carry the state?",
)
def scan_carries_nothing(x):
    return [0.0 + x_t for x_t in x]


# --- parameters


@alternative("parameters")
def layer_by_layer(D, H, K, layers=1, bidirectional=False):
    directions, count = 1 + bidirectional, 0
    for _ in range(layers):
        count += directions * (H * D + H * H + 2 * H)
        D = directions * H
    return count + D * K + K


@alternative("parameters")
def by_kind(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    inputs = n * H * D + (layers - 1) * n * H * n * H
    recurrent = layers * n * H**2
    biases = 2 * layers * n * H
    return inputs + recurrent + biases + (n * H + 1) * K


@mistake("parameters", hint="PyTorch's layer has two biases.")
def one_bias(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return (
        n * H * (D + H + 1) + (layers - 1) * n * H * (n * H + H + 1) + K * (n * H + 1)
    )


@mistake("parameters", hint="The read-out has a bias for each output.")
def no_bias_of_the_read_out(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return n * H * (D + H + 2) + (layers - 1) * n * H * (n * H + H + 2) + K * n * H


@mistake(
    "parameters",
    hint="Every layer reads D numbers here: what does the second one read?",
)
def layers_read_the_inputs(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return layers * n * H * (D + H + 2) + K * (n * H + 1)


@mistake("parameters", hint="In both directions the second layer reads 2H numbers.")
def one_direction_passed_on(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return n * H * (D + H + 2) + (layers - 1) * n * H * (H + H + 2) + K * (n * H + 1)


@mistake("parameters", hint="In both directions the read-out sees 2H numbers.")
def one_direction_read_out(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return n * H * (D + H + 2) + (layers - 1) * n * H * (n * H + H + 2) + K * (H + 1)


@mistake("parameters", hint="Each direction has weights of its own.")
def directions_share(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return H * (D + H + 2) + (layers - 1) * H * (n * H + H + 2) + K * (n * H + 1)


@mistake(
    "parameters",
    hint="The layers are built to be counted: that fails where they are large.",
)
def built(D, H, K, layers=1, bidirectional=False):
    layer = nn.RNN(D, H, num_layers=layers, bidirectional=bidirectional)
    read_out = nn.Linear(2 * H if bidirectional else H, K)
    return sum(p.numel() for m in (layer, read_out) for p in m.parameters())


@mistake("parameters", hint="The first layer is counted twice.")
def one_layer_too_many(D, H, K, layers=1, bidirectional=False):
    n = 2 if bidirectional else 1
    return n * H * (D + H + 2) + layers * n * H * (n * H + H + 2) + K * (n * H + 1)


# --- read_stream


@alternative("read_stream")
def detached_before_use(layer, chunks):
    def cut(state):
        if state is None:
            return None
        return (
            state.detach()
            if torch.is_tensor(state)
            else tuple(cut(part) for part in state)
        )

    state = None
    for chunk in chunks:
        states, state = layer(chunk, cut(state))
        yield states


@alternative("read_stream")
def copied_data(layer, chunks):
    state = None
    for chunk in chunks:
        states, new = layer(chunk, state)
        yield states
        parts = new if isinstance(new, tuple) else (new,)
        parts = tuple(part.detach().clone() for part in parts)
        state = parts if isinstance(new, tuple) else parts[0]


@mistake(
    "read_stream", hint="Each chunk starts from nothing: the state is not handed on."
)
def state_not_handed_on(layer, chunks):
    for chunk in chunks:
        yield layer(chunk, None)[0]


@mistake(
    "read_stream", hint="A gradient reaches back from one chunk into an earlier one."
)
def not_detached(layer, chunks):
    state = None
    for chunk in chunks:
        states, state = layer(chunk, state)
        yield states


@mistake(
    "read_stream",
    hint="The gradient within a chunk is lost: output detached, or `no_grad`?",
)
def output_detached(layer, chunks):
    state = None
    for chunk in chunks:
        states, state = layer(chunk, state)
        parts = tuple(
            p.detach() for p in (state if isinstance(state, tuple) else (state,))
        )
        state = parts if isinstance(state, tuple) else parts[0]
        yield states.detach()


@mistake(
    "read_stream",
    hint="All chunks are read before the first states come: it never ends.",
)
def all_chunks_first(layer, chunks):
    state = None
    for chunk in list(chunks):
        states, state = layer(chunk, state)
        parts = tuple(
            p.detach() for p in (state if isinstance(state, tuple) else (state,))
        )
        state = parts if isinstance(state, tuple) else parts[0]
        yield states


@mistake("read_stream", hint="An LSTM's state is a pair of tensors: detach both.")
def pair_forgotten(layer, chunks):
    state = None
    for chunk in chunks:
        states, state = layer(chunk, state)
        state = state.detach()
        yield states


@mistake("read_stream", hint="Of an LSTM's pair only the first tensor is detached.")
def half_of_the_pair(layer, chunks):
    state = None
    for chunk in chunks:
        states, state = layer(chunk, state)
        state = (
            (state[0].detach(), state[1])
            if isinstance(state, tuple)
            else state.detach()
        )
        yield states


@mistake(
    "read_stream",
    hint="Earlier chunks are kept and read again: the state is all you need.",
)
def everything_read_again(layer, chunks):
    past = []
    for chunk in chunks:
        past = [*past, chunk]
        earlier = [part.detach() for part in past[:-1]]
        yield layer(torch.cat([*earlier, chunk], dim=1), None)[0][:, -chunk.shape[1] :]


@mistake(
    "read_stream",
    hint="All chunks so far are read again, and gradients go back through them.",
)
def whole_past_read_again(layer, chunks):
    past = []
    for chunk in chunks:
        past.append(chunk)
        yield layer(torch.cat(past, dim=1), None)[0][:, -chunk.shape[1] :]


# --- final_states


@alternative("final_states")
def sequence_by_sequence(x, lengths, W_xh, W_hh, b_h):
    result = np.zeros((len(x), len(b_h)))
    for h, sequence, n in zip(result, x, lengths, strict=True):
        for x_t in sequence[:n]:
            h[:] = np.tanh(W_xh @ x_t + W_hh @ h + b_h)
    return result


@alternative("final_states")
def chosen_afterwards(x, lengths, W_xh, W_hh, b_h):
    lengths = np.asarray(lengths)
    real = np.arange(x.shape[1]) < lengths[:, None]
    h = np.zeros((len(x), len(b_h)))
    states = [h]
    for t in range(x.shape[1]):
        x_t = np.where(real[:, t, None], x[:, t], 0.0)
        states.append(np.tanh(x_t @ W_xh.T + states[-1] @ W_hh.T + b_h))
    return np.stack(states, axis=1)[np.arange(len(x)), lengths]


@mistake(
    "final_states",
    hint="The state goes on through the padding: this is that of the last step.",
)
def goes_on(x, lengths, W_xh, W_hh, b_h):
    h = np.zeros((len(x), len(b_h)))
    for t in range(x.shape[1]):
        x_t = np.where((t < lengths)[:, None], x[:, t], 0.0)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
    return h


@mistake(
    "final_states", hint="What stands in the padding reaches the state: `NaN` spreads."
)
def padding_read(x, lengths, W_xh, W_hh, b_h):
    h = np.zeros((len(x), len(b_h)))
    for t in range(x.shape[1]):
        going_on = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = going_on * new + (1 - going_on) * h
    return h


@mistake("final_states", hint="One step too many: at which step is a sequence over?")
def one_step_too_many(x, lengths, W_xh, W_hh, b_h):
    h = np.zeros((len(x), len(b_h)))
    for t in range(x.shape[1]):
        going_on = (t <= lengths)[:, None]
        x_t = np.where((t < lengths)[:, None], x[:, t], 0.0)
        h = np.where(going_on, np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h), h)
    return h


@mistake("final_states", hint="The last step of each sequence is missing.")
def one_step_too_few(x, lengths, W_xh, W_hh, b_h):
    h = np.zeros((len(x), len(b_h)))
    for t in range(x.shape[1]):
        going_on = (t < lengths - 1)[:, None]
        x_t = np.where(going_on, x[:, t], 0.0)
        h = np.where(going_on, np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h), h)
    return h


@mistake(
    "final_states",
    hint="When a sequence ends, its state becomes zero: it should stand still.",
)
def zero_after_the_end(x, lengths, W_xh, W_hh, b_h):
    h = np.zeros((len(x), len(b_h)))
    for t in range(x.shape[1]):
        going_on = (t < lengths)[:, None]
        x_t = np.where(going_on, x[:, t], 0.0)
        h = np.where(going_on, np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h), 0.0)
    return h


@mistake(
    "final_states",
    hint="A sequence of length 0 has the first state: index -1 is the last one.",
)
def empty_sequence_wraps(x, lengths, W_xh, W_hh, b_h):
    h, states = np.zeros((len(x), len(b_h))), []
    for t in range(x.shape[1]):
        x_t = np.where((t < lengths)[:, None], x[:, t], 0.0)
        h = np.tanh(x_t @ W_xh.T + h @ W_hh.T + b_h)
        states.append(h)
    return np.stack(states, axis=1)[np.arange(len(x)), lengths - 1]


@mistake("final_states", hint="The batch that you are given is changed in place.")
def batch_cleaned(x, lengths, W_xh, W_hh, b_h):
    x[np.arange(x.shape[1]) >= lengths[:, None]] = 0.0
    h = np.zeros((len(x), len(b_h)))
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b_h)
        h = np.where((t < lengths)[:, None], new, h)
    return h


# --- ever


@alternative("ever")
def strong():
    return np.array([[20.0]]), np.array([[8.0]]), np.array([-2.0])


@alternative("ever")
def close_to_the_edge():
    return np.array([[4.0]]), np.array([[2.0]]), np.array([-0.4])


@mistake(
    "ever",
    hint="Before the first one the state is not negative: what pulls it down from 0?",
)
def no_bias_at_all():
    return np.array([[6.0]]), np.array([[2.5]]), np.array([0.0])


@mistake(
    "ever",
    hint="A one is noticed and then forgotten: the unit has no second place to rest.",
)
def forgets():
    return np.array([[6.0]]), np.array([[0.5]]), np.array([-1.5])


@mistake(
    "ever",
    hint="A one does not turn the state: it must outweigh both the past and the bias.",
)
def deaf():
    return np.array([[1.0]]), np.array([[2.5]]), np.array([-0.5])


@mistake(
    "ever",
    hint="The signs are right, but the state is not sure: how far from 0 does it rest?",
)
def unsure():
    return np.array([[6.0]]), np.array([[1.3]]), np.array([-0.05])


@mistake(
    "ever",
    hint="The states have the opposite signs: positive is to mean that it happened.",
)
def upside_down():
    return np.array([[-6.0]]), np.array([[2.5]]), np.array([0.5])


@mistake("ever", hint="What type have your three weights? NumPy arrays are asked for.")
def lists():
    return [[6.0]], [[2.5]], [-0.5]


@mistake(
    "ever",
    hint="Look at the shapes: two matrices of one row and one column, and a vector.",
)
def plain_numbers():
    return np.array(6.0), np.array(2.5), np.array(-0.5)


@mistake("ever", hint="The weights stand in the wrong order: `W_xh`, `W_hh`, `b_h`.")
def recurrent_weight_first():
    return np.array([[2.5]]), np.array([[6.0]]), np.array([-0.5])


stronger_input = Survivor(
    "ever",
    "line 5: 6.0 → 13.0",
    why="An input weight of 13 is right as well: the unit only saturates further.",
    right=True,
)
