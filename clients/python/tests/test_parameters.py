"""Names, layers, kinds and roles of parameters."""

import unittest

import torch
from torch import nn

from ablate_lab.parameters import parameters_of


def told(model):
    return {one.name: (one.layer, one.kind, one.role) for one in parameters_of(model, [])}


class Parameters(unittest.TestCase):
    def test_of_a_transformer(self):
        class Gpt(nn.Module):
            def __init__(self):
                super().__init__()
                self.tokens, self.places = nn.Embedding(9, 8), nn.Embedding(4, 8)
                self.block = nn.TransformerEncoderLayer(8, 2, 16)
                self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 9, bias=False)

        said = told(Gpt())
        self.assertEqual(said["tokens.weight"], ("tokens", "embedding", "embedding"))
        self.assertEqual(said["block.self_attn.in_proj_weight"], ("block.self_attn", "hidden", "weight"))
        self.assertEqual(said["block.self_attn.in_proj_bias"], ("block.self_attn", "hidden", "bias"))
        self.assertEqual(said["block.self_attn.out_proj.weight"][1:], ("hidden", "weight"))
        self.assertEqual(said["block.linear1.weight"], ("block.linear1", "hidden", "weight"))
        self.assertEqual(said["block.norm1.weight"], ("block.norm1", "norm", "gain"))
        self.assertEqual(said["norm.bias"], ("norm", "norm", "shift"))
        self.assertEqual(said["head.weight"], ("head", "output", "weight"))

    def test_of_convolutions_and_their_norms(self):
        said = told(nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)))
        self.assertEqual(said["0.weight"], ("0", "hidden", "weight"))
        self.assertEqual(said["1.weight"], ("1", "norm", "gain"))
        self.assertEqual(said["4.bias"], ("4", "output", "bias"))

    def test_of_recurrent_layers(self):
        said = told(nn.ModuleDict({"rnn": nn.LSTM(4, 8), "out": nn.Linear(8, 2)}))
        self.assertEqual(said["rnn.weight_hh_l0"], ("rnn", "hidden", "weight"))
        self.assertEqual(said["rnn.bias_ih_l0"], ("rnn", "hidden", "bias"))

    def test_no_output_is_told_where_the_last_layer_is_no_linear_one(self):
        said = told(nn.Sequential(nn.Linear(4, 4), nn.Unflatten(1, (4, 1)), nn.Conv1d(4, 2, 1)))
        self.assertEqual({kind for _, kind, _ in said.values()}, {"hidden"})
        said = told(nn.MultiheadAttention(8, 2))
        self.assertEqual({kind for _, kind, _ in said.values()}, {"hidden"})

    def test_of_a_tied_head_only_the_embedding_is_listed(self):
        tokens, head = nn.Embedding(9, 8), nn.Linear(8, 9)
        head.weight = tokens.weight
        said = told(nn.ModuleDict({"tokens": tokens, "head": head}))
        self.assertEqual(said["tokens.weight"], ("tokens", "embedding", "embedding"))
        self.assertEqual(said["head.bias"], ("head", "output", "bias"))

    def test_a_normed_weight_belongs_to_its_layer(self):
        said = told(nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)), nn.Linear(4, 2))) if hasattr(
            nn.utils.parametrizations, "weight_norm"
        ) else told(nn.Sequential(nn.utils.weight_norm(nn.Linear(4, 4)), nn.Linear(4, 2)))
        self.assertEqual({layer for layer, _, _ in said.values()}, {"0", "1"})
        roles = sorted(role for layer, _, role in said.values() if layer == "0")
        self.assertEqual(roles, ["bias", "gain", "weight"])

    def test_parameters_of_their_own(self):
        class Own(nn.Module):
            def __init__(self):
                super().__init__()
                self.scale, self.inner = nn.Parameter(torch.ones(3)), nn.Linear(3, 3)

        said = told(Own())
        self.assertEqual(said["scale"], ("scale", "other", "other"))

    def test_several_models_have_their_names_or_classes_before_them(self):
        one, other = nn.Linear(2, 2), nn.Conv1d(2, 2, 1)
        self.assertIn("critic.weight", told({"critic": one}))
        self.assertEqual(list(told([one, other])), ["linear.weight", "linear.bias", "conv1d.weight", "conv1d.bias"])
        self.assertIn("linear1.weight", told([one, nn.Linear(2, 2)]))

    def test_wrappers_are_not_in_names_and_other_modules_are(self):
        model = nn.Sequential(nn.Linear(2, 2))
        model.module = nn.Linear(2, 2)
        said = told(nn.DataParallel(model))
        self.assertEqual(list(said), ["0.weight", "0.bias", "module.weight", "module.bias"])


if __name__ == "__main__":
    unittest.main()
