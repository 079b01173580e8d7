// The text of the page in English. strings/zh.js has the same names. One part per chapter.

export default {
  page: {
    skip: "Skip to the picture", chapters: "Chapters", model: "Model", no_model: "No model is open.", close: "Close", light: "Light colours",
    dark: "Dark colours", explained: "What you see", try: "Things to try", code: "The same in code", copy: "Copy", copied: "Copied",
  },
  people: {
    title: "People", claim: "A person can be a point, and alike means: in the same direction.",
    names: { jay: "Jay", one: "Person 1", two: "Person 2" },
    traits: ["Openness", "Agreeableness", "Conscientiousness", "Negative emotionality", "Extraversion"],
    two_traits: "Cosine with Jay, two traits", five_traits: "Cosine with Jay, all five traits", verdict: "{name} is most like {jay}.",
    plane: "People by two of their traits", axes: "Traits shown:", other_trait: "{trait}: show another trait", scores: "Scores of the test, 0 to 100, and as numbers from −1 to 1",
    text: [
      "A personality test gives a score for each of five traits. Scaled to −1 … 1, the scores of a person are five numbers: a vector. Two of them can be drawn as an arrow.",
      "How alike two people are is the cosine of the angle between their arrows: 1 in the same direction, 0 at a right angle, −1 in opposite directions. With five numbers there is nothing left to draw, but the cosine works just as well.",
    ],
    tries: [
      { text: "Drag Person 2 until it would be the better stand-in for Jay.", values: {} },
      { text: "A long arrow and a short one in the same direction: is the cosine 1?", values: { jay: "-0.4,0.8,0.5,-0.2,0.3", one: "-0.2,0.4,0.25,-0.1,0.15" } },
      { text: "Alike in two traits, unlike in all five.", values: { one: "-0.4,0.8,-0.5,0.6,-0.9" } },
    ],
  },
  words: {
    title: "Words", claim: "A word is a list of numbers, and words that are alike share some of them.",
    line: "Words, separated by spaces", order: "Order of the columns", orders: { "as-is": "As they are", shared: "Shared first", different: "Different first" },
    empty: "Type some words.", component: "Number {number}", numbers: "All numbers", unknown: "“{word}” is not in the vocabulary.",
    unknown_near: "“{word}” is not in the vocabulary. Did you mean {near}?", shown: "{count} words shown",
    text: [
      "Each row is the vector of a word, each cell one of its numbers: blue below zero, white at zero, red above. Nobody has named the columns; they were learned from text.",
      "Read down the columns: where all cells have the same colour, the words share something. Where one row differs, it is what sets that word apart.",
    ],
    tries: [
      { text: "Put the columns first that all words share. Which words break the pattern?", values: { order: "shared" } },
      { text: "Click a column to sort by the first word.", values: { order: "by-first" } },
    ],
  },
  "next-word": {
    title: "Next word", claim: "To guess the next word, a model needs no grammar: only much text.",
    typed: "What you have typed", suggestions: "Suggestions", space: "space", rest: "{count} others", distribution: "A probability for each of {outcomes} words",
    announced: "Suggestions: {words}", learning: "A model is being trained on the King James Bible. This takes a few seconds.",
    steps: "How a neural model arrives at them", look_up: "1 Look up embeddings", compute: "2 Compute a prediction", project: "3 Project to the vocabulary",
    hidden: "Hidden unit", cost: "{count} multiplications", cost_look_up: "No multiplication: the rows are only looked up.",
    text: [
      "The keyboard of a telephone suggests the next word. Behind it is a language model: words go in, and a probability for every word of its vocabulary comes out. The three most probable ones are shown.",
      "The early neural language model computes them in three steps. Its first step looks words up in a table that it has learned: the embeddings. All that follows in this document grew from that table.",
    ],
    tries: [
      { text: "“thou shalt …”: what comes next?", values: { text: "thou shalt " } },
      { text: "Begin a word: “in the beg”.", values: { text: "in the beg" } },
      { text: "Only take the first suggestion, again and again. Where does it lead?", values: { text: "and " } },
    ],
  },
  windows: {
    title: "Windows", claim: "The text writes its own exercises: a window slides over it, and every position is a question with its answer.",
    line: "A sentence", kind: "What predicts what", kinds: { lm: "Next word", cbow: "CBOW", skipgram: "Skip-gram" }, size: "Window (words)", sentence: "The sentence, and the window on it",
    step: "Slide", play: "Play", pause: "Pause", again: "From the start", back: "Back", all: "To the end", place: "Position {at} of {of}, rows: {rows}",
    table: "Training examples", input: "Input", output: "Output", before: "{n} before", after: "{n} after", cut: "… and {n} rows before", empty: "The sentence is too short for this window.",
    reads: { lm: "From “{inputs}”, what comes next? {outputs}.", cbow: "From “{inputs}”, what is between them? {outputs}.", skipgram: "Near “{inputs}”, what occurs? {outputs}." },
    gap: {
      title: "Why look both ways", look: "Which words may be used", before: "Only the words before", both: "Words on both sides", yours: "Your word for the gap", compare: "What is it?",
      answers: { before: "bus", both: "red" },
      said: { before: "From the words before it, most people say “{answer}”.", both: "Now that “bus” follows, it must be something else: “{answer}”." },
      guessed: { before: "You say “{guess}”; most people say “{answer}”.", both: "You say “{guess}”; the word is “{answer}”. What follows the gap has changed the answer." },
    },
    text: [
      "Nobody has to write exercises for a language model. A window slides over the text: what it shows is the question, and the word that it hides is the answer. Each position adds rows to a table, and the table is all that training needs.",
      "A model of the next word looks only back. But the words after a gap know much about it, too. CBOW (continuous bag of words) takes the words on both sides and predicts the one between; skip-gram turns it round: it takes the word in the middle and predicts each of its neighbours.",
    ],
    tries: [
      { text: "The same sentence with skip-gram: one position makes four rows.", values: { kind: "skipgram", at: "2" } },
      { text: "CBOW at “by a red bus in”: four inputs, one output.", values: { kind: "cbow", text: "Jay was hit by a red bus in the morning", at: "5" } },
      { text: "A window of 5: how much does the table grow?", values: { kind: "skipgram", window: "5", at: "6" } },
    ],
  },
  softmax: {
    title: "The slow way", claim: "To learn from one pair of words, every word of the vocabulary is computed and corrected.",
    line: "The vocabulary", input: "Input word", pick: "word to predict", target: "Target", prediction: "Prediction", error: "Error", after: "Afterwards", table: "Target, prediction and error of every word",
    target_hint: "1 or 0", prediction_hint: "adds up to 1", error_hint: "adds up to 0", after_hint: "prediction", loss: "Loss", step_axis: "step",
    step: "Step", play: "Play", pause: "Pause", again: "From the start", empty: "Type at least two words.",
    reading: "Step {step}: near “{input}”, how likely is “{output}”? {prediction} is predicted, {error} is missing; after the step it is {after}.",
    costs: "Multiplications for one prediction", cost_here: "These {words} words", cost_large: "{words} words of the model", cost_sampled: "Negative sampling, 5 noise words",
    large: "A real vocabulary: {name}", large_line: "An input word of the model", rest: "The {count} other words have {share} together.",
    trained: "{words} probabilities in {milliseconds} ms, from the trained context vectors of this model. Each step of training would need them all.",
    untrained: "{words} probabilities in {milliseconds} ms, from random context vectors: this file has none, so nothing is learned yet. Each step of training would need them all.",
    text: [
      "The model gives a probability to every word of its vocabulary. The target is 1 for the word that is really the neighbour, and 0 for all others. The difference is the error, and it corrects the model: all vectors, a little.",
      "That is right, and slow. The example has a dozen words, a real vocabulary has hundreds of thousands, and all of them are computed at every step, for millions of steps. The next chapter asks a cheaper question.",
    ],
    tries: [
      { text: "Make 20 steps: the prediction moves towards the target.", values: { steps: "20" } },
      { text: "Predict “taco” instead, which nobody has seen near “not”.", values: { output: "taco" } },
      { text: "Three words only, as in the document's example.", values: { words: "not thou aaron taco" } },
    ],
  },
  noise: {
    title: "Negative sampling", claim: "A model that is never shown a wrong answer learns to say yes to everything.",
    old: "The question so far", old_model: "Which word is near?", old_cost: "a probability for every word", new: "A cheaper question", new_model: "Are these two neighbours?", new_cost: "one number: logistic regression",
    busy: "Computing …", negatives: "Noise words for each pair", exponent: "Exponent of the counts", draw: "Draw again", first: "The first draw", words: "More words to compare",
    table: "Training examples", input: "Input", output: "Output", target: "Target", unknown: "Not in the text: {words}.", announced: "First rows: {rows}",
    learned: "What a model learns from such examples", accuracy: "correct answers", always: "if it always says 1", alike: "mean cosine of all words", component: "Number {number}", cosines: "Cosines of what it learned",
    smart_alec: "The smart alec: it says 1 to everything and is always right. All its vectors point the same way, so it has learned nothing.",
    learns: "Now it must tell neighbours from noise: queen is like king and dog like cat, but queen much less like dog.",
    distribution: "Where the noise comes from", source: "{words} words of “{source}”, from the most frequent to the rarest", in_text: "share of the text", as_noise: "share of the noise", root: "Bars show square roots, so that rare words can be seen.",
    text: [
      "Instead of “which word is near?”, the model answers “are these two near each other?”: a number from 0 to 1 for one pair. All pairs that the window found are neighbours, so all targets are 1. Then a model that always says 1 is 100 % correct, and useless.",
      "So each pair gets some noise: words drawn at random, with the target 0. They are drawn in proportion to their count to the power ¾, which takes something from the most frequent words and gives it to the rare ones. The small model on the right reads of rulers and hunters.",
    ],
    tries: [
      { text: "No noise words: meet the smart alec.", values: { negatives: "0" } },
      { text: "Exponent 0: all words are equally likely as noise.", values: { exponent: "0" } },
      { text: "Exponent 1: noise is like the text.", values: { exponent: "1" } },
    ],
  },
  training: {
    title: "Training", claim: "Each step pulls neighbours together and pushes noise away. Nothing else happens, a few million times.",
    sentence: "A sentence to train on", rate: "Learning rate", speed: "Speed", speeds: { parts: "Part by part", examples: "Example by example" }, coming: "Examples to come", example: "Example {number} ({of} in an epoch), epoch {epoch}",
    step: "Next", play: "Play", pause_play: "Pause", again: "From the start", back: "Back", parts: ["Look up", "Dot product", "Sigmoid", "Error", "Update"],
    said: [
      "“{input}” is looked up in Embedding; its neighbour “{neighbour}” and the noise words {noise} are looked up in Context.",
      "Dot products: how well does “{input}” fit each of them? With “{neighbour}” it is {dot}.",
      "The sigmoid turns each into a probability of being neighbours: {sigmoid} for “{neighbour}”.",
      "Error = target − sigmoid: {error} for “{neighbour}”, which should be 1; the noise words should be 0.",
      "The errors move the vectors: “{input}” and “{neighbour}” towards each other, now {after}; the noise words away.",
    ],
    input: "Input", output: "Output", target: "Target", dot_after: "Dot product afterwards", later: "in a later part", numbers: "The numbers of this step", embedding: "Embedding", context: "Context", size: "{words} words × {numbers}",
    moved: "What has moved", before: "{word} before", after: "{word} after", step_loss: "Loss of each step", example_axis: "examples", component: "Number {number}",
    full_speed: "Now at full speed", full_speed_hint: "The same step, millions of times: the real trainer of the library, on a text of your own.",
    source: {
      label: "Which text", "built-in": "Built-in text", paste: "Paste a text", file: "Choose a file", choose: "Choose a text file …", placeholder: "Paste some text here, the longer the better …", about: "{name}. It comes with the library.",
      lines: "Each line is a sentence, or a paragraph. Words have to be separated by spaces.", sending: "Reading {name} …", sent: "{name}, {bytes} bytes", none: "Choose a file first.", too_large: "The file is larger than 64 MiB: train on it with `firth train`.",
    },
    settings: "Settings", architecture: "Architecture", vector_size: "Numbers per word", window: "Window", negatives: "Noise words", epochs: "Epochs", min_count: "Leave out words rarer than",
    pins: "Words to watch", train: "Train", train_again: "Train again", pause: "Pause", resume: "Go on", stop: "Stop", save: "Save model.firth", open: "Use it in all chapters", opened: "All chapters now show {name}, {words} words",
    states: { waiting: "Waiting for another training", reading: "Reading the text", training: "Training", paused: "Paused", stopped: "Stopped", done: "Done", failed: "Failed" },
    facts: "epoch {epoch} of {epochs} · {words} words · {speed} words/s · loss {loss} · learning rate {rate}", vocabulary: "vocabulary {words}", progress: "Progress of the training", loss: "Loss", map: "The words in two dimensions", neighbours: "Nearest words", unknown: "Not in the text, or too rare: {words}.",
    text: [
      "Training has two matrices, Embedding and Context, random at first. One example is a word, its neighbour with the target 1, and a few noise words with the target 0. The dot product of two vectors says how well they fit; the sigmoid makes it a probability; the error says how wrong it was; and the error moves both vectors.",
      "At the end Context is thrown away and Embedding kept. Below, the same step runs at full speed: watch the loss fall, and the neighbours of a word become sensible.",
    ],
    tries: [
      { text: "The last part of the first step: which vectors move, and where to?", values: { part: "4" } },
      { text: "Play example by example, and watch the loss.", values: { speed: "examples", step: "1", part: "4" } },
      { text: "A learning rate of 2: do the steps overshoot?", values: { rate: "2", step: "46", part: "4" } },
    ],
  },
  "side-by-side": {
    title: "Side by side", claim: "Small windows find what can replace a word, large ones what it is about.",
    word: "A word to compare", run: "Train", again: "Train again", stop: "Stop", add: "One more setting", remove: "Leave this one out", setting: "Setting {number}", only: "only here", presets: "Compare", preset: { window: "Windows", negatives: "Noise words", architecture: "Architectures" },
    window: "Window", negatives: "Noise words", epochs: "Epochs", unknown: "“{word}” is not in the text, or too rare.", shared: "{count} of {of} neighbours are found by all settings.", empty: "Train to see the neighbours of “{word}” under each setting.", loss: "Loss by setting", loss_hint: "Losses with different numbers of noise words cannot be compared: more questions, more loss.",
    text: [
      "Two settings decide most of what a model finds similar. With a small window, words are alike that can stand in each other's place: good and bad, king and ruler. With a large one, words are alike that belong to one subject.",
      "Small texts need 5 to 20 noise words for each pair, large ones do with 2 to 5. All settings here are trained on the same text from the same beginning, so that what differs is the setting.",
    ],
    tries: [
      { text: "Windows of 2 and 15, the word “bread”.", values: { windows: "2,15", word: "bread" } },
      { text: "1, 5 and 20 noise words.", values: { windows: "5,5,5", negatives: "1,5,20" } },
      { text: "Skip-gram and CBOW.", values: { windows: "5,5", architectures: "skipgram,cbow" } },
    ],
  },
};
