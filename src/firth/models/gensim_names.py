"""What gensim calls settings and parts of its Word2Vec and Doc2Vec, answered with the names here."""

from collections.abc import Mapping

__all__ = ["ATTRIBUTES", "DOCUMENT_ATTRIBUTES", "DOCUMENT_SETTINGS", "SETTINGS"]

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
    "train": "fit(corpus) reads the text and trains; continue_training(corpus) learns a new text",
    "get_latest_training_loss": "model.history has the loss of each epoch",
    "most_similar": "the word vectors answer: model.vectors.most_similar(word)",
    "similarity": "the word vectors answer: model.vectors.similarity(word, other)",
    "save_word2vec_format": "the word vectors are saved by model.vectors.save(path)",
    "predict_output_word": "firth.language_models.fill.fill_with_cbow(model, sentence) fills a gap",
    "corpus_total_words": "model.vocabulary.total_words has it",
    "corpus_count": "sentences are not counted; model.vocabulary.total_words is the number of words",
}

DOCUMENT_SETTINGS: Mapping[str, str] = {
    **{name: answer.replace("Word2Vec", "Doc2Vec").replace("corpus", "documents") for name, answer in SETTINGS.items()},
    "documents": "give them to fit(): Doc2Vec().fit(documents)",
    "dm": "dm=1 is architecture='dm' here, and dm=0 is architecture='dbow'",
    "dbow_words": "it is train_words here",
    "dm_mean": "the mean of document and words is always taken, as with dm_mean=1",
    "dm_concat": "concatenated vectors are not offered; architecture='dm' takes their mean",
    "dm_tag_count": "a document may have any number of tags; leave it out",
    "subwords": "documents have no character n-grams; leave it out",
}

DOCUMENT_ATTRIBUTES: Mapping[str, str] = {
    **{name: answer.replace("corpus", "documents") for name, answer in ATTRIBUTES.items()},
    "dv": "the vectors of documents are model.documents",
    "docvecs": "the vectors of documents are model.documents",
    "infer_vector": "model.infer(documents) makes vectors of new documents",
    "hyperparameters": "it is settings here",
}
