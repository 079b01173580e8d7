"""A sweep: models of one text with several settings."""

import numpy as np
import pytest

from firth import FormatError, SettingError, UnknownWordError, Word2Vec, load
from firth.corpus import encode
from firth.evaluation.analogy_questions import AnalogyQuestion
from firth.evaluation.suite import Suite
from firth.experiments.sweep import WINDOWS, Sweep, make_grid

LINES = ["the cat sat on the mat", "the dog sat on the log", "a horse and a sheep met", "red gold and blue iron"] * 30
QUICK = {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1, "subsample_threshold": 0}
ONE_QUESTION = Suite({"mine": [AnalogyQuestion("s", "cat", "mat", "dog", "log")]})


class TestGrid:
    def test_every_combination_is_a_cell_and_the_last_name_changes_fastest(self):
        grid = make_grid({"window": [2, 5], "epochs": 3, "negative_samples": (1, 4)})
        assert [varied for varied, _ in grid] == [
            {"window": window, "negative_samples": samples} for window in (2, 5) for samples in (1, 4)
        ]
        assert [(settings.window, settings.negative_samples) for _, settings in grid] == [
            (2, 1),
            (2, 4),
            (5, 1),
            (5, 4),
        ]
        assert {settings.epochs for _, settings in grid} == {3}

    def test_without_a_list_windows_go_from_small_to_large(self):
        assert [settings.window for _, settings in make_grid({"epochs": 1})] == list(WINDOWS)
        assert len(make_grid({"window": 3})) == 1
        assert [settings.window for _, settings in make_grid({"negative_samples": [2, 5]})] == [5, 5]

    def test_each_cell_has_the_defaults_of_its_own_settings(self):
        rates = [settings.learning_rate for _, settings in make_grid({"architecture": ["skipgram", "cbow"]})]
        assert rates == [0.025, 0.05]

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"window": [2, 0]}, "window=0: must be a whole number from 1"),
            ({"window": [2, "wide"]}, "window='wide'"),
            ({"window": []}, r"window=\[\]"),
            ({"window": [2, 5, 2]}, "several different ones"),
            ({"windows": [2, 5]}, "windows: there is no such setting"),
            ({"min_count": [1, 5]}, r"min_count=\[1, 5\]: must be one value"),
            ({"tokenizer": ["words", "whitespace"]}, "tokenizer=.*: must be one value"),
            ({"window": range(1, 100), "epochs": range(1, 100)}, "9,801 cells"),
            ({"learning_rate": [0.1, 1e-6], "final_learning_rate": 1e-5}, "final_learning_rate"),
        ],
    )
    def test_impossible_settings_are_errors_before_anything_is_read(self, settings, message):
        with pytest.raises(SettingError, match=message):
            Sweep(settings)


def test_cells_are_the_models_that_separate_trainings_give(tmp_path):
    sweep = Sweep({"window": [1, 4], **QUICK}, words=["cat"], count=3, tests=ONE_QUESTION, folder=tmp_path / "models")
    assert sweep.run(iter(LINES), progress=False) is sweep  # an iterator can be read only once
    assert [cell.settings for cell in sweep.cells] == [{"window": 1}, {"window": 4}]
    for cell in sweep.cells:
        alone = Word2Vec(window=cell.settings["window"], **QUICK).fit(LINES, progress=False)
        assert load(cell.path).matrix.tobytes() == alone.vectors.matrix.tobytes()
        assert cell.neighbours == {"cat": alone.vectors.most_similar("cat", 3)}
        assert cell.scores.keys() == {"mine"}
        assert cell.scores["mine"].covered == 1
        assert cell.hyperparameters == alone.hyperparameters
        assert cell.loss == alone.history[-1].loss
        assert cell.seconds > 0
        assert not cell.diverged
        assert np.isfinite(cell.cooccurrence_lift)
    assert [path.name for path in sorted((tmp_path / "models").iterdir())] == ["window-1.firth", "window-4.firth"]


def test_default_words_and_test_sets():
    sweep = Sweep({"window": 2, **QUICK}).run(encode(LINES, min_count=1), progress=False)
    assert sweep.words == ["red", "dog", "iron"], "each of another category: colours, animals, metals"
    assert set(sweep.cells[0].scores) == {"built-in analogies", "built-in categories", "built-in odd words"}


def test_a_diverging_learning_rate_affects_one_cell_only():
    sweep = Sweep({"learning_rate": [0.05, 1e6], **QUICK, "epochs": 20}, words=["cat"], tests=ONE_QUESTION)
    first, second = sweep.run(LINES, progress=False).cells
    assert not first.diverged
    assert first.scores
    assert second.diverged
    assert not second.scores
    assert not second.neighbours


def test_finished_cells_are_kept_after_ctrl_c():
    seen = []

    def stop_in_the_third_model(progress):
        seen.append(progress.facts.get("epoch_done") and progress.facts["epoch"] == 2)
        if seen.count(True) == 3:
            raise KeyboardInterrupt

    sweep = Sweep({"window": [1, 2, 3, 4], **QUICK}, words=["cat"], tests=ONE_QUESTION)
    with pytest.raises(KeyboardInterrupt):
        sweep.run(LINES, progress=stop_in_the_third_model)
    assert [cell.settings for cell in sweep.cells] == [{"window": 1}, {"window": 2}]


def test_words_and_folders_are_checked_before_anything_is_trained(tmp_path):
    reports = []
    with pytest.raises(UnknownWordError, match="near spellings: cat"):
        Sweep(QUICK, words=["cats"]).run(LINES, progress=reports.append)
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="is a file"):
        Sweep(QUICK, folder=tmp_path / "file").run(LINES, progress=reports.append)
    with pytest.raises(FormatError, match="there is no folder"):
        Sweep(QUICK, folder=tmp_path / "no" / "where").run(LINES, progress=reports.append)
    assert {progress.stage for progress in reports} <= {"reading"}


def test_a_file_that_cannot_be_written_is_found_before_the_text_is_read(tmp_path):
    (tmp_path / "window-5.firth").mkdir()
    with pytest.raises(FormatError, match=r"window-5\.firth: is a folder"):
        Sweep({"window": [2, 5]}, folder=tmp_path).run("missing.txt")
    names = ["window", "epochs", "negative_samples", "noise_exponent", "subsample_threshold", "learning_rate"]
    names += ["final_learning_rate", "vector_size", "seed"]
    grid = {name: [1 / 3 if "rate" in name or "thr" in name or "exp" in name else 10**3] for name in names}
    grid |= {"architecture": ["skipgram"], "objective": ["negative_sampling"], "shrink_window": [True]}
    with pytest.raises(SettingError, match="too long for the name of a file: vary fewer"):
        Sweep(grid, folder=tmp_path / "new").run("missing.txt")
