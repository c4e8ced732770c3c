"""Safetensors files that are made from others, without any library."""

import json
import os
import pathlib
import shutil

SIZES = {"F32": 4, "F16": 2, "BF16": 2}


def header(file):
    """Reads the header of an open file, which then stands at the first tensor's bytes."""
    return json.loads(file.read(int.from_bytes(file.read(8), "little")))


def write_header(file, entries):
    text = json.dumps(entries)
    text += " " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text.encode())


def first_token(source, target):
    """Copies the first token of a file of activations."""
    with open(source, "rb") as file:
        entry = header(file)["activations"]
        file.seek(entry["data_offsets"][0], os.SEEK_CUR)
        size = (entry["data_offsets"][1] - entry["data_offsets"][0]) // entry["shape"][0]
        token = file.read(size)
    entry = {**entry, "shape": [1, *entry["shape"][1:]], "data_offsets": [0, size]}
    with open(target, "wb") as file:
        write_header(file, {"activations": entry})
        file.write(token)


def jump_relu(source, target):
    """Makes a JumpReLU SAE of a ReLU SAE: a bias below 0 becomes a threshold above it, so that the same features fire."""
    target.mkdir()
    config = json.loads((source / "cfg.json").read_text())
    (target / "cfg.json").write_text(json.dumps({**config, "architecture": "jumprelu"}))
    name = "sae_weights.safetensors"
    with open(source / name, "rb") as old, open(target / name, "wb") as new:
        entries = header(old)
        metadata = {key: value for key, value in entries.items() if key == "__metadata__"}
        tensors = {key: value for key, value in entries.items() if key != "__metadata__"}
        begin = old.tell()
        end = max(entry["data_offsets"][1] for entry in tensors.values())
        entry = tensors["b_enc"]
        first, last = entry["data_offsets"]
        old.seek(begin + first)
        bias, threshold = parted(old.read(last - first), SIZES[entry["dtype"]])
        tensors["threshold"] = {**entry, "data_offsets": [end, end + last - first]}
        write_header(new, {**metadata, **tensors})
        data = new.tell()
        old.seek(begin)
        shutil.copyfileobj(old, new, 1 << 24)
        new.write(threshold)
        new.seek(data + first)
        new.write(bias)


def parted(numbers, size):
    """Returns what is above 0, and what is below it without its sign; the other numbers are 0 in each."""
    above, below = bytearray(numbers), bytearray(numbers)
    for begin in range(0, len(numbers), size):
        negative = numbers[begin + size - 1] & 0x80
        (above if negative else below)[begin : begin + size] = bytes(size)
        below[begin + size - 1] &= 0x7F
    return bytes(above), bytes(below)


def read_fully(folder: pathlib.Path):
    """Reads all files of a folder, so that the system has them in memory."""
    for file in folder.iterdir():
        with open(file, "rb") as opened:
            while opened.read(1 << 24):
                pass
