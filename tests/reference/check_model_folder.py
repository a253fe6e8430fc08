#!/usr/bin/python3
"""Opens a written model folder as other programs do, with nothing but PyTorch and the format's description:

    tests/reference/check_model_folder.py FOLDER [ZEPHYR]

Reads model.safetensors, or every file the index names, by hand; checks names, shapes, offsets and torch_dtype against config.json; then,
with the path of the zephyr program, compares the logits of a plain float64 forward pass with those of `zephyr logits`. Exits with 1 when
anything is wrong.
"""
import json
import pathlib
import struct
import subprocess
import sys

import torch

from make_model_references import forward, plain

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
NAMES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}


def read_file(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    assert header.pop("__metadata__", {}).get("format") == "pt", f"{path}: no format: pt"
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = entry["data_offsets"]
        assert first == end, f"{path}: {name} starts at {first}, expected {end}"
        body = bytearray(data[8 + length + first:8 + length + last])
        tensors[name] = torch.frombuffer(body, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
        end = last
    assert 8 + length + end == len(data), f"{path}: {len(data) - 8 - length - end} bytes belong to no tensor"
    return tensors


def read_weights(folder):
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        return read_file(folder / "model.safetensors"), 1
    mapped = json.loads(index.read_text())
    weights = {}
    for name in sorted(set(mapped["weight_map"].values())):
        tensors = read_file(folder / name)
        assert all(mapped["weight_map"][tensor] == name for tensor in tensors), f"{name} and the index do not agree"
        weights.update(tensors)
    assert weights.keys() == mapped["weight_map"].keys()
    total = sum(tensor.numel() * tensor.element_size() for tensor in weights.values())
    assert mapped["metadata"]["total_size"] == total, f"total_size is {mapped['metadata']['total_size']}, the tensors have {total}"
    return weights, len(set(mapped["weight_map"].values()))


def main(folder, zephyr=None):
    config = json.loads((folder / "config.json").read_text())
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text())
    special = json.loads((folder / "special_tokens_map.json").read_text())
    assert config["architectures"] and "chat_template" in tokenizer and special["eos_token"]
    assert json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    assert json.loads((folder / "generation_config.json").read_text())["eos_token_id"] == config["eos_token_id"]
    assert (folder / "README.md").read_text().startswith("---\n")
    weights, files = read_weights(folder)
    assert {tensor.dtype for tensor in weights.values()} == {TYPES[NAMES[config["torch_dtype"]]]}
    assert tuple(weights["model.embed_tokens.weight"].shape) == (config["vocab_size"], config["hidden_size"])
    assert ("lm_head.weight" in weights) != config["tie_word_embeddings"]
    ids = torch.tensor([[1, 5, 9, 20, 33, 7, 2, 11]])
    logits = forward({name: tensor.double() for name, tensor in weights.items()}, config, ids, *plain(ids))[0]
    print(f"{len(weights)} tensors in {files} file(s), {config['torch_dtype']}, logits of {tuple(logits.shape)}")
    if zephyr:
        text = subprocess.run(
            [zephyr, "logits", "--model", str(folder), "--ids", ",".join(map(str, ids[0].tolist()))], check=True, capture_output=True, text=True).stdout
        difference = (torch.tensor(json.loads(text)["logits"], dtype=torch.float64) - logits).abs().max().item()
        print(f"largest difference to zephyr logits: {difference:.2e}")
        assert difference < 1e-4


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
