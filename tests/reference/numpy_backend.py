"""A backend in plain NumPy and float64: position by position, with the reference implementations of firth.illustrated.

It makes the same draws as every backend, and passes the same contract (tests/contracts/test_backends.py).
"""

from itertools import groupby

import numpy as np

from firth.backends.protocol import NOTHING, Totals
from firth.illustrated.composition import compose, return_changes
from firth.illustrated.documents import inputs_with_documents
from firth.illustrated.draws import Draws, alias_draw, positions, random_bits
from firth.illustrated.hierarchical_softmax import Path, path_targets
from firth.illustrated.nce import contrast_targets
from firth.illustrated.softmax import softmax_step
from firth.illustrated.targets import (
    add_noise_of_group,
    add_session_target,
    noise_targets,
    train_each,
    train_mean,
)


class NumpyBackend:
    """Trains one position after another.

    batch : positions with the same learning rate.
    targets_at_once : skip-gram moves this many targets together (see train_each); None for all.
    tile : hidden vectors that full softmax trains together.
    period : batches for which words are composed.
    """

    def __init__(self, *, batch=1024, targets_at_once=None, tile=16, period=2):
        self.batch, self.targets_at_once, self.tile, self.period = batch, targets_at_once, tile, period
        self.chunk = self.least_part = batch

    def start(self, plan, inputs, outputs, message=lambda sentence: None):
        self.plan = plan
        self._rows = np.array(inputs, np.float64)  # of words and n-grams
        shape = plan.n_outputs, self._rows.shape[1]
        self._output = np.zeros(shape) if outputs is None else np.array(outputs, np.float64)
        self._totals = Totals(0, 0, 0.0)

    def train_epoch(self, epoch, rates, tokens, watch, so_far=NOTHING):
        self._totals = so_far
        self._input, self._composed = self._rows, None  # what is trained: those rows, or composed ones
        sampling = self.plan.sampling_of(epoch)
        self._key = int(sampling.key)
        draws = Draws(*sampling[:5], self._key, different=self.plan.objective == "negative_sampling")
        ids, offsets = self.plan.corpus
        sentences = [ids[a:b].tolist() for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
        slope = (rates[1] - rates[0]) / max(len(ids), 1)
        every = positions(sentences, draws, alone=self.plan.documents is not None)
        found = (self._with_documents(one) for one in every if one.position in tokens)
        train = self._train_softmax if self.plan.objective == "softmax" else self._train
        period = 0
        for number, batch in groupby(found, lambda one: (one.position - tokens.start) // self.batch):
            watch(self._totals)
            rate = rates[0] + slope * (tokens.start + number * self.batch)
            if number // self.period != period:  # a batch without a pair may be missing
                self._return_changes()
                period = number // self.period
            self._compose()
            pairs, loss = train(list(batch), rate, sentences, draws)
            words = so_far.words + min((number + 1) * self.batch, len(tokens))
            self._totals = Totals(words, self._totals.pairs + pairs, self._totals.loss + loss)
        self._return_changes()
        self._totals = self._totals._replace(words=so_far.words + len(tokens))
        return self._totals

    def _with_documents(self, one):
        if self.plan.documents is None:
            return one
        starts, tags, first, *_ = self.plan.documents
        of_sentence = tags[starts[one.sentence] : starts[one.sentence + 1]].tolist()
        return one._replace(context=inputs_with_documents(one.context, of_sentence, first))

    def _compose(self):
        if self.plan.composition is not None and self._composed is None:
            self._composed = compose(self._rows, *self.plan.composition[:2])
            self._input = np.concatenate((self._composed, self._rows[len(self._composed) :]))

    def _return_changes(self):
        if self._composed is not None:
            words = len(self._composed)
            if self.plan.documents is not None:  # which are not composed
                self._rows[self.plan.documents.first :] = self._input[self.plan.documents.first :]
            return_changes(self._rows, self._input[:words] - self._composed, *self.plan.composition)
            self._composed = None

    def totals(self):
        return self._totals

    def is_finite(self):
        return bool(np.isfinite(self._rows).all() and np.isfinite(self._output).all())

    def rows(self, matrix, ids):
        return (self._rows if matrix == "input" else self._output)[ids].astype(np.float32)

    def settle(self):
        pass

    def matrices(self):
        return self._rows.astype(np.float32), self._output.astype(np.float32)

    def stop(self):
        self._rows = self._input = self._output = np.zeros((0, 0))

    def _targets(self, one):
        if self.plan.tree is not None:
            offsets, turns, _ = self.plan.tree
            path = turns[offsets[one.center] : offsets[one.center + 1]]
            return path_targets(Path((path >> 1).tolist(), (path & 1).tolist()))
        if self.plan.contrast_shifts is not None:
            return contrast_targets(one.center, one.negatives, self.plan.contrast_shifts)
        targets = noise_targets(one.center, one.negatives)
        if (groups := self.plan.groups) is not None and (group := groups.of_word[one.center]) >= 0:
            first, stop = groups.starts[group], groups.starts[group + 1]
            members, table = groups.words[first:stop].tolist(), groups.noise_table[first:stop]
            bits = [self._bits(one, 1 + len(one.negatives) + k) for k in range(groups.negative_samples)]
            targets = add_noise_of_group(targets, members, [alias_draw(b, table) for b in bits])
        if (sessions := self.plan.sessions) is not None and (target := int(sessions.targets[one.sentence])) >= 0:
            targets = add_session_target(targets, target, sessions.weight)
        return targets

    def _bits(self, one, draw):
        return random_bits(random_bits(self._key, one.position), draw)

    @property
    def _mean(self):
        """How CBOW makes one input of several rows."""
        plan = self.plan
        return {"exact": plan.exact_gradient, "rows_of_words": plan.rows_of_words, "summed": plan.sums_inputs}

    def _train(self, found, rate, sentences, draws):
        """Returns (pairs, loss)."""
        pairs, loss = 0, 0.0
        for one in found:
            if not one.context:
                continue
            step = self._input, self._output, one.context, self._targets(one), rate
            if self.plan.architecture == "skipgram":
                loss += train_each(*step, targets_at_once=self.targets_at_once)
                pairs += len(one.context)
            else:
                loss += train_mean(*step, **self._mean)
                pairs += 1
        return pairs, loss

    def _train_softmax(self, found, rate, sentences, draws):
        """The same for full softmax: `tile` hidden vectors together, each once for all words that it predicts."""
        examples = {}  # position of the hidden vector: its inputs, and the words it predicts
        for one in found:
            if self.plan.architecture == "cbow":
                examples[one.position] = one.context, [one.center]
                continue
            for position, word in zip(_context_positions(one, sentences, draws), one.context, strict=True):
                examples.setdefault(position, ([word], []))[1].append(one.center)
        rows = [examples[position] for position in sorted(examples)]
        pairs, loss = 0, 0.0
        for first in range(0, len(rows), self.tile):
            some = [(inputs, word) for inputs, words in rows[first : first + self.tile] for word in words]
            inputs, words = zip(*some, strict=True)
            loss += softmax_step(self._input, self._output, inputs, words, rate, **self._mean)
            pairs += len(some)
        return pairs, loss


def _context_positions(one, sentences, draws):
    """The positions of one.context."""
    starts = np.cumsum([0, *map(len, sentences)])
    sentence = np.searchsorted(starts, one.position, side="right") - 1
    inside = range(starts[sentence], starts[sentence + 1])
    read = [p for p in inside if draws.is_read(sentences[sentence][p - starts[sentence]], p)]
    here, (before, after) = read.index(one.position), draws.reach(one.position)
    return read[max(0, here - before) : here] + read[here + 1 : here + 1 + after]
