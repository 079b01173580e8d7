"""Interpolated modified Kneser-Ney smoothing, written from the formulas with dictionaries: slow and obvious."""

from collections import Counter, defaultdict

START, END = "<s>", "</s>"


def padded(sentence, order):
    return (START,) * (order - 1) + tuple(sentence) + (END,)


class KneserNey:
    """p(word | history) for sentences of words; `discounts` has (D1, D2, D3+) for each order from 1."""

    def __init__(self, sentences, order, words, discounts):
        self.order, self.words, self.discounts = order, list(words), discounts
        grams = Counter()
        for sentence in sentences:
            text = padded(sentence, order)
            for k in range(1, order + 1):
                grams.update(text[i : i + k] for i in range(len(text) - k + 1))
        self.counts = defaultdict(Counter)  # of a history: what follows it, how often or after how many words
        for gram, count in grams.items():
            if gram[-1] == START:
                continue
            if len(gram) == order:
                self.counts[gram[:-1]][gram[-1]] = count
            if len(gram) > 1:
                self.counts[gram[1:-1]][gram[-1]] += len(gram) <= order and (len(gram) - 1 < order)

    def adjusted(self, k):
        """All counts of order k."""
        return [count for history, after in self.counts.items() if len(history) == k - 1 for count in after.values()]

    def discount(self, count, k):
        return self.discounts[k - 1][min(count, 3) - 1] if count else 0.0

    def probability(self, word, history):
        """The interpolated probability; `history` is a tuple of at most order - 1 words."""
        k = len(history) + 1
        lower = self.probability(word, history[1:]) if history else 1 / len(self.words)
        after = self.counts.get(history)
        if not after:
            return lower
        total = sum(after.values())
        taken = sum(self.discount(count, k) for count in after.values())
        own = after.get(word, 0)
        return (own - self.discount(own, k)) / total + taken / total * lower
