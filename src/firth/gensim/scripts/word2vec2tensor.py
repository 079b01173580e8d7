"""gensim.scripts.word2vec2tensor: a file of word2vec becomes the two files of the Embedding Projector.

`firth convert vectors.txt FOLDER --format projector` writes them with other names.
"""

import argparse
import logging

from firth.formats.compressed import write_compressed
from firth.formats.projector import tsv_lines, tsv_words
from firth.formats.stored import StoredVectors
from firth.gensim.models.keyedvectors import KeyedVectors
from firth.gensim.scripts.running import run

__all__ = ["main", "word2vec2tensor"]

logger = logging.getLogger(__name__)


def word2vec2tensor(word2vec_model_path: str, tensor_filename: str, binary: bool = False) -> None:
    """Write PREFIX_tensor.tsv, a line of numbers for each word, and PREFIX_metadata.tsv, a word on each line.

    tensor_filename : the prefix. binary : whether the file of word2vec is binary.

    Raises   FormatError for a word with a tab or line end, before anything is written.
    """
    vectors = KeyedVectors.load_word2vec_format(word2vec_model_path, binary=binary)
    numbers, words = f"{tensor_filename}_tensor.tsv", f"{tensor_filename}_metadata.tsv"
    content = tsv_words(words, StoredVectors(vectors.index_to_key, vectors.vectors))
    with write_compressed(numbers) as file:
        file.writelines(tsv_lines(vectors.vectors))
    with write_compressed(words) as file:
        file.write(content)
    logger.info("2D tensor file saved to %s", numbers)
    logger.info("Tensor metadata file saved to %s", words)


def main() -> None:
    """Read the options of this process and convert."""
    parser = argparse.ArgumentParser(description="Convert a file of word2vec into files of the Embedding Projector.")
    parser.add_argument("-i", "--input", required=True, help="file of word2vec")
    parser.add_argument("-o", "--output", required=True, help="beginning of the names of the files to write")
    parser.add_argument("-b", "--binary", action="store_true", help="the file of word2vec is binary")
    given = parser.parse_args()
    word2vec2tensor(given.input, given.output, given.binary)


if __name__ == "__main__":
    run(main)
