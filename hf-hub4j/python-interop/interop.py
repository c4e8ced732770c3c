"""Python's side: fills a cache from the hub, or checks offline what is in one. See ./run."""

import os
import sys
from pathlib import Path

from huggingface_hub import (
    _CACHED_NO_EXIST,
    hf_hub_download,
    scan_cache_dir,
    snapshot_download,
    try_to_load_from_cache,
)
from huggingface_hub.errors import LocalEntryNotFoundError, RemoteEntryNotFoundError

SAE, DATA, REF, MISSING = "org/sae", "org/data", "refs/pr/1", "layer_19/sparsity.safetensors"
FILES = Path(os.environ["INTEROP_FILES"])


def expect(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: {found!r} instead of {expected!r}")


def tree(folder):
    folder = Path(folder)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def is_missing(error):
    try:
        hf_hub_download(SAE, MISSING)
    except error:
        return True
    return False


def fill():
    hf_hub_download(SAE, "layer_19/sae_weights.safetensors")
    hf_hub_download(SAE, "layer_19/cfg.json", revision=REF)
    hf_hub_download(SAE, "layer_19/sae_weights.safetensors", revision=REF)
    expect(is_missing(RemoteEntryNotFoundError), True, "a missing file is refused")
    snapshot_download(SAE)
    snapshot_download(DATA, repo_type="dataset")


def read():
    main, other, data = tree(FILES / "main"), tree(FILES / "other"), tree(FILES / "data")
    for revision, files in (("main", main), (REF, other)):
        for name, content in files.items():
            expect(Path(try_to_load_from_cache(SAE, name, revision=revision)).read_bytes(), content, name)
            expect(Path(hf_hub_download(SAE, name, revision=revision)).read_bytes(), content, name)
    expect(try_to_load_from_cache(SAE, MISSING), _CACHED_NO_EXIST, "the marker of a missing file")
    expect(is_missing(LocalEntryNotFoundError), True, "a missing file is refused offline")
    snapshot = snapshot_download(SAE, local_files_only=True)
    expect(tree(snapshot), main, "the snapshot")
    expect(tree(snapshot_download(SAE, revision=Path(snapshot).name, local_files_only=True)), main, "the commit")
    expect(tree(snapshot_download(DATA, repo_type="dataset", local_files_only=True)), data, "the dataset")
    cache = scan_cache_dir()
    expect([str(warning) for warning in cache.warnings], [], "warnings of the scan")
    expect(len(cache.incomplete_files), 0, "unfinished downloads")
    found = {(r.repo_type, r.repo_id): {ref for v in r.revisions for ref in v.refs} for r in cache.repos}
    expect(found, {("model", SAE): {"main", REF}, ("dataset", DATA): {"main"}}, "the scan")


{"fill": fill, "read": read}[sys.argv[1]]()
