"""Which backend trains: the processor or a GPU."""

from firth.backends.cpu import CHUNK
from firth.backends.gpu_limits import bytes_on_gpu
from firth.backends.gpu_settings import refused_settings
from firth.backends.layout import cpu_backend
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend
from firth.interruption import importing
from firth.kernels.cuda.present import is_installed, present_gpu, why_no_gpu

__all__ = ["WORDS_THAT_PAY", "best_backend", "pays"]

# Words of text times epochs. The GPU's context, code and tables cost a process about 2 s before it has trained a word,
# 5 s where kernels must be compiled; 8 cores train 10 to 20 million words meanwhile.
WORDS_THAT_PAY = 20_000_000


def pays(plan: TrainingPlan, vector_size: int, epochs: int, threads: int | None) -> bool:
    """Whether a GPU is worth looking for: it can train the plan, and saves more time than its start takes.

    threads : what the user said; who speaks of threads means the processor.
    """
    words = len(plan.corpus.ids) * epochs
    return threads is None and words >= WORDS_THAT_PAY and refused_settings(plan.objective, vector_size) is None


def best_backend(
    kind: str, threads: int | None, plan: TrainingPlan, vector_size: int, epochs: int, *, chunk: int = CHUNK
) -> Backend:
    """The backend to be started with the plan.

    kind : "cpu"; "cuda"; or "auto": the GPU where one can be used and it pays.
    chunk : tokens that a thread of the processor takes at a time.

    Raises   MissingExtraError or SettingError for "cuda" where no GPU can be used.
    """
    if kind == "cuda" or (
        kind == "auto" and pays(plan, vector_size, epochs, threads) and _has_gpu_for(plan, vector_size)
    ):
        with importing():
            from firth.backends.cuda import CudaBackend
        return CudaBackend()
    return cpu_backend(threads, plan, vector_size, chunk=chunk)


def _has_gpu_for(plan: TrainingPlan, vector_size: int) -> bool:
    """Whether a GPU is present, with enough memory."""
    if not is_installed():
        return False
    with importing():
        return (
            why_no_gpu() is None and sum(bytes_on_gpu(plan, vector_size, streams=True).values()) <= present_gpu().free
        )
