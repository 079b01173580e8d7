// 9. Training: one step with every number in it, and then the real trainer.

import { trainer } from "../components/trainer.js";
import { trainingStep } from "../components/training_step.js";
import { show } from "../dom.js";

export function mount(stage, page) {
  const parts = [trainingStep(page), trainer(page)];
  show(stage, parts.map(({ element }) => element));
  return { update: (values) => parts.forEach((part) => part.update(values)), leave: () => parts.forEach((part) => part.leave()) };
}
