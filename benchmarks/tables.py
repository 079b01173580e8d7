"""Write the measured tables into docs/benchmarks.md, docs/defaults.md and docs/objectives.md, between their markers.

    python benchmarks/tables.py

A marker is a pair of lines, <!-- NAME --> and <!-- end -->; the lines between them are replaced.
"""

import re
from pathlib import Path

import quality
from report import load, mean_and_spread, median

CPU = "server's processor time per request (ms)"
PERCENTILES = ("p50", "p95", "p99")
DOCS = Path(__file__).parent.parent / "docs"


def measured_on(results: dict) -> str:
    """One line: machine, versions, date."""
    facts = results["environment"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items() if name != "firth")
    return f"{facts['processor']}, {facts['cores']} cores, Python {facts['python']}, {versions}; {facts['date']}."


def grid(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def train_speed(results: dict) -> str:
    rows = []
    for row in results["rows"]:
        share = f"{row['percent_of_peak']:.0f} %" if "percent_of_peak" in row else ""
        rows.append([
            row["name"], f"{median(row['firth']):.2f}", f"{median(row['gensim']):.1f}", f"**{row['ratio']:.1f}×**",
            " ".join(f"{ratio:.1f}" for ratio in row["ratios"]), share,
            " ".join(f"{value:.0f}" for value in row["handover_ns"]),
        ])  # fmt: skip
    header = ["", "Firth, s", "gensim, s", "ratio", "of each round", "of the FMA peak", "core to core, ns"]
    return grid(header, rows) + f"\n\n{results['threads']} threads. {measured_on(results)}"


def command(results: dict) -> str:
    rows = [
        [name, f"{median(results[key]):.1f}", " ".join(f"{s:.1f}" for s in results[key]),
         f"{max(results[f'{key}_megabytes']):.0f}"]
        for name, key in (("Firth", "firth"), ("gensim", "gensim"))
    ]  # fmt: skip
    table = grid(["", "median, s", "runs, s", "peak memory, MB"], rows)
    return f"{table}\n\nRatio **{results['ratio']:.1f}×**, {results['threads']} threads. {measured_on(results)}"


def startup(results: dict) -> str:
    rows = [
        [name, f"{median(values):.3f}", " ".join(f"{value:.3f}" for value in values)]
        for name, values in results.items()
        if name != "environment"
    ]
    return grid(["", "median, s", "runs, s"], rows) + f"\n\n{measured_on(results)}"


def compile_time(results: dict) -> str:
    rows = [
        [name, f"{median(values):.1f}", " ".join(f"{value:.1f}" for value in values)]
        for name, values in results.items()
        if name != "environment"
    ]
    return grid(["", "median, s", "runs, s"], rows) + f"\n\n{measured_on(results)}"


def encoding(results: dict) -> str:
    rows = []
    for name, found in results["systems"].items():
        times = f"{results['systems']['gensim']['seconds'] / found['seconds']:.1f}×" if name != "gensim" else ""
        label = "gensim, vocabulary scan" if name == "gensim" else f'Firth, "{name}"'
        runs = " ".join(f"{run:.2f}" for run in found["runs"])
        rows.append([label, f"{found['seconds']:.2f}", runs, f"{found['cpu_seconds']:.2f}", times])
    return grid(["", "median, s", "runs, s", "CPU s", "faster"], rows) + f"\n\n{measured_on(results)}"


def querying(results: dict) -> str:
    rows = [
        [name, *_milliseconds_of_both(found["firth"], found["gensim"])] for name, found in results["seconds"].items()
    ]
    if "evaluation" in results:
        found = results["evaluation"]
        name = f"evaluation: {found['questions']:,} questions over {found['words']:,} words"
        rows.append([name, *_milliseconds_of_both(found["firth"], found["gensim"])])
    header = ["", "Firth, ms", "gensim, ms", "ratio", "of each round"]
    size = f"{results['words']:,} words × {results['vector_size']} numbers"
    return grid(header, rows) + f"\n\n{size}. {measured_on(results)}"


def _milliseconds_of_both(firth: list[float], gensim: list[float]) -> list[str]:
    ratios = " ".join(f"{b / a:.1f}" for a, b in zip(firth, gensim, strict=True))
    ours, theirs = median(firth) * 1000, median(gensim) * 1000
    return [_three_digits(ours), _three_digits(theirs), f"**{theirs / ours:.1f}×**", ratios]


def _three_digits(value: float) -> str:
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def runs(results: dict) -> str:
    return f"{quality.table(results['runs'])}\n\n{measured_on(results)}"


def defaults(results: dict) -> str:
    # Without seconds: runs of different settings were hours apart, and the machine's speed changed meanwhile.
    return f"{quality.table(results['runs'], with_seconds=False)}\n\n{measured_on(results)}"


def small_text(results: dict) -> str:
    sums = [f"{word} − {less} + {more} = {expected}" for word, less, more, expected in results["sums"]]
    rows = [
        [str(row["epochs"]), str(row["threads"]), *(str(count) for count in row["right"]), f"{row['seconds']:.1f}"]
        for row in results["rows"]
    ]
    table = grid(["epochs", "threads", *sums, "median, s"], rows)
    return f"{table}\n\nOf {results['seeds']} seeds. {measured_on(results)}"


def loading(results: dict) -> str:
    rows = [
        [row["name"], f"{median(row['firth']):.3f}", " ".join(f"{run:.3f}" for run in row["firth"]),
         f"{median(row['gensim']):.3f}", " ".join(f"{run:.2f}" for run in row["gensim"]), f"**{row['ratio']:.1f}×**",
         f"{row['firth_memory']:.2f}" if row["firth_memory"] else "",
         f"{row['gensim_memory']:.2f}" if row["gensim_memory"] else ""]
        for row in results["rows"]
    ]  # fmt: skip
    header = ["", "Firth, s", "runs, s", "gensim, s", "runs, s", "ratio", "memory, Firth", "memory, gensim"]
    first = median(row["first"] for row in results["rows"])
    return f"{grid(header, rows)}\n\nFirst large text of a process: {first:.2f} s more. {measured_on(results)}"


def fasttext_loading(results: dict) -> str:
    names = {"firth": "Firth", "fasttext": "fasttext, opened and every word queried"}
    ours = median(results["systems"]["firth"]["seconds"])
    rows = []
    for system, found in results["systems"].items():
        seconds = median(found["seconds"])
        rows.append([
            names.get(system, system), f"{seconds:.2f}", " ".join(f"{run:.2f}" for run in found["seconds"]),
            "" if system == "firth" else f"{seconds / ours:.1f}×", f"{median(found['megabytes']):,.0f}",
        ])  # fmt: skip
    table = grid(["", "median, s", "runs, s", "time of Firth", "peak memory, MB"], rows)
    size = (
        f"{results['words']:,} words, {results['buckets']:,} rows of n-grams, {results['vector_size']} numbers each: "
        f"a file of {results['file_megabytes']:,.0f} MB; its input matrix and the vectors of its words are "
        f"{results['matrices_megabytes']:,.0f} MB."
    )
    return f"{table}\n\n{size} {measured_on(results)}"


def phrases(results: dict) -> str:
    ours, theirs = (results["systems"][system] for system in ("firth", "gensim"))
    names = {
        "read": "reading the text", "learn": "learning", "apply": "applying: ids to ids",
        "join_as_lists": "applying: lists of words",
    }  # fmt: skip
    others = {"read": ["read"], "learn": ["learn"]}
    rows = []
    for step, name in names.items():
        seconds = median(ours["seconds"][step])
        cells = [name, f"{seconds:.2f}", " ".join(f"{run:.2f}" for run in ours["seconds"][step])]
        cells.append(f"{ours['cpu_seconds'][step]:.2f}")
        for other in others.get(step, ["apply", "apply_frozen"]):
            their_seconds = median(theirs["seconds"][other])
            cells += [f"{their_seconds:.2f}", f"**{their_seconds / seconds:.1f}×**"]
        rows.append(cells + [""] * (8 - len(cells)))
    header = ["", "Firth, s", "runs, s", "CPU s", "gensim, s", "ratio", "FrozenPhrases, s", "ratio"]
    about = (
        f"The first {results['megabytes']} MB of the text, {ours['words']:,} words, {results['threads']} threads. "
        f"{ours['entries']:,} different words and pairs: {ours['bytes_per_entry']:.0f} bytes each at the peak of "
        f"learning, gensim {theirs['bytes_per_entry']:.0f}. {measured_on(results)}"
    )
    return f"{grid(header, rows)}\n\n{about}"


def approximate(results: dict) -> str:
    names = {"approximate": "Firth, approximate", "exact": "Firth, exact", "gensim": "gensim, exact"}
    rows = []
    for name, label in names.items():
        times = results["milliseconds"][name]
        found = (results["recall_of_words"], results["recall_of_sums"]) if name == "approximate" else (1.0, 1.0)
        rows.append([
            label, f"{median(times):.2f}", " ".join(f"{value:.2f}" for value in times),
            *(f"{share:.3f}" for share in found),
        ])  # fmt: skip
    table = grid(["", "median, ms", "rounds, ms", "recall, words", "recall, sums"], rows)
    return (
        f"{table}\n\n{results['words']:,} words × {results['vector_size']} numbers. The index took "
        f"{results['build_seconds']:.0f} s to build and is {results['bytes'] / 1e6:.0f} MB (the vectors "
        f"{results['matrix_bytes'] / 1e6:.0f} MB). voyager {results['voyager']}; {measured_on(results)}"
    )


def language_models(results: dict) -> str:
    parts = []
    if "counting" in results:
        counted, nltk = results["counting"], results["counting"]["nltk"]
        runs = counted["runs"]
        rows = [
            [f"counting {runs[0]['ngrams'][-1]:,} {counted['order']}-grams, and all shorter ones",
             f"{median(run['seconds'] for run in runs):.1f} s", " ".join(f"{run['seconds']:.1f}" for run in runs)],
            ["peak memory", f"{max(run['peak_gb'] for run in runs):.2f} GB", ""],
            ["the ten most likely next words", f"{median(run['ms'] for run in runs):.2f} ms",
             " ".join(f"{run['ms']:.2f}" for run in runs)],
            [f"counting {nltk['words']:,} words", f"{median(nltk['firth']):.2f} s",
             f"NLTK {median(nltk['nltk']):.1f} s: **{median(nltk['nltk']) / median(nltk['firth']):.0f}×**"],
            ["all probabilities after one history", f"{nltk['firth_ms']:.2f} ms",
             f"NLTK {nltk['nltk_ms']:.1f} ms, for a single word"],
        ]  # fmt: skip
        parts.append(grid(["n-grams", "", "runs, s or ms"], rows))
    if "perplexity" in results:
        rows = [
            [row["model"], f"{row['perplexity']:.1f}",
             f"{row['first_epoch']:.1f}" if "first_epoch" in row else "", str(row.get("epochs", ""))]
            for row in results["perplexity"]["rows"]
        ]  # fmt: skip
        header = ["model", "perplexity", "of held-out text, after one epoch", "epochs"]
        parts.append(grid(header, rows))
    if "speed" in results:
        speeds = results["speed"]["words_per_second"]
        each = " ".join(f"{speed:,.0f}" for speed in speeds)
        parts.append(
            f"Training the neural model: {median(speeds):,.0f} words/s ({each}), {1e6 / median(speeds):,.0f} s for an "
            "epoch of a million words."
        )
    return "\n\n".join([*parts, measured_on(results)])


def hierarchical_softmax(results: dict) -> str:
    if "speed" not in results:
        return "Not measured yet."
    speed = train_speed(results["speed"] | {"environment": results["environment"]})
    return f"{speed}\n\n{quality.table(results['quality'])}" if "quality" in results else speed


def objectives(results: dict) -> str:
    if "small" not in results:
        return "Not measured yet."
    rows = []
    for name in dict.fromkeys(run["name"] for run in results["small"]["runs"]):
        same = [run for run in results["small"]["runs"] if run["name"] == name]
        options = dict(map(tuple, same[0]["run"]["options"]))
        seconds = median(run["seconds"] for run in same) / options["epochs"]
        scores = [mean_and_spread([run[key] for run in same]) for key in ("analogies", "men")]
        rows.append([same[0]["run"]["architecture"], options["objective"], f"{seconds:.2f}", *scores])
    small = results["small"]
    about = (
        f"The first {small['megabytes']} MB of the text, {small['words']:,} different words, {small['epochs']} epochs, "
    )
    about += f"{small['threads']} threads, means of {small['seeds']} seeds. {measured_on(results)}"
    return grid(["architecture", "objective", "s per epoch", "analogies", "MEN"], rows) + f"\n\n{about}"


def faults(results: dict) -> str:
    rows = [[name, f"{count:,}"] for name, count in results["trials"].items()]
    problems = "No promise was broken." if not results["problems"] else f"**{len(results['problems'])} problems.**"
    if results.get("mended_since"):
        problems = (
            f"{len(results['mended_since'])} trials failed ({'; '.join(results['mended_since'])}); the cause was "
            "mended, and these trials were repeated without a failure."
        )
    runs = []
    for run in results["runs"]:
        names = ", ".join(f"`{name}`" for name in run["names"])
        runs.append(f"{names or str(run['writers']) + ' commands and calls'}: seed {run['seed']}, {run['date']}")
    about = f"{'; '.join(runs)}. {problems}"
    return f"{grid(['trial', 'times'], rows)}\n\n{about}"


def fuzz(results: dict) -> str:
    counts = ("read", "refused", "unexpected", "hang", "crash")
    rows = [[name, *(f"{found[key]:,}" for key in counts)] for name, found in results["kinds"].items()]
    rows.append([f"**all: {results['files']:,}**", *(f"**{results[key]:,}**" for key in counts)])
    header = ["kind", "read", "refused", "unexpected errors", "hangs", "crashes"]
    runs: dict[str, list[str]] = {}
    for name, found in results["kinds"].items():
        runs.setdefault(f"seed {found['seed']}, {found['date']}", []).append(name)
    first, *later = runs
    about = f"No file took more than {results['megabytes']:,} MB of memory. {first.capitalize()}"
    about += "".join(f"; {', '.join(runs[run])}: {run}" for run in later) + "."
    return f"{grid(header, rows)}\n\n{about}"


def soak(results: dict) -> str:
    rows = [
        [name, *(f"{value:,}" for value in results[key])]
        for name, key in (("memory, MB (median)", "megabytes"), ("open files", "files"), ("threads", "threads"))
    ]
    about = f"{results['minutes']:g} minutes, {results['actions']:,} actions, {results['date']}."
    return f"{grid(['', 'second tenth', 'last tenth'], rows)}\n\n{about}"


def continuing(results: dict) -> str:
    header = ["", "loss of A", "loss of B", "new words", "old words", "analogies", "MEN"]
    keys = ["loss_a", "loss_b", "new", "old", "analogies", "men"]
    seeds = len({run["seed"] for run in results["runs"]})
    texts = f"A: {results['words_of_a']:,} words, B: {results['words_of_b']:,}"
    facts = (
        f"{seeds} {'seed' if seeds == 1 else 'seeds'}. {texts}, {results['new_words']:,} of its different words are "
        f"new. {measured_on(results)}"
    )
    return f"{grid(header, _means_of(results, 'ways', keys))}\n\n{facts}"


def starting(results: dict) -> str:
    rows = _means_of(results, "starts", ["new", "old", "men"])
    return grid(["", "new words", "old words", "MEN"], rows)


def subwords(results: dict) -> str:
    rows = []
    for row in results["speed"]:
        for system in ("firth", "gensim", "fasttext"):
            ratio = "" if system == "firth" else f"**{row[f'{system}_ratio']:.1f}×**"
            runs = " ".join(f"{seconds:.2f}" for seconds in row[system])
            memory = f"{row['megabytes'][system]:.0f}"
            rows.append([row["architecture"], system, f"{median(row[system]):.2f}", runs, ratio, memory])
    header = ["", "", "median, s", "runs, s", "ratio", "peak memory, MB"]
    return f"{grid(header, rows)}\n\n{results['threads']} threads. {measured_on(results)}"


def subword_quality(results: dict) -> str:
    """A row for each system and architecture: means over seeds."""
    metrics = {"analogies": "analogies", "men": "MEN", "simlex": "SimLex", "rare": "rare", "unseen": "unseen"}
    rows = []
    for kind in dict.fromkeys((run["run"][1], run["run"][0]) for run in results["quality"]):
        same = [run["scores"] for run in results["quality"] if (run["run"][1], run["run"][0]) == kind]
        means = (sum(scores[name] for scores in same) / len(same) for name in metrics)
        rows.append([*kind, *(f"{mean:.3f}".lstrip("0") for mean in means), str(len(same))])
    return grid(["", "", *metrics.values(), "runs"], rows)


def recommend(results: dict) -> str:
    """A row for each system and data set: means over seeds."""
    metrics = ["HR@10", "HR@20", "NDCG@10", "MRR@20", "tail HR@20"]
    tables = []
    for name in dict.fromkeys(run["set"] for run in results["runs"]):
        runs = [run for run in results["runs"] if run["set"] == name]
        rows = []
        for system in dict.fromkeys(run["system"] for run in runs):
            same = [run for run in runs if run["system"] == system]
            means = [sum(run[key] for run in same) / len(same) for key in metrics]
            times = [median(run[key] for run in same) for key in ("seconds", "single_ms", "batched_ms")]
            rows.append(
                [
                    system,
                    *(f"{mean:.4f}" for mean in means),
                    *(f"{value:{form}}" for value, form in zip(times, (".1f", ".2f", ".2f"), strict=True)),
                    str(len(same)),
                ]
            )
        header = [name, *metrics, "training, s", "one query, ms", "of 256, ms", "seeds"]
        facts = f"{runs[0]['questions']:,} questions; {runs[0]['unknown_answers']:,} more had unknown answers."
        tables.append(f"{grid(header, rows)}\n\n{facts}")
    return "\n\n".join([*tables, measured_on(results)])


def serving(results: dict) -> str:
    header = ["similar words", "workers", "requests per second", "median, ms", "95 %, ms", "server, CPU ms a request"]
    rows = [
        [
            run["load"],
            str(run["workers"]),
            f"{run['requests per second']:,.0f}",
            *(f"{run[f'percentile {percent} (ms)']:.0f}" for percent in (50, 95)),
            f"{run[CPU]:.2f}",
        ]
        for run in results["runs"]
    ]
    return f"{grid(header, rows)}\n\n{results['clients']} clients. {measured_on(results)}"


def explorer(results: dict) -> str:
    page = [[row["what"], f"{row['median']:.0f}", f"{row['worst']:.0f}"] for row in results["page"]]
    queries = [
        ["a model is trained" if row["training"] else "otherwise idle", *(f"{row[key]:.0f}" for key in PERCENTILES)]
        for row in results["queries"]
    ]
    header = ["1,000 mixed queries from 32 clients", *(f"{key[1:]} %, ms" for key in PERCENTILES)]
    tables = [grid(["in the page", "median, ms", "worst, ms"], page), grid(header, queries)]
    return "\n\n".join([*tables, measured_on(results)])


def many_cores(results: dict) -> str:
    """A row for each layout, in the order of speed; means over runs."""
    rows = []
    for architecture in dict.fromkeys(run["architecture"] for run in results["runs"]):
        same = [run for run in results["runs"] if run["architecture"] == architecture]
        alone = median([run["epoch_seconds"] for run in same if run["layout"] == "1x1"])
        kinds = dict.fromkeys((run["layout"], (run.get("rounds") or [0, 0, 0])[2]) for run in same)
        found = [
            (kind, [r for r in same if (r["layout"], (r.get("rounds") or [0, 0, 0])[2]) == kind]) for kind in kinds
        ]
        for (layout, most), runs in sorted(found, key=lambda one: median(r["epoch_seconds"] for r in one[1])):
            seconds = median([run["epoch_seconds"] for run in runs])
            scores = [
                f"{sum(run[key] for run in runs) / len(runs):.3f}" if key in runs[0] else ""
                for key in ("loss", "analogies", "men")
            ]
            meeting = f"{most:g}" if most else ""
            rows.append(
                [architecture, layout, meeting, f"{seconds:.2f}", f"{alone / seconds:.1f}×", *scores, str(len(runs))]
            )
    header = [
        "",
        "groups x threads",
        "longest round",
        "s an epoch",
        "speed-up",
        "last loss",
        "analogies",
        "MEN",
        "runs",
    ]
    shares = ", ".join(f"{machine['share_with_all_at_work']:.0%}" for machine in results["machine"])
    facts = (
        f"{results['words'] / 1e6:.1f} M words, {results['vocabulary']:,} different; with all cores at work, each "
        f"computes at {shares} of its speed alone. {measured_on(results)}"
    )
    return f"{grid(header, rows)}\n\n{facts}"


def gensim_drop_in(results: dict) -> str:
    """A row for each step of the script: medians of all rounds, in seconds and in CPU seconds."""
    theirs, ours = results["runs"]["gensim"], results["runs"]["firth.gensim"]
    rows = []
    for step in theirs[0][0]:
        row = [f"`{step}`" if "(" in step else step]
        for clock in (0, 1):  # elapsed seconds, CPU seconds
            gensims, firths = ([steps[step][clock] for steps, _ in runs] for runs in (theirs, ours))
            ratio = median(gensims) / median(firths) if median(firths) else float("inf")
            row += [*(_three_digits(median(runs)) for runs in (gensims, firths)), f"**{ratio:.1f}×**"]
            if clock == 0:
                row.append(" ".join(f"{one / other:.1f}" for one, other in zip(gensims, firths, strict=True)))
        rows.append(row)
    header = ["", "gensim, s", "Firth, s", "ratio", "of each round", "gensim, CPU s", "Firth, CPU s", "ratio"]
    pairs = {name: [median(found[name] for _, found in runs) for runs in (theirs, ours)] for name in theirs[0][1]}
    scores = [f"{name} {gensims:.3f} and {firths:.3f}" for name, (gensims, firths) in pairs.items()]
    size = f"{results['megabytes']:g} MB of the text, {results['words']:,} words; {results['workers']} workers."
    said = f"Scores, gensim's and Firth's: {'; '.join(scores)}. " if scores else ""
    return f"{grid(header, rows)}\n\n{said}{size} {measured_on(results)}"


def documents(results: dict) -> str:
    """A row for each kind of model and system: medians of times, means of shares; ratios to the faster of gensim's."""
    names = {"dm": "`dm`", "dbow": "`dbow`, `train_words=False`", "dbow_words": "`dbow`"}
    shares = ("chapter", "novel", "held_out_chapter", "held_out_novel", "itself")
    clocks = ("train_s", "train_cpu_s", "infer_s", "infer_cpu_s")
    rows = []
    for row in results["rows"]:
        for system, label in (("firth", "Firth"), ("gensim", "gensim"), ("gensim_file", "gensim, `corpus_file`")):
            runs = row[system]
            times = [_three_digits(median(run[clock] for run in runs)) for clock in clocks]
            means = [f"{sum(run[share] for run in runs) / len(runs):.3f}".lstrip("0") for share in shares]
            rows.append([names[row["name"]], label, *times, *means])
        ratios = [f"**{row[f'ratio_{clock}']:.1f}×**" for clock in clocks]
        rows.append(["", "ratio", *ratios, *[""] * len(shares)])
    header = ["", "", "training, s", "CPU s", "inferring, s", "CPU s", "chapter", "novel", "held out: chapter", "novel"]
    some = results["rows"][0]["firth"]
    seeds = f"{len(some)} {'seed' if len(some) == 1 else 'seeds'}"
    size = (
        f"{some[0]['documents']:,} paragraphs of {some[0]['novels']:,} novels, {some[0]['words']:,} words to train on; "
        f"{results['epochs']} epochs, {results['threads']} threads, {seeds}; "
        f"learning rates of {'Firth' if results['same_rates'] else 'each system'}."
    )
    return f"{grid([*header, 'itself'], rows)}\n\n{size} {measured_on(results)}"


def _means_of(results: dict, table: str, keys: list[str]) -> list[list[str]]:
    """Means over the seeds, a row for each name."""
    runs = [run for run in results["runs"] if run["table"] == table]
    rows = []
    for name in dict.fromkeys(run["name"] for run in runs):
        same = [run for run in runs if run["name"] == name]
        values = [[run[key] for run in same if run[key] is not None] for key in keys]
        rows.append([name, *(f"{sum(found) / len(found):.3f}" if found else "–" for found in values)])
    return rows


def distributed(results: dict) -> str:
    """A table for each text and architecture, a row for each way to train: means over seeds."""
    kinds = {"": "", "float32": ", changes in float32", "average": ", plain averages", "ray": " on Ray",
             "overlap": ", which train on while they meet", "killed": " on Ray, one killed in epoch 3"}  # fmt: skip
    of_tables: dict[tuple, list[dict]] = {}
    for run in results["runs"]:
        text = [run[key] for key in ("architecture", "words", "vocabulary", "vector_size", "epochs")]
        of_tables.setdefault(tuple(text), []).append(run)
    parts = []
    for (architecture, words, vocabulary, size, epochs), runs in of_tables.items():
        rows = []
        for name in dict.fromkeys(run["run"] for run in runs):
            same = [run for run in runs if run["run"] == name]
            nodes, _, kind = name.partition("-")
            scores = [run["losses"][-1] for run in same], *([run[key] for run in same] for key in ("analogies", "men"))
            killed = [run["seconds_from_kill_to_next_meeting"] for run in same if kind == "killed"]
            rows.append([
                "one machine" if nodes == "1" else f"{nodes} nodes{kinds[kind]}",
                str(sum(same[0]["meetings"]) or ""),
                *(f"{sum(values) / len(values):.3f}".removeprefix("0") for values in scores),
                f"{max(killed):.1f}" if killed else "",
                str(len(same)),
            ])  # fmt: skip
        header = [architecture, "meetings", f"loss of epoch {epochs}", "analogies", "MEN", "recovery, s", "seeds"]
        facts = f"{words / 1e6:.1f} million words, {vocabulary:,} different ones, {size} numbers."
        parts += [grid(header, rows), facts]
    return "\n\n".join(parts) + f" {measured_on(results)}"


TABLES = {
    "distributed": distributed,
    "continuing": continuing,
    "starting": starting,
    "faults": faults,
    "fuzz": fuzz,
    "soak": soak,
    "approximate": approximate,
    "documents": documents,
    "gensim_drop_in": gensim_drop_in,
    "loading": loading,
    "fasttext_loading": fasttext_loading,
    "small_text": small_text,
    "train_speed": train_speed,
    "command": command,
    "startup": startup,
    "compile_time": compile_time,
    "encoding": encoding,
    "many_cores": many_cores,
    "serving": serving,
    "explorer": explorer,
    "subwords": subwords,
    "subword_quality": subword_quality,
    "recommend": recommend,
    "phrases": phrases,
    "querying": querying,
    "quality": runs,
    "equal_time": runs,
    "defaults": defaults,
    "language_models": language_models,
    "hierarchical_softmax": hierarchical_softmax,
    "objectives": objectives,
}
RESULTS_OF = {
    "hierarchical_softmax": "objectives",
    "starting": "continuing",
    "subword_quality": "subwords",
}  # tables that are not made of the results of their own name


def main() -> None:
    for page in (
        "benchmarks.md",
        "defaults.md",
        "distributed.md",
        "explorer.md",
        "going-on.md",
        "language-models.md",
        "objectives.md",
        "reliability.md",
        "serving.md",
        "subwords.md",
    ):
        path = DOCS / page
        text = path.read_text()
        for name, table in TABLES.items():
            results = load(RESULTS_OF.get(name, name))
            if results:
                block = f"<!-- {name} -->\n{table(results)}\n<!-- end -->"
                text = re.sub(f"<!-- {name} -->\n.*?<!-- end -->", lambda _, block=block: block, text, flags=re.DOTALL)
        path.write_text(text)
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
