/** Keys of configs of other programs, and what is written for them here. */
import { CONFIG_KEYS } from "./schema.ts";

/** Names elsewhere, by our key. */
const KEYS: Readonly<Record<string, string>> = {
  "train.lr": "learning_rate base_lr init_lr initial_lr eta",
  "train.batch_size":
    "batch bs minibatch mini_batch_size train_batch_size per_device_train_batch_size",
  "train.steps": "max_steps num_steps n_steps total_steps max_iters n_iters iters iterations",
  "train.optimizer": "optimiser optim",
  "train.optimizer.weight_decay": "weight_decay wd",
  "train.optimizer.betas": "betas beta1 beta2",
  "train.optimizer.eps": "eps epsilon",
  "train.optimizer.nesterov": "nesterov",
  "train.l2": "l2_reg l2_regularization regularization reg",
  "train.stop.patience": "early_stopping",
  "train.batches": "shuffle drop_last",
  "model.embedding": "n_embd n_emb embedding_dim embedding_size embed_dim emb_dim d_embed",
  "model.activation": "nonlinearity non_linearity act act_fn activation_fn hidden_act",
  "model.batch_norm": "bn use_bn use_batch_norm batch_normalization",
  "model.dropout": "drop dropout_rate dropout_p drop_prob",
  "model.tie": "tie_weights weight_tying tie_embeddings tie_word_embeddings",
  "model.residual": "skip_connections residuals use_residual",
  "data.file": "dataset data_path data_file path corpus train_file filename",
  "data.context":
    "block_size context_length context_size context_window seq_len sequence_length window_size n_ctx",
  "data.validation": "val valid val_file valid_file validation_file",
  "record.evaluate": "eval_interval eval_every eval_steps eval_iters val_interval val_every",
  "record.checkpoint": "save_every save_steps save_interval checkpoint_every ckpt_every",
  "record.best": "save_best save_best_only keep_best",
  "record.samples": "n_samples num_samples",
  name: "project experiment experiment_name exp_name run_name",
  seeds: "seed random_seed rng_seed manual_seed random_state",
  extends: "defaults inherit inherits base parent",
};

const HIDDEN = "; write the width of each hidden layer: model.hidden: [200, 200]";
const RATE = "; train.lr takes a map such as { warmup: 500, then: cosine }";
const CLIP = "; write train.clip: { norm: 1 }";
const CPU = "; training is on the CPU";
const GRID = "; values to compare stand under grid: { train.lr: [0.1, 0.01] }";
const MLP =
  "; the model is an MLP over the last characters, other models are recorded with ablate_lab (docs/your-own-training.md)";
const LOGS =
  "; every step is recorded in the store, `ablate export --format tfevents` writes files for TensorBoard";

/** Names elsewhere, by what there is instead of a key. */
const SENTENCES: Readonly<Record<string, string>> = {
  "; training is counted in updates: train.steps = epochs x training examples / train.batch_size (train.batches: epochs takes each example once an epoch)":
    "epochs n_epochs num_epochs max_epochs num_train_epochs",
  "; write train.optimizer: { name: sgd, momentum: 0.9 } (batch norm's: model.batch_norm)":
    "momentum",
  [HIDDEN]:
    "n_layers num_layers n_layer depth n_hidden hidden_size hidden_sizes hidden_dim hidden_dims hidden_layers hidden_units units width d_model",
  [RATE]:
    "scheduler lr_scheduler schedule lr_schedule warmup warmup_steps decay lr_decay annealing gamma step_size",
  [CLIP]:
    "grad_clip gradient_clip clip_grad clip_grad_norm gradient_clip_val max_norm max_grad_norm",
  "; write model.norm: layer": "layer_norm layernorm",
  "; write model.norm: rms": "rms_norm rmsnorm",
  "; write init.hidden.weight: { scheme: kaiming, gain: 5/3 }":
    "gain initializer initialization initialisation weight_init init_scheme kernel_initializer",
  [CPU]: "device devices gpu gpus cuda mps tpu accelerator",
  "; training computes in float32": "precision dtype amp fp16 bf16 mixed_precision",
  "; `ablate run --workers N` trains N runs at a time": "workers num_workers n_workers n_jobs",
  "; `ablate run --threads N` computes a run with N threads": "threads num_threads n_threads",
  "; the loss is the cross-entropy of the next character": "loss loss_fn criterion objective",
  "; the characters in data.file decide it": "vocab_size n_vocab num_classes n_classes",
  [MLP]:
    "architecture arch model_type heads n_head n_heads num_heads attention transformer lstm rnn",
  [GRID]: "sweep sweeps parameters params search_space space hyperparameters hparams",
  [LOGS]: "wandb tensorboard mlflow logger logging log_every log_interval log_steps",
};

/** Without what spelling adds: `learningRate` and `learning-rate` are `learning_rate`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}

function byName(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([ours, names]) =>
      names.split(" ").map((name) => [plain(name), ours] as const),
    ),
  );
}

const keys = byName(KEYS);
const sentences = byName(SENTENCES);

/** Our keys, whole and by their last parts; of several with the same last part the first. */
const own: ReadonlyMap<string, string> = new Map(
  CONFIG_KEYS.toReversed().flatMap((key) => [
    [plain(key.split(".").at(-1) ?? ""), key] as const,
    [plain(key), key] as const,
  ]),
);

/** Returns our key for the name of one, here or in another program: `train.lr` for `lr` or `learning-rate`; or null. */
export function keyNamed(name: string): string | null {
  return keys.get(plain(name)) ?? own.get(plain(name)) ?? null;
}

/** Returns what to say, behind `unknown key`, to a name of another program; or null. */
export function otherName(name: string): string | null {
  if (name.includes("=")) return `, write "${name.replace("=", ": ")}"`;
  const sentence = sentences.get(plain(name));
  if (sentence !== undefined) return sentence;
  const key = keys.get(plain(name));
  return key === undefined ? null : `, did you mean "${key}"?`;
}
