#!/usr/bin/python3
"""Makes the model references compared by tests/Zephyr.Core.Tests (run: /usr/bin/python3 tests/reference/make_model_references.py).

Everything is computed in float64 by the plain formulas below and written rounded to float32. The weights come from a fixed seed
and are written with the results, so a test needs nothing else.
"""
import json
import math
import pathlib
import struct

import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "Zephyr.Core.Tests" / "references"
IGNORED = -100


def write_safetensors(path, tensors):
    """Writes float32/int64 tensors: 8-byte header length, JSON header, bodies in order."""
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].dtype != torch.int64, item[0])):
        tensor = tensor.detach()
        tensor = tensor if tensor.dtype == torch.int64 else tensor.float()
        data = tensor.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "I64" if tensor.dtype == torch.int64 else "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def configuration(tied, window):
    return {
        "architectures": ["MistralForCausalLM"], "model_type": "mistral", "vocab_size": 48, "hidden_size": 16,
        "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4,
        "max_position_embeddings": 32, "sliding_window": window, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "hidden_act": "silu", "tie_word_embeddings": tied, "torch_dtype": "float32", "bos_token_id": 1, "eos_token_id": 2,
    }


def random_weights(c, seed):
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape, scale=0.3):
        # Rounded to float32, so that the test's weights and these are the same numbers.
        return (torch.randn(*shape, generator=generator) * scale).double()

    h, i, d = c["hidden_size"], c["intermediate_size"], c["head_dim"]
    q, kv = c["num_attention_heads"] * d, c["num_key_value_heads"] * d
    weights = {"model.embed_tokens.weight": normal(c["vocab_size"], h)}
    for n in range(c["num_hidden_layers"]):
        layer = f"model.layers.{n}."
        weights[layer + "input_layernorm.weight"] = 1 + normal(h, scale=0.1)
        weights[layer + "post_attention_layernorm.weight"] = 1 + normal(h, scale=0.1)
        weights[layer + "self_attn.q_proj.weight"] = normal(q, h)
        weights[layer + "self_attn.k_proj.weight"] = normal(kv, h)
        weights[layer + "self_attn.v_proj.weight"] = normal(kv, h)
        weights[layer + "self_attn.o_proj.weight"] = normal(h, q)
        weights[layer + "mlp.gate_proj.weight"] = normal(i, h)
        weights[layer + "mlp.up_proj.weight"] = normal(i, h)
        weights[layer + "mlp.down_proj.weight"] = normal(h, i)
    weights["model.norm.weight"] = 1 + normal(h, scale=0.1)
    if not c["tie_word_embeddings"]:
        weights["lm_head.weight"] = normal(c["vocab_size"], h)
    # float32-exact values: 1 + x is rounded again.
    return {name: tensor.float().double() for name, tensor in weights.items()}


