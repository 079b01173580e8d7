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
};
