"""What gensim calls settings and parts of its Word2Vec, answered with the names here."""

from collections.abc import Mapping

__all__ = ["ATTRIBUTES", "SETTINGS"]

_NO_EFFECT = "leave it out"
_FIT = "give the text to fit(): Word2Vec().fit(corpus)"

SETTINGS: Mapping[str, str] = {
    "sentences": _FIT,
    "corpus_file": _FIT,
    "size": "it is vector_size here",
    "iter": "it is epochs here",
    "alpha": "it is learning_rate here",
    "min_alpha": "it is final_learning_rate here",
    "workers": "it is threads here",
    "sample": "it is subsample_threshold here",
    "negative": "it is negative_samples here",
    "ns_exponent": "it is noise_exponent here",
    "sg": "sg=1 is architecture='skipgram' here, the default, and sg=0 is architecture='cbow'",
    "hs": "hs=1 is objective='hierarchical_softmax' here",
    "cbow_mean": "CBOW takes the mean here, as with cbow_mean=1",
    "shrink_windows": "it is shrink_window here",
    "max_final_vocab": "it is max_vocabulary here",
    "max_vocab_size": "words are not dropped while they are counted; max_vocabulary limits how many are kept",
    "trim_rule": "min_count and max_vocabulary choose the words here",
    "compute_loss": "the loss is always computed: model.history has it for each epoch",
    "callbacks": "give a function of a Progress record to fit(corpus, progress=function)",
    "hashfxn": _NO_EFFECT,
    "null_word": _NO_EFFECT,
    "sorted_vocab": "words are always sorted by falling count; leave it out",
    "batch_words": _NO_EFFECT,
    "comment": _NO_EFFECT,
}

ATTRIBUTES: Mapping[str, str] = {
    "wv": "the word vectors are model.vectors",
    "syn1neg": "the context vectors are model.context_vectors",
    "syn1": "the vectors of the Huffman tree are model.node_vectors",
    "build_vocab": "fit(corpus) reads the text and trains",
    "train": "fit(corpus) reads the text and trains; the training of a model cannot be continued",
    "get_latest_training_loss": "model.history has the loss of each epoch",
    "most_similar": "the word vectors answer: model.vectors.most_similar(word)",
    "similarity": "the word vectors answer: model.vectors.similarity(word, other)",
    "save_word2vec_format": "the word vectors are saved by model.vectors.save(path)",
    "predict_output_word": "firth.language_models.fill.fill_with_cbow(model, sentence) fills a gap",
    "corpus_total_words": "model.vocabulary.total_words has it",
    "corpus_count": "sentences are not counted; model.vocabulary.total_words is the number of words",
}
