#!/usr/bin/python3
"""Makes the adapter references compared by tests/Zephyr.Core.Tests (run: /usr/bin/python3 tests/reference/make_adapter_references.py).

The base model is `mistral_tied` of make_model_references.py. Everything is computed in float64 by the plain formulas and written
rounded to float32; adapters have the names of PEFT's files.
"""
import json

import torch

from make_model_references import IGNORED, OUT, configuration, cross_entropy_sum, forward, plain, random_weights, write_safetensors

RANK, ALPHA = 3, 6.0
TARGETS = ["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"]  # k_proj and gate_proj have none


def random_adapter(weights, seed):
    """A and B of every target, float32-exact; B is not zero, so that A has a gradient."""
    generator = torch.Generator().manual_seed(seed)
    adapter = {}
    for name, weight in weights.items():
        if name.split(".")[-2] in TARGETS:
            module = "base_model.model." + name[: -len(".weight")]
            out_features, in_features = weight.shape
            adapter[module + ".lora_A.weight"] = (torch.randn(RANK, in_features, generator=generator) * 0.3).double()
            adapter[module + ".lora_B.weight"] = (torch.randn(out_features, RANK, generator=generator) * 0.3).double()
    return adapter


def merge(weights, adapter):
    """W + alpha / r B A (arXiv 2106.09685, equation 3); the model with it computes what base and adapters side by side do."""
    merged = dict(weights)
    for name in weights:
        module = "base_model.model." + name[: -len(".weight")]
        if module + ".lora_A.weight" in adapter:
            merged[name] = weights[name] + ALPHA / RANK * adapter[module + ".lora_B.weight"] @ adapter[module + ".lora_A.weight"]
    return merged


def lora_reference():
    """Logits, loss, the gradient of every A and B, one AdamW step on them, and the merged weights."""
    c = configuration(True, 4)
    weights = random_weights(c, 11)
    adapter = random_adapter(weights, 31)
    folder = OUT / "lora"
    write_safetensors(folder / "adapter_model.safetensors", adapter)
    (folder / "adapter_config.json").write_text(json.dumps({
        "base_model_name_or_path": "mistral_tied", "bias": "none", "fan_in_fan_out": False, "inference_mode": True,
        "init_lora_weights": True, "layers_to_transform": None, "lora_alpha": int(ALPHA), "lora_dropout": 0.05,
        "modules_to_save": None, "peft_type": "LORA", "r": RANK, "rank_pattern": {}, "target_modules": TARGETS,
        "task_type": "CAUSAL_LM", "use_dora": False, "use_rslora": False,
    }, indent=2) + "\n")
    generator = torch.Generator().manual_seed(32)
    ids = torch.randint(0, c["vocab_size"], (2, 11), generator=generator)
    labels = torch.cat([ids[:, 1:], torch.full((2, 1), IGNORED)], 1)
    leaves = {name: value.clone().requires_grad_() for name, value in adapter.items()}
    logits = forward(merge(weights, leaves), c, ids, *plain(ids))
    loss = cross_entropy_sum(logits, labels) / (labels != IGNORED).sum()
    loss.backward()
    results = {"ids": ids, "labels": labels, "logits": logits, "loss": loss}
    results.update({"grad." + name: value.grad.clone() for name, value in leaves.items()})
    optimizer = torch.optim.AdamW(leaves.values(), lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)
    results["norm"] = torch.nn.utils.clip_grad_norm_(list(leaves.values()), 1.0)
    optimizer.step()
    results.update({"stepped." + name: value for name, value in leaves.items()})
    merged = merge(weights, adapter)
    results.update({"merged." + name: merged[name] for name in weights if name.split(".")[-2] in TARGETS})
    write_safetensors(folder / "expected.safetensors", results)


if __name__ == "__main__":
    torch.set_num_threads(1)
    lora_reference()
