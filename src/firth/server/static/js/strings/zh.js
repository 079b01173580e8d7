// 页面的中文文本。名称与 strings/en.js 相同，每章一个部分。

export default {
  page: {
    skip: "跳到图示", chapters: "章节", model: "模型", no_model: "没有打开的模型。", close: "关闭", light: "浅色", dark: "深色",
    explained: "图中所示", try: "试一试", code: "用代码完成同样的事", copy: "复制", copied: "已复制",
  },
  people: {
    title: "人", claim: "一个人可以是一个点；相似，就是方向相同。",
    names: { jay: "杰伊", one: "1 号人物", two: "2 号人物" },
    traits: ["开放性", "宜人性", "尽责性", "消极情绪性", "外向性"],
    two_traits: "与杰伊的余弦（两个特征）", five_traits: "与杰伊的余弦（全部五个特征）", verdict: "{name}与{jay}最相似。",
    plane: "用两个特征表示的人", axes: "显示的特征：", other_trait: "{trait}：换一个特征", scores: "测试得分（0 到 100）以及换算成 −1 到 1 的数",
    text: [
      "性格测试给五个特征各打一个分。换算到 −1 至 1 之后，一个人的得分就是五个数：一个向量。其中两个数可以画成一支箭头。",
      "两个人有多相似，看两支箭头夹角的余弦：方向相同为 1，成直角为 0，方向相反为 −1。五个数已无法画出来，但余弦同样适用。",
    ],
    tries: [
      { text: "拖动 2 号人物，直到由他来代替杰伊更合适。", values: {} },
      { text: "方向相同、长短不同的两支箭头，余弦是 1 吗？", values: { jay: "-0.4,0.8,0.5,-0.2,0.3", one: "-0.2,0.4,0.25,-0.1,0.15" } },
      { text: "在两个特征上相似，在五个特征上不相似。", values: { one: "-0.4,0.8,-0.5,0.6,-0.9" } },
    ],
  },
  words: {
    title: "词", claim: "一个词是一串数，相似的词有一些相同的数。",
    line: "词，用空格隔开", order: "列的顺序", orders: { "as-is": "原样", shared: "相同的在前", different: "不同的在前" },
    empty: "请输入一些词。", component: "第 {number} 个数", numbers: "全部数值", unknown: "词汇表中没有“{word}”。",
    unknown_near: "词汇表中没有“{word}”。是不是 {near}？", shown: "显示了 {count} 个词",
    text: [
      "每一行是一个词的向量，每一格是其中一个数：蓝色小于零，白色为零，红色大于零。没有人给这些列起过名字，它们是从文本中学来的。",
      "沿着列往下看：各格颜色相同之处，是这些词共有的东西；某一行不同之处，正是这个词与众不同的地方。",
    ],
    tries: [
      { text: "把所有词共有的列排在前面。哪些词打破了规律？", values: { order: "shared" } },
      { text: "点击一列，按第一个词排序。", values: { order: "by-first" } },
    ],
  },
  "next-word": {
    title: "下一个词", claim: "要猜出下一个词，模型不需要语法，只需要大量文本。",
    typed: "已输入的文字", suggestions: "建议", space: "空格", rest: "其余 {count} 个", distribution: "{outcomes} 个词各有一个概率",
    announced: "建议：{words}", learning: "正在用英王钦定本圣经训练一个模型，需要几秒钟。",
    steps: "神经语言模型怎样得出这些概率", look_up: "1 查找嵌入", compute: "2 计算预测", project: "3 投影到词汇表",
    hidden: "隐藏单元", cost: "{count} 次乘法", cost_look_up: "不需要乘法：只是查找对应的行。",
    text: [
      "手机键盘会建议下一个词。背后是一个语言模型：输入一些词，输出词汇表中每个词的概率，只显示概率最大的三个。",
      "早期的神经语言模型分三步计算。第一步在它学到的一张表里查找词：这张表就是嵌入。本文后面的一切都由它而来。",
    ],
    tries: [
      { text: "“thou shalt …”：接下来是什么？", values: { text: "thou shalt " } },
      { text: "只打半个词：“in the beg”。", values: { text: "in the beg" } },
      { text: "一直只选第一个建议，会通向哪里？", values: { text: "and " } },
    ],
  },
  windows: {
    title: "窗口", claim: "文本自己出题：一个窗口在上面滑动，每个位置都是一道带答案的题。",
    line: "一个句子", kind: "用什么预测什么", kinds: { lm: "下一个词", cbow: "CBOW", skipgram: "Skip-gram" }, size: "窗口（词数）", sentence: "句子和上面的窗口",
    step: "滑动", play: "播放", pause: "暂停", again: "从头开始", back: "后退", all: "到末尾", place: "位置 {at} / {of}，共 {rows} 行",
    table: "训练样本", input: "输入", output: "输出", before: "前 {n}", after: "后 {n}", cut: "……前面还有 {n} 行", empty: "对这个窗口来说，句子太短了。",
    reads: { lm: "看到“{inputs}”，下一个词是什么？{outputs}。", cbow: "看到“{inputs}”，中间是什么词？{outputs}。", skipgram: "“{inputs}”的附近有什么词？{outputs}。" },
    gap: {
      title: "为什么要看两边", look: "可以用哪些词", before: "只看前面的词", both: "两边的词都看", yours: "你填的词", compare: "答案是什么？",
      answers: { before: "bus", both: "red" },
      said: { before: "只看前面的词，多数人会填“{answer}”（公交车）。", both: "既然后面是“bus”，空格里就应该是别的词：“{answer}”（红色的）。" },
      guessed: { before: "你填的是“{guess}”，多数人会填“{answer}”（公交车）。", both: "你填的是“{guess}”，原词是“{answer}”（红色的）。空格后面的词改变了答案。" },
    },
    text: [
      "不需要有人为语言模型出题。一个窗口在文本上滑动：露出来的词是题目，盖住的词是答案。每个位置都给表格添上几行，训练所需要的就只有这张表。",
      "预测下一个词的模型只往回看。但空格后面的词同样透露了许多信息。CBOW（连续词袋）用两边的词预测中间的词；Skip-gram 则反过来，用中间的词预测它的每个邻居。",
    ],
    tries: [
      { text: "同一个句子换成 Skip-gram：一个位置产生四行。", values: { kind: "skipgram", at: "2" } },
      { text: "CBOW 在“by a red bus in”处：四个输入，一个输出。", values: { kind: "cbow", text: "Jay was hit by a red bus in the morning", at: "5" } },
      { text: "窗口设为 5：表格会长多少？", values: { kind: "skipgram", window: "5", at: "6" } },
    ],
  },
  softmax: {
    title: "慢办法", claim: "只为了从一对词中学习，就要计算并修正词汇表中的每一个词。",
    line: "词汇表", input: "输入词", pick: "要预测的词", target: "目标", prediction: "预测", error: "误差", after: "更新之后", table: "每个词的目标、预测和误差",
    target_hint: "1 或 0", prediction_hint: "总和为 1", error_hint: "总和为 0", after_hint: "预测", loss: "损失", step_axis: "步",
    step: "走一步", play: "播放", pause: "暂停", again: "从头开始", empty: "请至少输入两个词。",
    reading: "第 {step} 步：“{input}”附近出现“{output}”的可能性有多大？预测为 {prediction}，误差 {error}；这一步之后变为 {after}。",
    costs: "一次预测所需的乘法次数", cost_here: "这 {words} 个词", cost_large: "模型中的 {words} 个词", cost_sampled: "负采样，5 个噪声词",
    large: "真实的词汇表：{name}", large_line: "模型中的一个输入词", rest: "其余 {count} 个词合计 {share}。",
    trained: "{words} 个概率用时 {milliseconds} 毫秒，由这个模型训练好的上下文向量算出。训练的每一步都需要它们全部。",
    untrained: "{words} 个概率用时 {milliseconds} 毫秒，由随机的上下文向量算出：这个文件中没有上下文向量，所以还什么都没有学到。训练的每一步都需要它们全部。",
    text: [
      "模型给词汇表中的每个词一个概率。真正的邻居目标为 1，其他词都为 0。两者之差就是误差，用来修正模型：所有向量都动一点点。",
      "这样做没错，但很慢。这个例子只有十几个词，真实的词汇表有几十万个词，而数百万步中的每一步都要把它们全部算一遍。下一章换一个便宜的问题。",
    ],
    tries: [
      { text: "走 20 步：预测逐渐靠近目标。", values: { steps: "20" } },
      { text: "改为预测“taco”，没有人在“not”附近见过它。", values: { output: "taco" } },
      { text: "只用几个词，就像文档中的例子。", values: { words: "not thou aaron taco" } },
    ],
  },
  noise: {
    title: "负采样", claim: "从来没见过错误答案的模型，只会学会对什么都说“是”。",
    old: "原来的问题", old_model: "附近是哪个词？", old_cost: "每个词一个概率", new: "更便宜的问题", new_model: "这两个词是邻居吗？", new_cost: "只要一个数：逻辑回归",
    busy: "正在计算……", negatives: "每对词的噪声词数", exponent: "词频的指数", draw: "重新抽取", first: "第一次抽取", words: "还要比较的词",
    table: "训练样本", input: "输入", output: "输出", target: "目标", unknown: "文本中没有：{words}。", announced: "前几行：{rows}",
    learned: "模型从这样的样本中学到什么", accuracy: "答对的比例", always: "如果总是回答 1", alike: "所有词的平均余弦", component: "第 {number} 个数", cosines: "学到的词之间的余弦",
    smart_alec: "自作聪明的模型：对什么都回答 1，而且总是对的。它的所有向量都指向同一个方向，什么也没有学到。",
    learns: "现在它必须把邻居和噪声区分开：queen 与 king 相似，dog 与 cat 相似，而 queen 与 dog 远没有那么相似。",
    distribution: "噪声从哪里来", source: "“{source}”的 {words} 个词，从最常见的到最罕见的", in_text: "在文本中的比例", as_noise: "作为噪声的比例", root: "条形按平方根显示，好让罕见的词也看得见。",
    text: [
      "模型不再回答“附近是哪个词”，而是回答“这两个词是不是邻居”：每一对词只要一个 0 到 1 之间的数。窗口找到的每一对都是邻居，目标全是 1。于是一个总是回答 1 的模型正确率为 100%，却毫无用处。",
      "所以要给每一对加上一些噪声：随机抽取的词，目标为 0。抽取的概率与词频的 ¾ 次方成正比，也就是从最常见的词那里拿走一些，分给罕见的词。右边的小模型读到的是关于统治者和猎手的句子。",
    ],
    tries: [
      { text: "不要噪声词：认识一下自作聪明的模型。", values: { negatives: "0" } },
      { text: "指数为 0：每个词作为噪声的可能性都一样。", values: { exponent: "0" } },
      { text: "指数为 1：噪声与文本一样。", values: { exponent: "1" } },
    ],
  },
  training: {
    title: "训练", claim: "每一步都把邻居拉近、把噪声推远。除此之外什么也没发生，只是重复几百万次。",
    sentence: "用来训练的句子", rate: "学习率", speed: "速度", speeds: { parts: "逐个环节", examples: "逐个样本" }, coming: "接下来的样本", example: "第 {number} 个样本（每轮 {of} 个），第 {epoch} 轮",
    step: "下一步", play: "播放", pause_play: "暂停", again: "从头开始", back: "后退", parts: ["查找", "点积", "Sigmoid", "误差", "更新"],
    said: [
      "在嵌入矩阵中查找“{input}”；在上下文矩阵中查找它的邻居“{neighbour}”和噪声词 {noise}。",
      "点积：“{input}”与它们各自有多合？与“{neighbour}”的点积是 {dot}。",
      "Sigmoid 把每个点积变成“是邻居”的概率：“{neighbour}”为 {sigmoid}。",
      "误差 = 目标 − sigmoid：“{neighbour}”本应为 1，误差 {error}；噪声词本应为 0。",
      "误差推动向量：“{input}”与“{neighbour}”相互靠近，点积变为 {after}；噪声词被推开。",
    ],
    input: "输入", output: "输出", target: "目标", dot_after: "更新后的点积", later: "在后面的环节", numbers: "这一步的数值", embedding: "嵌入矩阵", context: "上下文矩阵", size: "{words} 个词 × {numbers}",
    moved: "移动了什么", before: "{word}（之前）", after: "{word}（之后）", step_loss: "每一步的损失", example_axis: "样本数", component: "第 {number} 个数",
    full_speed: "现在全速前进", full_speed_hint: "同样的一步，重复几百万次：用程序库真正的训练器，训练你自己的文本。",
    source: {
      label: "哪个文本", "built-in": "内置文本", paste: "粘贴文本", file: "选择文件", choose: "选择一个文本文件……", placeholder: "把文本粘贴到这里，越长越好……", about: "{name}，随程序库提供。",
      lines: "每一行是一个句子或一个段落。词与词之间要有空格，中文请先分词。", sending: "正在读取 {name}……", sent: "{name}，{bytes} 字节", none: "请先选择一个文件。", too_large: "文件大于 64 MiB：请用 `firth train` 训练。",
    },
    settings: "设置", architecture: "架构", vector_size: "每个词的数值个数", window: "窗口", negatives: "噪声词", epochs: "轮数", min_count: "忽略出现次数少于此数的词",
    pins: "要观察的词", train: "开始训练", train_again: "重新训练", pause: "暂停", resume: "继续", stop: "停止", save: "保存 model.firth", open: "用于所有章节", opened: "所有章节现在都使用 {name}，{words} 个词",
    states: { waiting: "正在等待另一个训练", reading: "正在读取文本", training: "正在训练", paused: "已暂停", stopped: "已停止", done: "完成", failed: "失败" },
    facts: "第 {epoch} 轮，共 {epochs} 轮 · {words} 个词 · 每秒 {speed} 个词 · 损失 {loss} · 学习率 {rate}", vocabulary: "词汇表 {words}", progress: "训练进度", loss: "损失", map: "二维平面上的词", neighbours: "最近的词", unknown: "文本中没有或太少见：{words}。",
    text: [
      "训练有两个矩阵：嵌入矩阵和上下文矩阵，起初都是随机数。一个样本包括一个词、目标为 1 的邻居，以及几个目标为 0 的噪声词。两个向量的点积表示它们有多合；sigmoid 把它变成概率；误差表示错了多少；误差再推动两个向量。",
      "最后丢掉上下文矩阵，留下嵌入矩阵。下面让同样的一步全速运行：看损失下降，看一个词的邻居逐渐变得合理。",
    ],
    tries: [
      { text: "第一步的最后一个环节：哪些向量移动了，移向哪里？", values: { part: "4" } },
      { text: "逐个样本播放，观察损失。", values: { speed: "examples", step: "1", part: "4" } },
      { text: "学习率设为 2：步子会不会迈过头？", values: { rate: "2", step: "46", part: "4" } },
    ],
  },
  "side-by-side": {
    title: "并排比较", claim: "小窗口找到可以替换的词，大窗口找到同一话题的词。",
    word: "要比较的词", run: "开始训练", again: "重新训练", stop: "停止", add: "再加一组设置", remove: "去掉这一组", setting: "设置 {number}", only: "只在这里出现", presets: "比较", preset: { window: "窗口", negatives: "噪声词", architecture: "架构" },
    window: "窗口", negatives: "噪声词", epochs: "轮数", unknown: "文本中没有“{word}”，或者太少见。", shared: "{of} 个邻居中有 {count} 个是所有设置都找到的。", empty: "训练之后，这里会显示“{word}”在每组设置下的邻居。", loss: "各组设置的损失", loss_hint: "噪声词数量不同时，损失不能相互比较：问题越多，损失越大。",
    text: [
      "一个模型认为哪些词相似，主要由两个设置决定。窗口小的时候，能够互相替换的词相似：例如好与坏、国王与统治者。窗口大的时候，属于同一话题的词相似。",
      "小文本每对词需要 5 到 20 个噪声词，大文本 2 到 5 个就够了。这里的所有设置都从同样的起点出发，训练同一个文本，因此差别只来自设置。",
    ],
    tries: [
      { text: "窗口 2 与 15，单词“bread”。", values: { windows: "2,15", word: "bread" } },
      { text: "1、5 和 20 个噪声词。", values: { windows: "5,5,5", negatives: "1,5,20" } },
      { text: "Skip-gram 与 CBOW。", values: { windows: "5,5", architectures: "skipgram,cbow" } },
    ],
  },
};
