// The text of the page in English. strings/zh.js has the same names. One part per chapter.

export default {
  page: {
    skip: "Skip to the picture", chapters: "Chapters", model: "Model", no_model: "No model is open.", close: "Close", light: "Light colours",
    dark: "Dark colours", explained: "What you see", try: "Things to try", code: "The same in code", copy: "Copy", copied: "Copied",
    unknown: "“{word}” is not in the vocabulary.", did_you_mean: "Did you mean",
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
  analogies: {
    title: "Analogies", claim: "Directions mean something: from man to king is the same way as from woman to queen.",
    equation: "A sum of words", term: "Word {number}", a_word: "word", added: "{word} is added: subtract it", subtracted: "{word} is subtracted: add it",
    remove: "Remove {word}", add: "Add a word", nearest: "Nearest of {count} words, by cosine", go_on: "Go on with {word}", go_on_hint: "Click an answer to go on with it.",
    nothing: "Nothing is left of this sum.", correct: "Correct the word above, then there is an answer.", plane: "The words in two dimensions",
    parallelogram: "Both arrows are the same step. It ends at the ring, and the nearest word is not far from there.",
    other_plane: "The plane in which these words differ most. The ring is the sum.", strips: "The sum, number by number", sum: "= the sum",
    not_equal: "The sum is not equal to any word. The last row is the word that comes nearest.", announced: "{sum}: the nearest word is {word}, cosine {cosine}",
    text: [
      "Words can be added and subtracted like any lists of numbers. Take away from king what man is, and add what woman is: the result is nearest to queen.",
      "It is not equal to queen. But of all words in the vocabulary, queen has the largest cosine with it. The words of the sum itself do not count as answers.",
    ],
    tries: [
      { text: "Click the minus sign: what is king + man + woman?", values: { sum: "king + man + woman" } },
      { text: "Turn it round: queen − woman + man.", values: { sum: "queen - woman + man" } },
      { text: "One word alone: its neighbours.", values: { sum: "throne" } },
    ],
  },
  map: {
    title: "Map", claim: "Words that are used alike are neighbours, and regions of the map are subjects.",
    label: "Map of words", keys: "Drag to move, wheel or two fingers to zoom. Keys: arrows move, + and − zoom, 0 shows all, Enter takes the word in the middle.",
    search: "Find a word", not_here: "“{word}” is not among the first {count} words.", method: "Positions by", size: "Number of words", colour: "Colours", zoom: "Zoom",
    methods: { pca: "PCA", umap: "UMAP", axes: "Two axes" }, colours: { cluster: "Clusters", frequency: "Frequency" },
    lasso: "Lasso", lasso_hint: "Draw round a group of words; or hold Shift and drag", closer: "Closer", farther: "Farther", all: "Show all",
    x: "Across", y: "Up", axis: { x0: "Left end", x1: "Right end", y0: "Lower end", y1: "Upper end" },
    computing: "{method} is being computed: {seconds} s", no_umap: "UMAP is not installed here: pip install 'firth[maps]'. This is PCA.",
    shown: "{count} words by {method}", announced: "{word}: near {words}", rank: "By frequency:", first: "first {count}", rest: "others",
    chosen: "{count} words", drop: "Drop the group", more: "and {count} more", choose_cluster: "Take the words of this cluster", choose_view: "List what is in view",
    how: "Point at a word to see its nearest words, by its vector and not by the map. Click to keep them.", facts: "Number {rank} of the vocabulary", facts_count: "Number {rank} of the vocabulary, {count} times in the text",
    text: [
      "A map squeezes fifty or three hundred numbers into two. PCA looks from the side from which most can be seen; UMAP keeps neighbours together and tears apart what is far from each other. Neither can keep everything: the lines go to the words that really are nearest.",
      "Two axes make a map with a meaning: each goes from one word to another, and a word is placed by its cosine with that difference.",
    ],
    tries: [
      { text: "From man to woman, from poor to rich: where are professions?", values: { method: "axes", x: "man,woman", y: "poor,rich", n: 1000 } },
      { text: "Find “king”, and follow its neighbours.", values: { word: "king", view: null } },
      { text: "Let UMAP place the words. Then draw a lasso round an island.", values: { method: "umap" } },
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
