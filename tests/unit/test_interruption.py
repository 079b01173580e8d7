"""Ctrl-C, other threads and forks when something must not be cut short; each test in a process of its own."""

import os
import subprocess
import sys
import textwrap

import pytest

posix_only = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and forks of POSIX systems")

PRELUDE = """
import os, signal, sys, threading, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of every fork with threads
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
TEXT = ["the cat sat on the mat", "a dog ran off with the log"] * 20

def fit():
    import firth
    return firth.Word2Vec(min_count=1, vector_size=4, epochs=1, threads=1).fit(TEXT, progress=False)

def vectors(rows):
    import numpy as np
    import firth
    matrix = np.random.default_rng(1).normal(size=(rows, 32)).astype(np.float32)
    return firth.WordVectors([f"w{row}" for row in range(rows)], matrix)

def child_ends_well(work, timeout=60):
    child = os.fork()
    if not child:
        try:
            signal.alarm(timeout)  # ends a child that hangs
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0
"""


def run(program):
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@posix_only
@pytest.mark.parametrize("module", ["numpy", "numba.core.typing"])
def test_ctrl_c_during_an_import_waits_for_its_end(module):
    printed = run(f"""
        class PressCtrlC:
            def find_spec(self, name, path=None, target=None):
                if name == "{module}":
                    sys.meta_path.remove(self)
                    os.kill(os.getpid(), signal.SIGINT)

        sys.meta_path.insert(0, PressCtrlC())
        try:
            fit()
        except KeyboardInterrupt:
            print("interrupted", "firth.models.word2vec" in sys.modules)
        print(len(fit().vocabulary))
    """)
    assert printed.split() == ["interrupted", "True", "11"]


@posix_only
def test_ctrl_c_during_a_compilation_waits_for_its_end():
    printed = run("""
        import numpy as np
        from firth.kernels.cpu.files.finite import first_not_finite

        compile_signature = first_not_finite.compile

        def compile_with_ctrl_c(signature):
            os.kill(os.getpid(), signal.SIGINT)
            return compile_signature(signature)

        first_not_finite.compile = compile_with_ctrl_c
        content = np.zeros(8, np.uint8)
        try:
            first_not_finite(content, 0, 2)
        except KeyboardInterrupt:
            print("interrupted", len(first_not_finite.signatures))
        print(first_not_finite(content, 0, 2))
    """)
    assert printed.split() == ["interrupted", "1", "-1"]


def test_a_handler_of_the_users_is_called_after_the_import_and_stays():
    printed = run("""
        from firth.interruption import importing

        def handler(number, frame):
            print("handled")

        signal.signal(signal.SIGINT, handler)
        with importing(), importing():
            signal.raise_signal(signal.SIGINT)
            print("imported")
        assert signal.getsignal(signal.SIGINT) is handler
    """)
    assert printed.split() == ["imported", "handled"]


def test_the_first_questions_come_from_32_threads_at_once():
    printed = run("""
        sys.setswitchinterval(1e-5)
        import tempfile
        folder = tempfile.TemporaryDirectory()
        path = os.path.join(folder.name, "m.firth")
        source = vectors(3000)
        source.save(path)
        expected = source.most_similar("w1", 3)
        for name in [name for name in sys.modules if name.startswith("firth")]:
            del sys.modules[name]
        import firth

        lazy, begin, answers = firth.load(path), threading.Barrier(32), []
        lazy.search.compiled = True
        asked = [
            lambda: lazy.most_similar("w1", 3) == expected,
            lambda: lazy.most_similar(["w1"] * 50, 3)[7] == expected,
            lambda: firth.load(path).most_similar("w1", 3) == expected,
            lambda: lazy.words[2] == "w2" and "w5" in lazy,
        ]

        def ask(which):
            begin.wait()
            answers.append(which())

        threads = [threading.Thread(target=ask, args=(asked[i % 4],)) for i in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(len(answers), all(answers))
    """)
    assert printed.split() == ["32", "True"]


@posix_only
def test_a_process_forked_while_threads_ask_gets_answers():
    """BLAS has locks and threads that do not survive a fork in the middle of a product."""
    printed = run("""
        v = vectors(20_000)
        batch, stopped = [f"w{i}" for i in range(300)], threading.Event()

        def ask():
            v.most_similar("w1", 3)
            v.most_similar(batch, 3)
            v.similarity_matrix(batch)

        def ask_on():
            while not stopped.is_set():
                ask()

        ask()
        threads = [threading.Thread(target=ask_on) for _ in range(2)]
        for thread in threads:
            thread.start()
        ended = []
        for _ in range(4):
            time.sleep(0.02)
            ended.append(child_ends_well(ask, 30))
        stopped.set()
        for thread in threads:
            thread.join()
        print(sum(ended))
    """)
    assert printed.split() == ["4"]


@posix_only
def test_workers_of_multiprocessing_ask_and_train_after_the_parent_has():
    printed = run("""
        import multiprocessing

        v = vectors(20_000)
        batch = [f"w{i}" for i in range(300)]
        expected = v.most_similar(batch, 3)
        fit()

        def ask(i):
            assert v.most_similar(batch, 3) == expected
            assert v.most_similar("w1", 3) == expected[1]
            return len(fit().vectors)

        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(ask, range(4)))
    """)
    assert printed == "[11, 11, 11, 11]\n"


@posix_only
def test_a_fork_waits_for_what_another_thread_imports_or_compiles():
    printed = run("""
        from numba.core.compiler_lock import global_compiler_lock
        from firth.interruption import importing

        for hold in (importing, lambda: global_compiler_lock):
            held, seen = threading.Event(), []

            def work():
                with hold():
                    held.set()
                    time.sleep(0.2)
                    seen.append("whole")

            def use():
                with importing(), global_compiler_lock:
                    assert seen == ["whole"]

            thread = threading.Thread(target=work)
            thread.start()
            held.wait()
            print(child_ends_well(use, 20))
            thread.join()
    """)
    assert printed.split() == ["True", "True"]


def test_a_thread_works_on_after_the_main_thread_has_ended():
    printed = run("""
        v = vectors(20_000)

        def work():
            threading.main_thread().join()
            v.search.sizes = v.search.sizes._replace(threads=3)
            print(len(v.most_similar("w1", 3)), len(v.most_similar(["w1"] * 50, 3)), len(fit().vectors))

        threading.Thread(target=work).start()
    """)
    assert printed.split() == ["3", "50", "11"]


def test_the_process_ends_while_daemon_threads_ask():
    printed = run("""
        v = vectors(20_000)
        begun = threading.Semaphore(0)

        def ask_on():
            while True:
                v.most_similar("w1", 3)
                v.most_similar(["w1"] * 50, 3)
                begun.release()

        for _ in range(3):
            threading.Thread(target=ask_on, daemon=True).start()
        for _ in range(6):
            begun.acquire()
        print("ends")
    """)
    assert printed == "ends\n"
