"""gensim's tests that do not pass with firth.gensim, or are not run, each with its reason; docs/gensim.md counts them.

INTERNAL   tests a private function, an attribute or a log line that is no part of gensim's documented interface
PICKLE     opens a file for what Firth does not read from it, or expects code to come out of a file
DIFFERS    tests what is otherwise on purpose; docs/gensim.md has the difference
DATA       the file that it opens is not among gensim's test data
LONG       passes, but takes too long to be run each time
GENSIM     tests gensim itself, whatever is imported
"""

__all__ = ["DATA", "DIFFERS", "GENSIM", "INTERNAL", "LONG", "NOT_PASSING", "PICKLE"]

INTERNAL, PICKLE, DIFFERS, DATA, LONG, GENSIM = "internal", "pickle", "differs", "data", "long", "gensim"

NOT_PASSING: dict[str, dict[str, str]] = {
    "test_word2vec": {
        "TestWord2VecModel.test_load_old_model": PICKLE,  # the attribute cum_table
        "TestWord2VecModel.test_load_old_model_separates": PICKLE,
        "TestWord2VecModel.test_prune_vocab": DIFFERS,  # three words with max_vocab_size=2
        "TestWord2VecModel.test_evaluate_word_pairs_from_file": LONG,
        "TestWord2VecModel.test_parallel": LONG,
        "TestWord2VecModel.test_sg_fixedwindowsize": LONG,
        "TestWord2VecModel.test_sg_neg": LONG,
        "TestWord2VecSentenceIterators.test_cython_line_sentence_works_with_filename": INTERNAL,
        "TestWord2VecScripts.test_word2vec_stand_alone_script": GENSIM,
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
    "test_phrases": {
        "TestPhrasesModel.test_export_phrases": DIFFERS,  # joined words are not taken apart and scored again
        "TestPhrasesPersistence.test_save_load_custom_scorer": PICKLE,
        "TestPhrasesPersistence.test_save_load_no_common_terms": PICKLE,
        "TestPhrasesPersistence.test_save_load_no_scoring": PICKLE,
        "TestPhrasesPersistence.test_save_load_string_scoring": PICKLE,
        "TestFrozenPhrasesPersistence.test_save_load_custom_scorer": PICKLE,
        "TestFrozenPhrasesPersistence.test_save_load_no_common_terms": PICKLE,
        "TestFrozenPhrasesPersistence.test_save_load_no_scoring": PICKLE,
        "TestFrozenPhrasesPersistence.test_save_load_string_scoring": PICKLE,
        "TestFrozenPhrasesModelCompatibility.test_compatibility": PICKLE,
    },
}
