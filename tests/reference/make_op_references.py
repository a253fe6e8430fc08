"""Makes tests/Zephyr.Torch.Tests/Operations/op-references.json: what PyTorch computes for every operation the binding has.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/make_op_references.py

Each case holds inputs, outputs and, for floating inputs, the gradient of
sum over outputs of sum_i output[i] * ((i mod 7) + 1) / 4, everything in float64 so that only the operation is compared.
The case's name is the key of the managed expression in OperationCases.cs.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20231025)


def normal(*shape):
    return torch.round(torch.randn(*shape, dtype=torch.float64) * 1e4) / 1e4


def positive(*shape):
    return normal(*shape).abs() + 0.25


def integers(high, *shape):
    return torch.randint(0, high, shape)


A = normal(2, 3)
B = positive(2, 3)
M = normal(3, 4)
LOGITS = normal(4, 5)

CASES = [
    # elementwise
    ("neg", lambda x: -x, [A]),
    ("abs", torch.abs, [A]),
    ("exp", torch.exp, [A]),
    ("expm1", torch.expm1, [A]),
    ("log", torch.log, [B]),
    ("log1p", torch.log1p, [B]),
    ("sqrt", torch.sqrt, [B]),
    ("rsqrt", torch.rsqrt, [B]),
    ("reciprocal", torch.reciprocal, [B]),
    ("square", torch.square, [A]),
    ("cos", torch.cos, [A]),
    ("sin", torch.sin, [A]),
    ("tanh", torch.tanh, [A]),
    ("erf", torch.erf, [A]),
    ("sigmoid", torch.sigmoid, [A]),
    ("relu", torch.relu, [A]),
    ("silu", F.silu, [A]),
    ("gelu", F.gelu, [A]),
    ("log_sigmoid", F.logsigmoid, [A * 30]),
    ("softplus", F.softplus, [A]),
    ("floor", torch.floor, [A]),
    ("ceil", torch.ceil, [A]),
    ("round", torch.round, [A]),
    ("sign", torch.sign, [A]),
    ("clamp", lambda x: x.clamp(-0.5, 0.75), [A]),
    ("clamp_min", lambda x: x.clamp_min(-0.5), [A]),
    ("clamp_max", lambda x: x.clamp_max(0.75), [A]),
    ("isnan", torch.isnan, [torch.tensor([1.0, float("nan"), float("inf")], dtype=torch.float64)]),
    ("isinf", torch.isinf, [torch.tensor([1.0, float("nan"), float("-inf")], dtype=torch.float64)]),
    ("isfinite", torch.isfinite, [torch.tensor([1.0, float("nan"), float("inf")], dtype=torch.float64)]),
    ("nan_to_num", lambda x: x.nan_to_num(0.5, 2.0, -2.0),
     [torch.tensor([1.0, float("nan"), float("inf"), float("-inf")], dtype=torch.float64)]),
    ("logical_not", torch.logical_not, [integers(2, 5)]),
    # arithmetic
    ("add", lambda x, y: x + y, [A, normal(3)]),
    ("add_alpha", lambda x, y: x.add(y, alpha=-2.5), [A, normal(3)]),
    ("add_scalar", lambda x: x + 2, [A]),
    ("sub", lambda x, y: x - y, [A, normal(2, 1)]),
    ("rsub_scalar", lambda x: 2 - x, [A]),
    ("mul", lambda x, y: x * y, [A, normal(2, 1)]),
    ("mul_scalar", lambda x: x * -0.5, [A]),
    ("div", lambda x, y: x / y, [A, B]),
    ("rdiv_scalar", lambda x: 3 / x, [B]),
    ("pow", lambda x, y: x.pow(y), [B, A]),
    ("pow_scalar", lambda x: x.pow(3), [A]),
    ("remainder", lambda x: x % 0.75, [A]),
    ("floor_divide", lambda x: torch.floor_divide(x, 4), [integers(20, 5)]),
    ("maximum", torch.maximum, [A, normal(2, 3)]),
    ("minimum", torch.minimum, [A, normal(2, 3)]),
    ("addcmul", lambda x, y, z: x.addcmul(y, z, value=0.5), [A, B, normal(2, 3)]),
    ("lerp", lambda x, y: x.lerp(y, 0.25), [A, B]),
    ("logical_and", torch.logical_and, [integers(2, 6), integers(2, 6)]),
    ("logical_or", torch.logical_or, [integers(2, 6), integers(2, 6)]),
    ("logical_xor", torch.logical_xor, [integers(2, 6), integers(2, 6)]),
    # comparison
    ("eq", torch.eq, [integers(3, 8), integers(3, 8)]),
    ("ne", torch.ne, [integers(3, 8), integers(3, 8)]),
    ("lt", torch.lt, [integers(3, 8), integers(3, 8)]),
    ("le", torch.le, [integers(3, 8), integers(3, 8)]),
    ("gt", torch.gt, [integers(3, 8), integers(3, 8)]),
    ("ge", torch.ge, [integers(3, 8), integers(3, 8)]),
    # reductions
    ("sum", torch.sum, [A]),
    ("sum_dims", lambda x: x.sum((0, 2), keepdim=True), [normal(2, 3, 2)]),
    ("mean", torch.mean, [A]),
    ("mean_dim", lambda x: x.mean(-1), [A]),
    ("max", torch.max, [A]),
    ("max_dim", lambda x: tuple(x.max(1)), [A]),
    ("min", torch.min, [A]),
    ("min_dim", lambda x: tuple(x.min(0)), [A]),
    ("argmax", lambda x: x.argmax(-1), [A]),
    ("argmin", lambda x: x.argmin(-1), [A]),
    ("logsumexp", lambda x: x.logsumexp(-1), [LOGITS * 50]),
    ("norm", torch.norm, [A]),
    ("norm_dim", lambda x: x.norm(dim=1), [A]),
    ("var", lambda x: x.var(1, unbiased=False), [A]),
    ("all", lambda x: x.bool().all(1), [integers(2, 3, 2)]),
    ("any", lambda x: x.bool().any(1), [integers(2, 3, 2)]),
    ("cumsum", lambda x: x.cumsum(1), [A]),
    ("topk", lambda x: tuple(x.topk(2)), [LOGITS]),
    ("sort", lambda x: tuple(x.sort(descending=True)), [LOGITS]),
    ("argsort", lambda x: x.argsort(-1), [LOGITS]),
    ("bincount", lambda x: x.bincount(minlength=6), [integers(4, 9)]),
    # shape
    ("view", lambda x: x.view(3, -1), [A]),
    ("reshape", lambda x: x.t().reshape(6), [A]),
    ("expand", lambda x: x.expand(4, 3), [normal(1, 3)]),
    ("repeat", lambda x: x.repeat(2, 2), [A]),
    ("permute", lambda x: x.permute(2, 0, 1), [normal(2, 3, 2)]),
    ("transpose", lambda x: x.transpose(0, -1), [A]),
    ("unsqueeze_squeeze", lambda x: x.unsqueeze(1).squeeze(1), [A]),
    ("flatten", lambda x: x.flatten(1), [normal(2, 3, 2)]),
    ("flip", lambda x: x.flip(1), [A]),
    ("narrow", lambda x: x.narrow(1, 1, 2), [A]),
    ("slice", lambda x: x[:, 0:3:2], [A]),
    ("select", lambda x: x.select(0, 1), [A]),
    ("tril", lambda x: x.tril(-1), [normal(3, 3)]),
    ("triu", lambda x: x.triu(1), [normal(3, 3)]),
    ("cat", lambda x, y: torch.cat([x, y], 1), [A, normal(2, 1)]),
    ("stack", lambda x, y: torch.stack([x, y], -1), [A, B]),
    ("split", lambda x: tuple(x.split(2, 1)), [normal(2, 5)]),
    ("chunk", lambda x: tuple(x.chunk(2, 1)), [normal(2, 5)]),
    ("repeat_interleave", lambda x: x.repeat_interleave(2, 1), [A]),
    # indexing
    ("index_select", lambda x, i: x.index_select(0, i), [M, torch.tensor([2, 0, 2])]),
    ("gather", lambda x, i: x.gather(1, i), [M, torch.tensor([[3], [0], [1]])]),
    ("scatter", lambda x, i, y: x.scatter(1, i, y), [M, torch.tensor([[3], [0], [1]]), normal(3, 1)]),
    ("scatter_add", lambda x, i, y: x.scatter_add(1, i, y), [M, torch.tensor([[3, 3], [0, 1], [1, 1]]), normal(3, 2)]),
    ("masked_fill", lambda x, m: x.masked_fill(m.bool(), -9), [M, integers(2, 3, 4)]),
    ("masked_select", lambda x, m: x.masked_select(m.bool()), [M, integers(2, 3, 4)]),
    ("where", lambda m, x, y: torch.where(m.bool(), x, y), [integers(2, 2, 3), A, B]),
    ("nonzero", torch.nonzero, [integers(2, 3, 3)]),
    ("index_brackets", lambda x, i: x[i, None, ..., 1:], [M, torch.tensor([1, 1, 0])]),
    ("index_mask", lambda x, m: x[m.bool()], [M, integers(2, 3)]),
    # linear algebra
    ("matmul", torch.matmul, [normal(2, 2, 3), M]),
    ("mm", torch.mm, [A, M]),
    ("bmm", torch.bmm, [normal(2, 2, 3), normal(2, 3, 2)]),
    ("dot", torch.dot, [normal(4), normal(4)]),
    ("outer", torch.outer, [normal(2), normal(3)]),
    ("addmm", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), [normal(2, 4), A, M]),
    # neural
    ("softmax", lambda x: x.softmax(-1), [LOGITS]),
    ("log_softmax", lambda x: x.log_softmax(-1), [LOGITS * 40]),
    ("linear", F.linear, [normal(2, 2, 3), normal(4, 3), normal(4)]),
    ("embedding", F.embedding, [torch.tensor([[2, 0], [2, 1]]), M]),
    ("cross_entropy", F.cross_entropy, [LOGITS, torch.tensor([1, -100, 4, 0])]),
    ("cross_entropy_sum", lambda x, t: F.cross_entropy(x, t, reduction="sum"), [LOGITS, torch.tensor([1, -100, 4, 0])]),
    ("cross_entropy_smooth", lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1), [LOGITS, torch.tensor([1, 2, 4, 0])]),
    ("nll_loss", lambda x, t: F.nll_loss(x, t, reduction="none"), [LOGITS, torch.tensor([1, 2, 4, 0])]),
    ("mse_loss", F.mse_loss, [A, B]),
    ("one_hot", lambda x: F.one_hot(x, 4), [torch.tensor([0, 3, 1])]),
    # the loss of DPO (Rafailov et al. 2023, equation 7), composed: -logsigmoid(beta * ((c - rc) - (r - rr))), beta = 0.1
    ("dpo", lambda c, r, rc, rr: -F.logsigmoid(0.1 * ((c - rc) - (r - rr))), [normal(3) * 20 for _ in range(4)]),
]


def numbers(tensor):
    special = {float("inf"): "Infinity", float("-inf"): "-Infinity"}
    values = tensor.detach().reshape(-1).tolist()
    return ["NaN" if value != value else special.get(value, value) for value in values]


def record(tensor):
    kinds = {torch.float64: "Float64", torch.int64: "Int64", torch.bool: "Bool"}
    data = numbers(tensor.long() if tensor.dtype == torch.bool else tensor)
    return {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape), "data": data}


def run(name, function, inputs):
    leaves = [value.detach().clone().requires_grad_(value.is_floating_point()) for value in inputs]
    results = function(*leaves)
    outputs = list(results) if isinstance(results, tuple) else [results]
    loss = sum(
        (output * ((torch.arange(output.numel()) % 7 + 1) / 4).double().reshape(output.shape)).sum()
        for output in outputs if output.is_floating_point() and output.requires_grad)
    gradients = []
    if isinstance(loss, torch.Tensor):
        loss.backward()
        gradients = [record(leaf.grad) if leaf.grad is not None else None for leaf in leaves]
    return {"name": name, "inputs": [record(v) for v in inputs], "outputs": [record(v) for v in outputs], "gradients": gradients}


if __name__ == "__main__":
    target = pathlib.Path(__file__).parent.parent / "Zephyr.Torch.Tests" / "Operations" / "op-references.json"
    lines = ",\n".join("  " + json.dumps(run(*case)) for case in CASES)
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')
    print(f"{len(CASES)} cases, {target.stat().st_size} bytes")
