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
};
