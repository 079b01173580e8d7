"""The pictures of "The Illustrated Word2vec", each a small NumPy function: slow, readable, exact.

They are the reference implementations that everything compiled is tested against. No file here imports anything of
Firth outside this folder; outside of it only demos, `trace` and tests import it.

people vectors              people.minus_one_to_one, people.cosine, people.most_alike
language model              language_model.look_up, compute_prediction, project; kneser_ney.KneserNey for n-grams
sliding window              windows.language_model_rows, cbow_rows, skipgram_rows
the slow way                softmax.prediction_errors, language_model.error_gradients
smart-alec model            neighbours.train_neighbours, with windows.skipgram_rows
negative samples            the same, with windows.negative_rows
training step               negative_sampling.training_step
"""
