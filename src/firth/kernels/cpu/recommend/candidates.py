"""The items that are compared for a question with a known answer: the best by any single feature, and their features.

Reference  firth.kernels.cpu.recommend.evidence for the features.
Shapes     N items; n found items of a history; Q questions; F features; T items are chosen by each.
Memory     the caller's: CandidateTable and EvidenceWorkspace in kernels/arguments.py, one of each for a thread.
"""

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.recommend.evidence import FIRST_LAG, features_of_sums, forget, gather, value_of_rank
from firth.kernels.cpu.search.cosine import product

__all__ = ["list_candidates"]


@step
def choose_by_sum(sums, work, n, heap, chosen, count):
    """Choose the found items with the largest sums; returns how many are chosen then."""
    least = value_of_rank(sums, n, heap)
    left = len(heap)
    for slot in range(n):
        value = sums[slot]
        if value >= least and value > 0 and left > 0:
            left -= 1
            if work.lags[slot] >= 0:
                work.lags[slot] = -1 - work.lags[slot]  # marks it as chosen
                chosen[count] = work.found[slot]
                count += 1
    return count


@step
def choose_by_product(best, work, chosen):
    """Choose the items with the largest products; those that are found are marked. Returns how many are chosen."""
    count = 0
    for i in range(len(best)):
        item = best[i]
        if item >= 0:
            chosen[count] = item
            count += 1
            slot = work.slots[item]
            if slot >= 0:
                work.lags[slot] = -1 - work.lags[slot]
    return count


@step
def choose_candidates(best, work, n, table):
    """The items that are best by any single feature, and those of the history, in table.chosen; returns how many."""
    count = choose_by_product(best, work, table.chosen)
    count = choose_by_sum(work.rules, work, n, table.heap, table.chosen, count)
    count = choose_by_sum(work.neighbours, work, n, table.heap, table.chosen, count)
    count = choose_by_sum(work.sequences, work, n, table.heap, table.chosen, count)
    for slot in range(n):
        if work.lags[slot] > 0:  # seen, and not chosen yet
            work.lags[slot] = -1 - work.lags[slot]
            table.chosen[count] = work.found[slot]
            count += 1
    return count


@step
def put_first(chosen, count, answer):
    """Exchange the answer with the first item; returns whether it is there at all."""
    for i in range(count):
        if chosen[i] == answer:
            chosen[i] = chosen[0]
            chosen[0] = answer
            return True
    return False


@step
def write_features(features, item, value, log_count, work):
    """Fill the features (F,) of a chosen item, of which the product of vectors is given."""
    features[:] = 0
    features[0] = value
    features[4] = log_count
    slot = work.slots[item]
    if slot >= 0:
        features[1] = work.rules[slot]
        features[2] = work.neighbours[slot]
        features[3] = work.sequences[slot]
        lag = -1 - work.lags[slot]
        if lag > 0:
            features[FIRST_LAG + lag] = 1


@kernel
def list_candidates(histories, answers, products, log_counts, sources, work, table):
    """The items that are best after each history by any single feature, and their features; returns how many in all.

    histories : EncodedIds.    answers : (Q,) the first candidate; a question has none if its answer is not among them,
        or its history is empty.
    products : VectorProducts.    log_counts : (N,) float32.
    table : CandidateTable.
    """
    offsets = histories.sentence_offsets
    total = 0
    for query in range(len(answers)):
        history = histories.ids[offsets[query] : offsets[query + 1]]
        table.sizes[query] = 0
        if len(history) == 0:
            continue
        n = gather(history, sources, work)
        count = choose_candidates(products.best[query], work, n, table)
        if put_first(table.chosen, count, answers[query]):
            features_of_sums(work, n)
            for i in range(count):
                item = table.chosen[i]
                value = product(products.vectors, item, products.queries[query])
                write_features(table.features[total + i], item, value, log_counts[item], work)
            table.sizes[query] = count
            total += count
        forget(work, n)
    return total