def rms_norm(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def rotate(x, positions, theta):
    # x [batch, sequence, heads, d]; first half paired with second half, as Hugging Face has it.
    d = x.shape[-1]
    frequency = theta ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angle = positions.double()[:, :, None, None] * frequency
    cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
    half = torch.cat([-x[..., d // 2:], x[..., : d // 2]], -1)
    return x * cos + half * sin


def forward(weights, c, ids, positions, starts):
    """Logits [batch, sequence, vocabulary] of a decoder with grouped queries and a sliding window."""
    batch, sequence = ids.shape
    heads, kv, d = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
    index = torch.arange(sequence)
    visible = index[None, :, None] >= index[None, None, :]
    if c.get("sliding_window") is not None:
        visible = visible & (index[None, :, None] - index[None, None, :] < c["sliding_window"])
    visible = visible & (index[None, None, :] >= starts[:, :, None])
    x = weights["model.embed_tokens.weight"][ids]
    for n in range(c["num_hidden_layers"]):
        w = lambda part: weights[f"model.layers.{n}.{part}.weight"]
        y = rms_norm(x, w("input_layernorm"), c["rms_norm_eps"])
        query = rotate((y @ w("self_attn.q_proj").T).view(batch, sequence, heads, d), positions, c["rope_theta"])
        key = rotate((y @ w("self_attn.k_proj").T).view(batch, sequence, kv, d), positions, c["rope_theta"])
        value = (y @ w("self_attn.v_proj").T).view(batch, sequence, kv, d)
        key, value = (t.repeat_interleave(heads // kv, 2) for t in (key, value))
        scores = torch.einsum("bqhd,bkhd->bhqk", query, key) / math.sqrt(d)
        scores = scores.masked_fill(~visible[:, None], -math.inf)
        mixed = torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), value).reshape(batch, sequence, heads * d)
        x = x + mixed @ w("self_attn.o_proj").T
        y = rms_norm(x, w("post_attention_layernorm"), c["rms_norm_eps"])
        gate = y @ w("mlp.gate_proj").T
        x = x + (gate * torch.sigmoid(gate) * (y @ w("mlp.up_proj").T)) @ w("mlp.down_proj").T
    x = rms_norm(x, weights["model.norm.weight"], c["rms_norm_eps"])
    return x @ weights["model.embed_tokens.weight" if c["tie_word_embeddings"] else "lm_head.weight"].T


def plain(ids):
    """Positions and document starts of rows that hold one document each."""
    positions = torch.arange(ids.shape[1]).expand_as(ids)
    return positions, torch.zeros_like(ids)


def save_model(name, c, weights):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(c, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", weights)


def cross_entropy_sum(logits, labels):
    picked = labels.clamp(min=0)
    log_probs = logits.log_softmax(-1).gather(-1, picked[..., None])[..., 0]
    return -(log_probs * (labels != IGNORED)).sum()


def model_reference(name, tied, window, seed):
    """Logits, loss (mean over labels) and the gradient of every weight."""
    c = configuration(tied, window)
    weights = random_weights(c, seed)
    save_model(name, c, weights)
    generator = torch.Generator().manual_seed(seed + 1)
    ids = torch.randint(0, c["vocab_size"], (2, 11), generator=generator)
    labels = torch.cat([ids[:, 1:], torch.full((2, 1), IGNORED)], 1)
    labels[0, :3] = IGNORED
    leaves = {key: value.clone().requires_grad_() for key, value in weights.items()}
    logits = forward(leaves, c, ids, *plain(ids))
    count = (labels != IGNORED).sum()
    loss = cross_entropy_sum(logits, labels) / count
    loss.backward()
    hits = ((logits.argmax(-1) == labels) & (labels != IGNORED)).sum()
    results = {"ids": ids, "labels": labels, "logits": logits, "loss": loss, "hits": hits}
    results.update({"grad." + key: value.grad for key, value in leaves.items()})
    write_safetensors(OUT / name / "expected.safetensors", results)


def packed_reference(name):
    """Two documents and padding in one row: the logits are those of the documents alone."""
    folder = "mistral_tied"
    c = configuration(True, 4)
    weights = random_weights(c, 11)
    generator = torch.Generator().manual_seed(5)
    first = torch.randint(0, c["vocab_size"], (1, 7), generator=generator)
    second = torch.randint(0, c["vocab_size"], (1, 5), generator=generator)
    ids = torch.cat([first, second, torch.zeros(1, 3, dtype=torch.int64)], 1)
    positions = torch.tensor([[*range(7), *range(5), 0, 1, 2]])
    starts = torch.tensor([[0] * 7 + [7] * 5 + [12] * 3])
    logits = torch.cat([forward(weights, c, doc, *plain(doc)) for doc in (first, second)], 1)
    write_safetensors(OUT / folder / f"{name}.safetensors", {"ids": ids, "positions": positions, "starts": starts, "logits": logits})


def steps_reference(name):
    """Ten AdamW steps with clipping at norm 1, decay 0.1 on matrices, rates falling in a line: losses, norms, final weights."""
    c = configuration(False, 4)
    weights = random_weights(c, 21)
    generator = torch.Generator().manual_seed(6)
    ids = torch.randint(0, c["vocab_size"], (10, 2, 9), generator=generator)
    leaves = {key: value.clone().requires_grad_() for key, value in weights.items()}
    matrices = [v for v in leaves.values() if v.dim() > 1]
    vectors = [v for v in leaves.values() if v.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], lr=1, betas=(0.9, 0.95), eps=1e-8)
    losses, norms = [], []
    for step in range(10):
        for group in optimizer.param_groups:
            group["lr"] = 0.02 * (1 - step / 10)
        batch = ids[step]
        labels = torch.cat([batch[:, 1:], torch.full((2, 1), IGNORED)], 1)
        loss = cross_entropy_sum(forward(leaves, c, batch, *plain(batch)), labels) / (labels != IGNORED).sum()
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(list(leaves.values()), 1.0))
        optimizer.step()
        losses.append(loss.detach())
    results = {"ids": ids, "losses": torch.stack(losses), "norms": torch.stack(norms)}
    results.update({"final." + key: value for key, value in leaves.items()})
    write_safetensors(OUT / "mistral_untied" / f"{name}.safetensors", results)


def dpo_reference(name):
    """Three pairs of different lengths under a policy and a reference model: eq. 7 of Rafailov et al. 2023, and its gradients."""
    c = configuration(True, 4)
    policy, reference = random_weights(c, 11), random_weights(c, 12)
    generator = torch.Generator().manual_seed(7)
    beta = 0.1
    lengths = [(4, 5, 3), (2, 1, 6), (5, 4, 4)]  # prompt, chosen, rejected
    rows = [[torch.randint(3, c["vocab_size"], (n,), generator=generator) for n in row] for row in lengths]
    leaves = {key: value.clone().requires_grad_() for key, value in policy.items()}

    def log_prob(weights, prompt, completion):
        ids = torch.cat([prompt, completion])[None]
        logits = forward(weights, c, ids, *plain(ids))[0, :-1].log_softmax(-1)
        return logits.gather(-1, ids[0, 1:, None])[len(prompt) - 1:, 0].sum()

    values = {
        "chosen": torch.stack([log_prob(leaves, p, a) for p, a, _ in rows]),
        "rejected": torch.stack([log_prob(leaves, p, b) for p, _, b in rows]),
        "reference_chosen": torch.stack([log_prob(reference, p, a) for p, a, _ in rows]),
        "reference_rejected": torch.stack([log_prob(reference, p, b) for p, _, b in rows]),
    }
    rewards_chosen = beta * (values["chosen"] - values["reference_chosen"])
    rewards_rejected = beta * (values["rejected"] - values["reference_rejected"])
    loss = -torch.nn.functional.logsigmoid(rewards_chosen - rewards_rejected).mean()
    loss.backward()
    results = {"loss": loss, "rewards_chosen": rewards_chosen, "rewards_rejected": rewards_rejected, **values}
    results.update({"grad." + key: value.grad for key, value in leaves.items()})
    for i, row in enumerate(rows):
        for part, tensor in zip(("prompt", "chosen", "rejected"), row):
            results[f"ids.{i}.{part}"] = tensor
    write_safetensors(OUT / "mistral_tied" / f"{name}.safetensors", results)


if __name__ == "__main__":
    torch.set_num_threads(1)
    model_reference("mistral_tied", True, 4, 11)
    model_reference("mistral_untied", False, 4, 21)
    packed_reference("packed")
    steps_reference("steps")
    dpo_reference("dpo")
