"""gensim's tests that do not pass with firth.gensim, or are not run, each with its reason; docs/gensim.md counts them.

INTERNAL   tests a private function, an attribute or a log line that is no part of gensim's documented interface
OLD        opens an old file for what Firth does not read from it, or expects code to come out of a file
DIFFERS    tests what is otherwise on purpose; docs/gensim.md has the difference
LONG       passes, but takes too long to be run each time
"""

__all__ = ["DIFFERS", "INTERNAL", "LONG", "NOT_PASSING", "OLD"]

INTERNAL, OLD, DIFFERS, LONG = "internal", "old", "differs", "long"

NOT_PASSING: dict[str, dict[str, str]] = {
    "test_word2vec": {
        "TestWord2VecModel.test_prune_vocab": DIFFERS,  # three words with max_vocab_size=2
        "TestWord2VecModel.test_evaluate_word_pairs_from_file": LONG,
        "TestWord2VecModel.test_parallel": LONG,
        "TestWord2VecModel.test_sg_fixedwindowsize": LONG,
        "TestWord2VecModel.test_sg_neg": LONG,
    },
    "test_doc2vec": {
        "TestDoc2VecModel.test_cython_linesentence_readline_after_getting_offsets": INTERNAL,
        "TestDoc2VecModel.test_get_offsets_and_start_doctags": INTERNAL,
        **{f"TestDoc2VecModel.test_{name}": DIFFERS for name in ("deterministic_dmc", "dmc_hs", "dmc_neg")},
        **{f"TestDoc2VecModel.test_{name}_fromfile": DIFFERS for name in ("dmc_hs", "dmc_neg")},
        "TestDoc2VecModel.test_parallel": LONG,
    },
    "test_keyedvectors": {
        "LoadWord2VecFormatTest.test_load_word2vec_format_basic": INTERNAL,
        "LoadWord2VecFormatTest.test_load_word2vec_format_limit": INTERNAL,
        "LoadWord2VecFormatTest.test_load_word2vec_format_space_stripping": INTERNAL,
    },
    "test_fasttext": {
        "TestFastTextModel.test_estimate_memory": INTERNAL,  # bytes of what gensim allocates
        "TestFastTextModel.test_load_fasttext_format": OLD,  # fastText's first, headerless version
        "TestFastTextModel.test_load_model_non_utf8_encoding": DIFFERS,
        "TestFastTextModel.test_load_model_with_non_ascii_vocab": OLD,
        "SaveFacebookFormatModelTest.test_cbow": DIFFERS,  # with both objectives, negative sampling is written
        "SaveFacebookFormatModelTest.test_skipgram": DIFFERS,
        "SaveGensimByteIdentityTest.test_cbow": DIFFERS,  # a tree of hierarchical softmax that is not ours
        "SaveGensimByteIdentityTest.test_skipgram": DIFFERS,
    },
    "test_phrases": {
        "TestPhrasesModel.test_export_phrases": DIFFERS,  # joined words are not taken apart and scored again
        "TestPhrasesPersistence.test_save_load_custom_scorer": OLD,
        "TestFrozenPhrasesPersistence.test_save_load_custom_scorer": OLD,
    },
}
