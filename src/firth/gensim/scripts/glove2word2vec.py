"""gensim.scripts.glove2word2vec: a file of GloVe's becomes one of word2vec. `firth convert` does that, too."""

import argparse
import logging

from firth.formats.compressed import open_decompressed
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.gensim.scripts.running import run

__all__ = ["get_glove_info", "glove2word2vec", "main"]

logger = logging.getLogger(__name__)


def get_glove_info(glove_file_name: str) -> tuple[int, int]:
    """How many lines a file of GloVe's has, and how many numbers its first one."""
    with open_decompressed(glove_file_name) as file:
        first = file.readline()
        return sum(1 for _ in file) + bool(first), len(first.split()) - 1


def glove2word2vec(glove_input_file: str, word2vec_output_file: str) -> tuple[int, int]:
    """Write the vectors of a file of GloVe's as a text file of word2vec; returns how many there are, and their size."""
    vectors = KeyedVectors.load_word2vec_format(glove_input_file, binary=False, no_header=True)
    logger.info("converting %i vectors from %s to %s", len(vectors), glove_input_file, word2vec_output_file)
    vectors.save_word2vec_format(word2vec_output_file, binary=False)
    return len(vectors), vectors.vector_size


def main() -> None:
    """Read the options of this process and convert."""
    parser = argparse.ArgumentParser(description="Convert a file of GloVe's into one of word2vec.")
    parser.add_argument("-i", "--input", required=True, help="file of GloVe's")
    parser.add_argument("-o", "--output", required=True, help="file to write")
    given = parser.parse_args()
    glove2word2vec(given.input, given.output)


if __name__ == "__main__":
    run(main)
