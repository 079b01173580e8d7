"""Interpolated modified Kneser-Ney smoothing, written from the formula with dictionaries, one probability at a time.

    p(w | h) = (c(h w) - D) / c(h ·)  +  D(h) / c(h ·) * p(w | h without its first word)

c is the number of occurrences for the longest n-grams; for all shorter ones, the number of different words that the
n-gram follows. D is the discount of the count, and D(h) the sum of all discounts after the history h. Single words are
interpolated with the uniform distribution. firth.language_models.kneser_ney does the same for all n-grams at once.

Source   Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling", section 4.1.6.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

__all__ = ["KneserNey", "padded"]

START, END = "<s>", "</s>"


def padded(sentence: Iterable[str], order: int) -> tuple[str, ...]:
    """A sentence with order - 1 `<s>` before it and one `</s>` after it."""
    return (*(START,) * (order - 1), *sentence, END)


class KneserNey:
    """An n-gram model of sentences of words.

    words : all outcomes that can be predicted, `</s>` included.
    discounts : for each order from 1, the discounts of counts of 1, of 2, and of 3 or more.
    """

    def __init__(
        self,
        sentences: Iterable[Sequence[str]],
        order: int,
        words: Sequence[str],
        discounts: Sequence[Sequence[float]],
    ) -> None:
        self.words, self.discounts = list(words), discounts
        ngrams: Counter[tuple[str, ...]] = Counter()
        for sentence in sentences:
            text = padded(sentence, order)
            for k in range(1, order + 1):
                ngrams.update(text[i : i + k] for i in range(len(text) - k + 1))
        # After each history, the count of each word that follows it.
        self.counts: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for ngram, occurrences in ngrams.items():
            if ngram[-1] == START:
                continue  # the start of a sentence is never predicted
            if len(ngram) == order:
                self.counts[ngram[:-1]][ngram[-1]] = occurrences
            if len(ngram) > 1:  # one more word that the n-gram without its first word follows
                self.counts[ngram[1:-1]][ngram[-1]] += 1

    def discount(self, count: int, order: int) -> float:
        """What is subtracted from a count of this order; 0 for a count of 0."""
        return self.discounts[order - 1][min(count, 3) - 1] if count else 0.0

    def probability(self, word: str, history: tuple[str, ...]) -> float:
        """p(word | history); the history has at most order - 1 words."""
        order = len(history) + 1
        shorter = self.probability(word, history[1:]) if history else 1 / len(self.words)
        after = self.counts.get(history)
        if not after:
            return shorter
        total = sum(after.values())
        discounts = sum(self.discount(count, order) for count in after.values())
        count = after[word]
        return (count - self.discount(count, order)) / total + discounts / total * shorter
