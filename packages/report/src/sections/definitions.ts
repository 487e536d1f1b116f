/** What each rule says, for readers without the program at hand. */
const DEFINITIONS: Readonly<Record<string, string>> = {
  "initial-loss":
    "The loss at initialisation is far from ln V, which guessing among V classes costs. Above it the output layer is sure of something wrong, and the first steps only scale it down.",
  saturated:
    "A large share of a layer's activations is where the nonlinearity is flat (for tanh beyond ±0.99). Almost no gradient passes there.",
  "dead-units": "Units are flat for every example looked at: no gradient reaches their weights.",
  "shrinking-activations":
    "Activations spread less from layer to layer: the last hidden layer sees hardly anything of the input.",
  "growing-activations": "Activations spread more from layer to layer.",
  "vanishing-gradients":
    "Gradients get smaller on the way back to the input, so that the first layers learn far more slowly than the last.",
  "exploding-gradients": "Gradients get larger on the way back to the input.",
  "slow-updates":
    "The update:data ratio of a parameter stays below its band: each step changes it too little.",
  "fast-updates":
    "The update:data ratio of a parameter stays above its band: each step changes it by too much.",
  "uneven-updates": "The hidden weights learn at very different speeds.",
  frozen: "A parameter does not change at all.",
  "output-learns-faster":
    "The output weights have gradients that are far larger, compared with the weights, than those of hidden layers.",
  "running-statistics":
    "Batch norm's running statistics are far from those of the data, so that evaluations with them are off.",
  "loss-spike": "The loss jumps far above its recent mean.",
  divergence: "The loss rises above what the run began with, or is no number any more.",
  plateau: "The loss hardly falls while the number of steps doubles.",
  "validation-gap": "The validation loss is far above the training loss.",
};

export function definitionOf(rule: string): string {
  return (
    DEFINITIONS[rule] ??
    "A rule of a later version of ablate; its findings say in words what it measured."
  );
}
