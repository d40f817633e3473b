"""Other answers to the assignment of chapter 8: typical mistakes, and right ones."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnncourse.grading.exercise import alternative, mistake
from rnncourse.models.rnn import last_state

# --- summary


@alternative("summary")
def one_by_one(layer, x, lengths):
    mode = layer.training
    layer.train(False)
    rows = []
    for row, n in zip(x, lengths.tolist(), strict=True):
        states = layer(row[None, :n])[0][0]  # (n, 2H)
        H = layer.hidden_size
        rows.append(torch.cat([states[-1, :H], states[0, H:]]).detach())
    layer.train(mode)
    return torch.stack(rows)


@alternative("summary")
def unpacked_again(layer, x, lengths):
    from torch.nn.utils.rnn import pad_packed_sequence

    mode = layer.training
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    states, n = pad_packed_sequence(layer(packed)[0], batch_first=True)
    forward, backward = states.chunk(2, dim=-1)
    layer.train(mode)
    summary = torch.cat([forward[torch.arange(len(n)), n - 1], backward[:, 0]], 1)
    return summary.detach()


@alternative("summary")
def in_a_view(layer, x, lengths):
    mode = layer.training
    layer.eval()
    with torch.no_grad():
        rows = [row[:n] for row, n in zip(x, lengths, strict=True)]
        h = layer(nn.utils.rnn.pack_sequence(rows, enforce_sorted=False))[1]
    layer.train(mode)
    B, H = len(x), layer.hidden_size
    return h.view(-1, 2, B, H)[-1].transpose(0, 1).reshape(B, 2 * H)


@mistake(
    "summary",
    hint="This is the program as it was found: look where each direction ends.",
)
def as_found(layer, x, lengths):
    states, _ = layer(x)
    return states[:, -1]


@mistake(
    "summary",
    hint="The last step of the batch is padding for most sequences, and the beginning "
    "of the way back.",
)
def last_of_the_batch(layer, x, lengths):
    training = layer.training
    layer.eval()
    with torch.no_grad():
        states, _ = layer(x)
    layer.train(training)
    return states[:, -1]


@mistake(
    "summary",
    hint="At its last real step the backward direction has read nothing but that step "
    "and the padding.",
)
def both_at_the_end(layer, x, lengths):
    training = layer.training
    layer.eval()
    with torch.no_grad():
        states, _ = layer(x)
    layer.train(training)
    return last_state(states, lengths)


@mistake(
    "summary",
    hint="Each direction is read off at its own end, but the backward one has come "
    "through the padding first.",
)
def through_the_padding(layer, x, lengths):
    training, H = layer.training, layer.hidden_size
    layer.eval()
    with torch.no_grad():
        states, _ = layer(x)
    layer.train(training)
    return torch.cat([last_state(states, lengths)[:, :H], states[:, 0, H:]], dim=1)


@mistake(
    "summary",
    hint="No padding is read, but the way back does not end at the last step.",
)
def packed_both_at_the_end(layer, x, lengths):
    training = layer.training
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        states, n = nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True)
    layer.train(training)
    return last_state(states, n)


@mistake("summary", hint="The forward direction comes first, then the backward one.")
def directions_exchanged(layer, x, lengths):
    training = layer.training
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = layer(packed)
    layer.train(training)
    return torch.cat([last[-1], last[-2]], dim=1)


@mistake(
    "summary",
    hint="`h_n` begins with the first layer; the summary is asked of the last one.",
)
def first_layer(layer, x, lengths):
    training = layer.training
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = layer(packed)
    layer.train(training)
    return torch.cat([last[0], last[1]], dim=1)


@mistake(
    "summary",
    hint="A view or reshape does not exchange axes: whose numbers stand in a row now?",
)
def wrong_view(layer, x, lengths):
    training = layer.training
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = layer(packed)
    layer.train(training)
    return last[-2:].reshape(len(x), -1)


@mistake("summary", hint="The dropout between the layers is at work.")
def no_evaluation_mode(layer, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = layer(packed)
    return torch.cat([last[-2], last[-1]], dim=1)


@mistake(
    "summary",
    hint="`no_grad` is missing, or `detach`: the result drags the graph along.",
)
def gradient_required(layer, x, lengths):
    training = layer.training
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    _, last = layer(packed)
    layer.train(training)
    return torch.cat([last[-2], last[-1]], dim=1)


@mistake(
    "summary", hint="You leave the layer in evaluation mode, and training goes on so."
)
def left_in_evaluation(layer, x, lengths):
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = layer(packed)
    return torch.cat([last[-2], last[-1]], dim=1)


@mistake(
    "summary",
    hint="You always leave the layer in training mode: was it in it?",
)
def left_in_training(layer, x, lengths):
    layer.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = layer(packed)
    layer.train()
    return torch.cat([last[-2], last[-1]], dim=1)


@mistake(
    "summary", hint="You sort the sequences for packing, and the rows stay sorted."
)
def rows_left_sorted(layer, x, lengths):
    training = layer.training
    layer.eval()
    lengths, order = lengths.sort(descending=True)
    with torch.no_grad():
        _, last = layer(pack_padded_sequence(x[order], lengths, batch_first=True))
    layer.train(training)
    return torch.cat([last[-2], last[-1]], dim=1)


# --- evaluate


@alternative("evaluate")
def all_together(model, batches):
    mode, losses, hits = model.training, [], []
    model.eval()
    for x, y, lengths in batches:
        with torch.no_grad():
            log_p = model(x, None)[0].log_softmax(-1)
        for p, target, n in zip(log_p, y, lengths.tolist(), strict=True):
            losses += (-p[range(n), target[:n]]).tolist()
            hits += (p[:n].argmax(-1) == target[:n]).tolist()
    model.train(mode)
    return np.mean(losses), np.mean(hits)


@alternative("evaluate")
def with_weights(model, batches):
    mode = model.training
    model.eval()
    totals = torch.zeros(3)
    for x, y, lengths in batches:
        mask = torch.arange(y.shape[1])[None] < lengths[:, None]
        outputs = model(x, None)[0].detach()
        target = y.masked_fill(~mask, -100)
        loss = nn.functional.cross_entropy(
            outputs.transpose(1, 2), target, reduction="sum"
        )
        right = (outputs.argmax(2) == target).sum()
        totals += torch.stack([loss, right, mask.sum()])
    model.train(mode)
    return totals[0] / totals[2], totals[1] / totals[2]


@mistake(
    "evaluate", hint="This is the program as it was found: look for what it averages."
)
def evaluate_unrepaired(model, batches):
    losses, shares, state = [], [], None
    for x, y, _ in batches:
        outputs, state = model(x, state)
        loss = nn.functional.cross_entropy(outputs.flatten(0, 1), y.flatten())
        losses.append(loss.item())
        shares.append((outputs.argmax(-1) == y).float().mean().item())
    return np.mean(losses), np.mean(shares)


@mistake(
    "evaluate",
    hint="A batch with few real steps counts as much as one with many.",
)
def mean_of_means(model, batches):
    training = model.training
    model.eval()
    losses, shares = [], []
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            losses.append(nn.functional.cross_entropy(outputs, targets).item())
            shares.append((outputs.argmax(-1) == targets).float().mean().item())
    model.train(training)
    return np.mean(losses), np.mean(shares)


@mistake(
    "evaluate",
    hint="Batches are weighted by their number of sequences; the mean is over steps.",
)
def weighted_by_sequences(model, batches):
    training = model.training
    model.eval()
    loss, right, rows = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            loss += len(x) * nn.functional.cross_entropy(outputs, targets).item()
            right += len(x) * (outputs.argmax(-1) == targets).float().mean().item()
            rows += len(x)
    model.train(training)
    return loss / rows, right / rows


@mistake("evaluate", hint="Padding counts: in the loss, in the accuracy, or in both.")
def unmasked(model, batches):
    training = model.training
    model.eval()
    loss, right, steps = 0.0, 0, 0
    with torch.no_grad():
        for x, y, _ in batches:
            outputs, targets = model(x, None)[0].flatten(0, 1), y.flatten()
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += len(targets)
    model.train(training)
    return loss / steps, right / steps


@mistake(
    "evaluate", hint="The loss leaves out the padding; does the accuracy do so as well?"
)
def accuracy_unmasked(model, batches):
    training = model.training
    model.eval()
    loss, steps, right, places = 0.0, 0, 0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs = model(x, None)[0]
            loss += nn.functional.cross_entropy(
                outputs[real], y[real], reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == y).sum().item()
            steps, places = steps + int(real.sum()), places + y.numel()
    model.train(training)
    return loss / steps, right / places


@mistake(
    "evaluate",
    hint="The sums leave out the padding, but the number that they are divided by "
    "counts it.",
)
def divided_by_all(model, batches):
    training = model.training
    model.eval()
    loss, right, steps = 0.0, 0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += y.numel()
    model.train(training)
    return loss / steps, right / steps


@mistake(
    "evaluate",
    hint="A batch starts from the state in which another ended: they are strangers.",
)
def state_leaks(model, batches):
    training = model.training
    model.eval()
    loss, right, steps, state = 0.0, 0, 0, None
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, state = model(x, state)
            outputs, targets = outputs[real], y[real]
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += len(targets)
    model.train(training)
    return loss / steps, right / steps


@mistake("evaluate", hint="The dropout is at work while you measure.")
def still_training(model, batches):
    loss, right, steps = 0.0, 0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += len(targets)
    return loss / steps, right / steps


@mistake(
    "evaluate", hint="You leave the model in evaluation mode, and training goes on so."
)
def evaluation_for_ever(model, batches):
    model.eval()
    loss, right, steps = 0.0, 0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += len(targets)
    return loss / steps, right / steps


@mistake(
    "evaluate",
    hint="You always leave the model in training mode: was it in it?",
)
def training_for_ever(model, batches):
    model.eval()
    loss, right, steps = 0.0, 0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += len(targets)
    model.train()
    return loss / steps, right / steps


@mistake(
    "evaluate", hint="The last real step is step `length - 1`: how long is your mask?"
)
def mask_too_long(model, batches):
    training = model.training
    model.eval()
    loss, right, steps = 0.0, 0, 0
    with torch.no_grad():
        for x, y, lengths in batches:
            real = torch.arange(x.shape[1]) <= lengths[:, None]
            outputs, targets = model(x, None)[0][real], y[real]
            loss += nn.functional.cross_entropy(
                outputs, targets, reduction="sum"
            ).item()
            right += (outputs.argmax(-1) == targets).sum().item()
            steps += len(targets)
    model.train(training)
    return loss / steps, right / steps


# --- prepare


@alternative("prepare")
def window_by_window(recording, cut, w):
    x = recording.astype(float).T
    mean, std = x[:cut].mean(0), x[:cut].std(0)
    std[std == 0] = 1
    z = (x - mean) / std
    D = z.shape[1]

    def windows(part):
        made = [part[i : i + w] for i in range(0, len(part) - w + 1, w)]
        return np.array(made).reshape(-1, w, D)

    return windows(z[:cut]), windows(z[cut:])


@alternative("prepare")
def features_first(recording, cut, w):
    mean = recording[:, :cut].mean(axis=1, keepdims=True)
    std = recording[:, :cut].std(axis=1, keepdims=True)
    z = (recording - mean) / np.where(std == 0, 1, std)
    first, second = np.split(z, [cut], axis=1)

    def windows(part):
        N = part.shape[1] // w
        return part[:, : N * w].reshape(len(part), N, w).transpose(1, 2, 0)

    return windows(first), windows(second)


@alternative("prepare")
def by_the_package(recording, cut, w):
    from rnncourse.data.batches import Scaler

    frames = recording.T
    scaler = Scaler.fit(frames[:cut])
    made = []
    for part in (frames[:cut], frames[cut:]):
        N = len(part) // w
        made.append(
            scaler.transform(part[: N * w]).reshape(N, w, -1 if N else len(recording))
        )
    return made


@mistake(
    "prepare",
    hint="This is the program as it was found: follow one feature through it.",
)
def prepare_unrepaired(recording, cut, w):
    D, T = recording.shape
    frames = recording.reshape(T, D)
    frames = (frames - frames.mean()) / frames.std()
    pieces = frames[: T // w * w].reshape(-1, w, D)
    return pieces[: cut // w], pieces[cut // w :]


@mistake(
    "prepare",
    hint="A reshape fills rows with what comes next in memory, whatever it means.",
)
def reshaped(recording, cut, w):
    frames = recording.reshape(-1, len(recording))
    mean, std = frames[:cut].mean(axis=0), frames[:cut].std(axis=0)
    scaled = (frames - mean) / np.where(std > 0, std, 1.0)
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake("prepare", hint="Mean and deviation are measured on the test part as well.")
def fitted_on_everything(recording, cut, w):
    frames = recording.T
    mean, std = frames.mean(axis=0), frames.std(axis=0)
    scaled = (frames - mean) / np.where(std > 0, std, 1.0)
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake(
    "prepare", hint="Each part is scaled by its own numbers; one scale is for both."
)
def each_part_by_itself(recording, cut, w):
    made = []
    for part in (recording.T[:cut], recording.T[cut:]):
        mean, std = part.mean(axis=0), part.std(axis=0)
        scaled = (part - mean) / np.where(std > 0, std, 1.0)
        made.append(scaled[: len(part) // w * w].reshape(-1, w, len(recording)))
    return tuple(made)


@mistake("prepare", hint="All features share one mean and one deviation.")
def one_scale_for_all(recording, cut, w):
    frames = recording.T
    scaled = (frames - frames[:cut].mean()) / frames[:cut].std()
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake(
    "prepare",
    hint="Where does your first test window begin? At a multiple of w, or at the cut?",
)
def windows_before_the_cut(recording, cut, w):
    frames = recording.T
    mean, std = frames[:cut].mean(axis=0), frames[:cut].std(axis=0)
    scaled = (frames - mean) / np.where(std > 0, std, 1.0)
    pieces = scaled[: len(scaled) // w * w].reshape(-1, w, len(recording))
    return pieces[: cut // w], pieces[cut // w :]


@mistake("prepare", hint="A feature that is constant in training is divided by zero.")
def divided_by_zero(recording, cut, w):
    frames = recording.T
    mean, std = frames[:cut].mean(axis=0), frames[:cut].std(axis=0)
    with np.errstate(all="ignore"):
        scaled = (frames - mean) / std
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake(
    "prepare",
    hint="A small number added to the deviation keeps the division from failing, and "
    "changes what a constant feature becomes.",
)
def epsilon_added(recording, cut, w):
    frames = recording.T
    mean, std = frames[:cut].mean(axis=0), frames[:cut].std(axis=0)
    scaled = (frames - mean) / (std + 1e-8)
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake(
    "prepare",
    hint="The deviation is NumPy's usual one, of n and not of n - 1.",
)
def other_deviation(recording, cut, w):
    frames = recording.T
    mean, std = frames[:cut].mean(axis=0), frames[:cut].std(axis=0, ddof=1)
    scaled = (frames - mean) / np.where(std > 0, std, 1.0)
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake(
    "prepare",
    hint="Mean and deviation are those of all training steps, the remainder included.",
)
def without_the_remainder(recording, cut, w):
    frames = recording.T
    used = frames[: cut // w * w]
    mean, std = used.mean(axis=0), used.std(axis=0)
    scaled = (frames - mean) / np.where(std > 0, std, 1.0)
    parts = scaled[:cut], scaled[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake("prepare", hint="The recording is yours to read: `-=` and `/=` change it.")
def recording_changed(recording, cut, w):
    frames = recording.T
    mean, std = frames[:cut].mean(axis=0), frames[:cut].std(axis=0)
    frames -= mean
    frames /= np.where(std > 0, std, 1.0)
    parts = frames[:cut], frames[cut:]
    return tuple(p[: len(p) // w * w].reshape(-1, w, p.shape[1]) for p in parts)


@mistake(
    "prepare", hint="A window is (w, D): a row for each step, as the model reads it."
)
def features_before_steps(recording, cut, w):
    mean = recording[:, :cut].mean(axis=1, keepdims=True)
    std = recording[:, :cut].std(axis=1, keepdims=True)
    z = (recording - mean) / np.where(std > 0, std, 1.0)
    made = []
    for part in (z[:, :cut], z[:, cut:]):
        N = part.shape[1] // w
        made.append(part[:, : N * w].reshape(N, w, len(part)))
    return tuple(made)


# --- test_online


@alternative("test_online")
def with_the_package(model, D):
    from rnncourse.probes.invariants import check_causality

    x, other = torch.randn(3, 26, D), torch.randn(3, 26, D)
    result = model(x)
    whole = result[0] if isinstance(result, tuple) else result
    size = whole.abs().max()
    check_causality(model, x, other)
    for t in range(1, 26):
        result = model(x[:, :t])
        early = result[0] if isinstance(result, tuple) else result
        assert (early - whole[:, :t]).abs().max() < 1e-4 * size
        turned = x.clone()
        turned[:, t] = -turned[:, t]
        result = model(turned)
        now = result[0] if isinstance(result, tuple) else result
        assert (now - whole)[:, t].abs().max() > 1e-4 * size


@alternative("test_online")
def growing_stream(model, D):
    rng = torch.Generator().manual_seed(7)
    x = torch.randn(5, 32, D, generator=rng)
    before = None
    for t in range(1, 33):
        y, z = (
            model(x[:, :t]),
            model(torch.cat([x[:, : t - 1], x[:, t - 1 : t] + 1], 1)),
        )
        if isinstance(y, tuple):
            y, z = y[0], z[0]
        y, z = y.detach().double().numpy(), z.detach().double().numpy()
        size = np.abs(y).max()
        if before is not None and np.abs(y[:, :-1] - before).max() > 5e-5 * size:
            raise AssertionError("the past is not what it was")
        if not np.abs(y[:, -1] - z[:, -1]).max() > 5e-5 * size:
            raise AssertionError("the present is not heard")
        before = y


@mistake(
    "test_online",
    hint="Your test can only complain of change: what if nothing ever changes?",
)
def one_sided(model, D):
    x = torch.randn(4, 30, D)
    whole = model(x)
    whole = whole[0] if isinstance(whole, tuple) else whole
    for t in range(1, 31):
        early = model(x[:, :t])
        early = early[0] if isinstance(early, tuple) else early
        assert (early - whole[:, :t]).abs().max() <= 1e-4 * whole.abs().max()


@mistake(
    "test_online",
    hint="Another future is not the only thing a model must not know: there is also "
    "whether there is one.",
)
def other_futures_only(model, D):
    x, other = torch.randn(2, 4, 30, D)
    whole = model(x)
    whole = whole[0] if isinstance(whole, tuple) else whole
    tolerance = 1e-4 * whole.abs().max()
    for t in range(30):
        changed = model(torch.cat([x[:, :t], other[:, t:]], 1))
        changed = changed[0] if isinstance(changed, tuple) else changed
        moved = (changed - whole).abs()
        assert t == 0 or moved[:, :t].max() <= tolerance
        assert moved[:, t].max() > tolerance


@mistake(
    "test_online",
    hint="Replacing the last step shows neither what depends on the length nor what is "
    "not heard: two sides, and streams that end earlier.",
)
def last_step_replaced(model, D):
    x = torch.randn(4, 30, D)
    changed = x.clone()
    changed[:, -1] = torch.randn(4, D)
    y, z = model(x), model(changed)
    if isinstance(y, tuple):
        y, z = y[0], z[0]
    assert (y - z)[:, :-1].abs().max() <= 1e-4 * y.abs().max()


@mistake(
    "test_online",
    hint="One place to cut is not enough: a fault may show elsewhere.",
)
def cut_once(model, D):
    x, other = torch.randn(2, 4, 32, D)

    def said(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y

    whole, early = said(x), said(x[:, :16])
    tolerance = 1e-4 * whole.abs().max()
    assert (early - whole[:, :16]).abs().max() <= tolerance
    changed = said(torch.cat([x[:, :-1], other[:, -1:]], 1))
    assert (changed - whole)[:, -1].abs().max() > tolerance


@mistake(
    "test_online",
    hint="Your streams are too short to show all that may happen in long ones.",
)
def short_streams(model, D):
    x, other = torch.randn(2, 4, 8, D)

    def said(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y

    whole = said(x)
    tolerance = 1e-4 * whole.abs().max()
    for t in range(1, 9):
        early = said(x[:, :t])
        assert (early - whole[:, :t]).abs().max() <= tolerance
        changed = said(torch.cat([x[:, : t - 1], other[:, t - 1 : t]], 1))
        assert (changed - early)[:, -1].abs().max() > tolerance


@mistake(
    "test_online",
    hint="A fixed tolerance is too large for small outputs: measure it by the outputs.",
)
def fixed_tolerance(model, D):
    x, other = torch.randn(2, 4, 30, D)

    def said(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y

    whole = said(x)
    for t in range(1, 31):
        early = said(x[:, :t])
        assert (early - whole[:, :t]).abs().max() <= 1e-2
        changed = said(torch.cat([x[:, : t - 1], other[:, t - 1 : t]], 1))
        assert (changed - early)[:, -1].abs().max() > 1e-2


@mistake(
    "test_online",
    hint="You accuse rounding errors: how large may they be, and how small is a fault?",
)
def too_strict_online(model, D):
    x, other = torch.randn(2, 4, 30, D)

    def said(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y

    whole = said(x)
    tolerance = 1e-6 * whole.abs().max()
    for t in range(1, 31):
        early = said(x[:, :t])
        assert (early - whole[:, :t]).abs().max() <= tolerance
        changed = said(torch.cat([x[:, : t - 1], other[:, t - 1 : t]], 1))
        assert (changed - early)[:, -1].abs().max() > tolerance


@mistake(
    "test_online", hint="You look at one row of the batch; a fault may be in another."
)
def one_row(model, D):
    x, other = torch.randn(2, 4, 30, D)

    def said(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y

    whole = said(x)
    tolerance = 1e-4 * whole.abs().max()
    for t in range(1, 31):
        early = said(x[:, :t])
        assert (early - whole[:, :t])[0].abs().max() <= tolerance
        changed = said(torch.cat([x[:, : t - 1], other[:, t - 1 : t]], 1))
        assert (changed - early)[0, -1].abs().max() > tolerance


@mistake(
    "test_online",
    hint="You change one feature of the future, and faults may hide in the others.",
)
def one_feature(model, D):
    x = torch.randn(4, 30, D)

    def said(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y

    whole = said(x)
    tolerance = 1e-4 * whole.abs().max()
    for t in range(30):
        changed = x.clone()
        changed[:, t:, 0] = torch.randn(4, 30 - t)
        moved = (said(changed) - whole).abs()
        assert t == 0 or moved[:, :t].max() <= tolerance
        assert moved[:, t].max() > tolerance


@mistake(
    "test_online",
    hint="Not every model returns a tuple: you complain of those that return a tensor.",
)
def expects_a_tuple(model, D):
    x, other = torch.randn(2, 4, 30, D)
    whole, _ = model(x)
    tolerance = 1e-4 * whole.abs().max()
    for t in range(1, 31):
        early, _ = model(x[:, :t])
        assert (early - whole[:, :t]).abs().max() <= tolerance
        changed, _ = model(torch.cat([x[:, : t - 1], other[:, t - 1 : t]], 1))
        assert (changed - early)[:, -1].abs().max() > tolerance


@mistake("test_online", hint="Your test never complains.")
def never_complains(model, D):
    return None


# --- test_padding


@alternative("test_padding")
def longer_and_alone(model, D):
    lengths = torch.tensor([9, 3, 30, 1, 17])
    real = (torch.arange(30) < lengths[:, None])[..., None]
    x = torch.randn(5, 30, D)
    y = model(x, lengths)
    size = float(y.abs().max())
    filled = torch.where(real, x, 3 * torch.randn(5, 30, D))
    assert (model(filled, lengths) - y).abs().max() < 5e-5 * size
    for b in range(5):
        n = lengths[b : b + 1]
        short = model(x[b : b + 1, : int(n)], n)
        assert (short - y[b : b + 1]).abs().max() < 5e-5 * size
        x[b, int(n) - 1] *= -1
        assert (model(x, lengths)[b] - y[b]).abs().max() > 5e-5 * size
        x[b, int(n) - 1] *= -1


@alternative("test_padding")
def by_the_checks(model, D):
    from rnncourse.probes.invariants import check_padding

    x = torch.randn(6, 27, D)
    lengths = torch.tensor([2, 27, 14, 5, 20, 8])
    check_padding(model, lengths, x)
    whole = model(x, lengths).detach()
    size = whole.abs().max().item()
    for b in range(6):
        n = int(lengths[b])
        alone = model(x[b, :n][None], lengths[b][None]).detach()
        assert (alone[0] - whole[b]).abs().max().item() <= 1e-4 * size
        changed = x.clone()
        changed[b, n - 1] += 1
        moved = (model(changed, lengths).detach() - whole)[b]
        assert moved.abs().max().item() > 1e-4 * size


@mistake(
    "test_padding",
    hint="Your test asks only what must not change: a constant passes, and what stops "
    "too early does.",
)
def nothing_must_change(model, D):
    x, lengths = torch.randn(6, 26, D), torch.tensor([5, 26, 1, 12, 25, 2])
    together = model(x, lengths)
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        moved = (alone - together[b : b + 1]).abs().max()
        assert moved <= 1e-4 * together.abs().max()


@mistake(
    "test_padding",
    hint="Your padding consists of zeros, and a model may be right for zeros by luck.",
)
def zeros_as_padding(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths = torch.tensor([5, 26, 1, 12, 25, 2])
    x = x * (torch.arange(26) < lengths[:, None])[..., None]
    together, rows = model(x, lengths), torch.arange(6)
    tolerance = 1e-4 * together.abs().max()
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert ((model(changed, lengths) - together).abs().amax(1) > tolerance).all()
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        assert (alone - together[b : b + 1]).abs().max() <= tolerance


@mistake(
    "test_padding",
    hint="A batch of one has no company: no neighbour, no longer sequence, no order.",
)
def one_sequence(model, D):
    x, other, n = torch.randn(1, 26, D), torch.randn(1, D), torch.tensor([12])
    padded, alone = model(x, n), model(x[:, :12], n)
    tolerance = 1e-4 * alone.abs().max()
    assert (padded - alone).abs().max() <= tolerance
    x[:, 11] = other
    assert (model(x, n) - padded).abs().max() > tolerance


@mistake(
    "test_padding",
    hint="You change what the padding holds, and not how much of it there is.",
)
def other_contents(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths, rows = torch.tensor([5, 26, 1, 12, 25, 2]), torch.arange(6)
    before = model(x, lengths)
    tolerance = 1e-4 * before.abs().max()
    real = (torch.arange(26) < lengths[:, None])[..., None]
    assert (
        model(torch.where(real, x, other), lengths) - before
    ).abs().max() <= tolerance
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert ((model(changed, lengths) - before).abs().amax(1) > tolerance).all()


@mistake(
    "test_padding",
    hint="All your sequences are equally long: whose length does the model use?",
)
def equal_lengths(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths, rows = torch.full((6,), 12), torch.arange(6)
    together = model(x, lengths)
    tolerance = 1e-4 * together.abs().max()
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert ((model(changed, lengths) - together).abs().amax(1) > tolerance).all()
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        assert (alone - together[b : b + 1]).abs().max() <= tolerance


@mistake(
    "test_padding",
    hint="That some answer feels its last step is not enough: each has to.",
)
def some_answer_moves(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths, rows = torch.tensor([5, 26, 1, 12, 25, 2]), torch.arange(6)
    together = model(x, lengths)
    tolerance = 1e-4 * together.abs().max()
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert (model(changed, lengths) - together).abs().max() > tolerance
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        assert (alone - together[b : b + 1]).abs().max() <= tolerance


@mistake(
    "test_padding",
    hint="Your lengths are sorted, and some models are right for sorted ones alone.",
)
def sorted_lengths(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths, rows = torch.tensor([26, 25, 12, 5, 2, 1]), torch.arange(6)
    together = model(x, lengths)
    tolerance = 1e-4 * together.abs().max()
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert ((model(changed, lengths) - together).abs().amax(1) > tolerance).all()
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        assert (alone - together[b : b + 1]).abs().max() <= tolerance


@mistake(
    "test_padding",
    hint="A fixed tolerance is too large for small answers: measure it by the answers.",
)
def fixed_tolerance_padding(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths, rows = torch.tensor([5, 26, 1, 12, 25, 2]), torch.arange(6)
    together = model(x, lengths)
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert ((model(changed, lengths) - together).abs().amax(1) > 1e-4).all()
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        assert (alone - together[b : b + 1]).abs().max() <= 1e-2


@mistake(
    "test_padding",
    hint="You accuse rounding errors: how large may they be, and how small is a fault?",
)
def too_strict_padding(model, D):
    x, other = torch.randn(2, 6, 26, D)
    lengths, rows = torch.tensor([5, 26, 1, 12, 25, 2]), torch.arange(6)
    together = model(x, lengths)
    tolerance = 8e-7 * together.abs().max()
    changed = x.clone()
    changed[rows, lengths - 1] = other[rows, lengths - 1]
    assert ((model(changed, lengths) - together).abs().amax(1) > tolerance).all()
    for b, n in enumerate(lengths.tolist()):
        alone = model(x[b : b + 1, :n], lengths[b : b + 1])
        assert (alone - together[b : b + 1]).abs().max() <= tolerance


@mistake("test_padding", hint="Your test never complains.")
def padding_never(model, D):
    return None


# --- test_state


@alternative("test_state")
def random_cuts(model, D):
    rng = np.random.default_rng(3)
    x = torch.randn(4, 30, D)
    whole, _ = model(x, None)
    size = whole.abs().max().item()
    assert (model(x, None)[0] - whole).abs().max() <= 5e-5 * size
    for _ in range(8):
        sizes = []
        while sum(sizes) < 30:
            sizes.append(int(min(rng.integers(1, 13), 30 - sum(sizes))))
        made, state = [], None
        for piece in x.split(sizes, 1):
            y, after = model(piece, state)
            again, _ = model(piece, state)
            assert (y - again).abs().max() <= 5e-5 * size, "a state was used up"
            made.append(y)
            state = after
        assert (torch.cat(made, 1) - whole).abs().max() <= 5e-5 * size
        first = sizes[0]
        without = model(x[:, first:], None)[0] - whole[:, first:]
        assert first == 30 or without.abs().max() > 5e-5 * size, "no memory"


@alternative("test_state")
def with_chunking(model, D):
    from rnncourse.probes.invariants import check_chunking

    x = torch.randn(3, 26, D)
    with torch.no_grad():
        for size in (1, 2, 7, 11, 25):
            check_chunking(model, x, size)
        _, state = model(x[:, :9], None)
        wanted = model(x, None)[0][:, 9:]
        for other in (x[:, 9:] + 1, x[:, 9:]):
            y, after = model(other, state)
            model(x[:, :3], after)
        assert torch.allclose(
            y / wanted.abs().max(), wanted / wanted.abs().max(), atol=1e-4
        )


@mistake(
    "test_state",
    hint="One cut in the middle: think of other places, of more pieces, and of "
    "a state that is used twice.",
)
def two_halves(model, D):
    x = torch.randn(3, 20, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    first, state = model(x[:, :10], None)
    second = model(x[:, 10:], state)[0]
    assert (torch.cat([first, second], 1) - whole).abs().max() <= tolerance
    assert (model(x[:, 10:], None)[0] - second).abs().max() > tolerance


@mistake(
    "test_state",
    hint="You cut a stream in two: the state after the second piece is not used, "
    "and none is used twice.",
)
def two_pieces(model, D):
    x = torch.randn(3, 26, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for cut in (1, 2, 7, 13, 25):
        first, state = model(x[:, :cut], None)
        second = model(x[:, cut:], state)[0]
        assert (torch.cat([first, second], 1) - whole).abs().max() <= tolerance
        assert (model(x[:, cut:], None)[0] - second).abs().max() > tolerance


@mistake("test_state", hint="You never start from the same state twice.")
def each_state_once(model, D):
    x = torch.randn(3, 26, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for size in (1, 25):
        made, state = [], None
        for piece in x.split(size, 1):
            outputs, state = model(piece, state)
            made.append(outputs)
        assert (torch.cat(made, 1) - whole).abs().max() <= tolerance
        assert (model(piece, None)[0] - outputs).abs().max() > tolerance


@mistake(
    "test_state",
    hint="A model that remembers nothing passes: ask also that the past is felt.",
)
def no_second_side(model, D):
    x = torch.randn(3, 26, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for size in (1, 25):
        for repeats in (1, 2):
            made, state = [], None
            for piece in x.split(size, 1):
                for _ in range(repeats):
                    outputs, after = model(piece, state)
                state = after
                made.append(outputs)
            assert (torch.cat(made, 1) - whole).abs().max() <= tolerance


@mistake("test_state", hint="In a batch of one no row can get the state of another.")
def one_stream(model, D):
    x = torch.randn(1, 26, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for size in (1, 25):
        state, t = None, 0
        for piece in x.split(size, 1):
            expected = whole[:, t : t + piece.shape[1]]
            for _ in range(2):
                outputs, after = model(piece, state)
                assert (outputs - expected).abs().max() <= tolerance
            state, t = after, t + piece.shape[1]
        assert (model(piece, None)[0] - expected).abs().max() > tolerance


@mistake("test_state", hint="Pieces of a single step are pieces too.")
def longer_pieces(model, D):
    x = torch.randn(3, 27, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for size in (3, 6, 9, 12):
        state, t = None, 0
        for piece in x.split(size, 1):
            expected = whole[:, t : t + piece.shape[1]]
            for _ in range(2):
                outputs, after = model(piece, state)
                assert (outputs - expected).abs().max() <= tolerance
            state, t = after, t + piece.shape[1]
        assert (model(piece, None)[0] - expected).abs().max() > tolerance


@mistake(
    "test_state",
    hint="Your streams are too short to show what happens in long ones.",
)
def short_stream(model, D):
    x = torch.randn(3, 8, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for size in (1, 3, 7):
        state, t = None, 0
        for piece in x.split(size, 1):
            expected = whole[:, t : t + piece.shape[1]]
            for _ in range(2):
                outputs, after = model(piece, state)
                assert (outputs - expected).abs().max() <= tolerance
            state, t = after, t + piece.shape[1]
        assert (model(piece, None)[0] - expected).abs().max() > tolerance


@mistake(
    "test_state",
    hint="A state need not be a tensor: yours to hand back, not to look into.",
)
def state_is_a_tensor(model, D):
    x = torch.randn(3, 26, D)
    whole = model(x, None)[0]
    tolerance = 1e-4 * whole.abs().max()
    for size in (1, 25):
        made, state = [], None
        for piece in x.split(size, 1):
            outputs, state = model(piece, state)
            state = state.detach()
            made.append(outputs)
        assert (torch.cat(made, 1) - whole).abs().max() <= tolerance
        assert (model(piece, None)[0] - outputs).abs().max() > tolerance


@mistake(
    "test_state",
    hint="A fixed tolerance is too large for small outputs: measure it by the outputs.",
)
def fixed_tolerance_state(model, D):
    x = torch.randn(3, 26, D)
    whole = model(x, None)[0]
    for size in (1, 25):
        state, t = None, 0
        for piece in x.split(size, 1):
            expected = whole[:, t : t + piece.shape[1]]
            for _ in range(2):
                outputs, after = model(piece, state)
                assert (outputs - expected).abs().max() <= 1e-2
            state, t = after, t + piece.shape[1]
        assert (model(piece, None)[0] - expected).abs().max() > 1e-4


@mistake(
    "test_state",
    hint="You accuse rounding errors: how large may they be, and how small is a fault?",
)
def too_strict_state(model, D):
    x = torch.randn(3, 26, D)
    whole = model(x, None)[0]
    tolerance = 1e-6 * whole.abs().max()
    for size in (1, 25):
        state, t = None, 0
        for piece in x.split(size, 1):
            expected = whole[:, t : t + piece.shape[1]]
            for _ in range(2):
                outputs, after = model(piece, state)
                assert (outputs - expected).abs().max() <= tolerance
            state, t = after, t + piece.shape[1]
        assert (model(piece, None)[0] - expected).abs().max() > tolerance


@mistake("test_state", hint="Your test never complains.")
def state_never(model, D):
    return None
