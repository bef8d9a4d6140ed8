"""A model as a folder: a manifest, arrays, and trees as text. Nothing in it can run.

    MODEL/manifest.json    version, counts, features, figures, and the SHA-256 of every other file
    MODEL/arrays.npz       numbers and strings, read without pickle
    MODEL/fast-2.txt …     LightGBM's text form of each booster, one per path and threshold

The folder holds the terms of the texts it was learned from and the judgements: whoever may read
it may read them, so it is kept where the posts are kept.
"""

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path as File
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.ranking.encoder import Encoded, Encoder, Field, Fields
from lianshu.engine.matching.ranking.judgements import LEVELS, Judged, Weights
from lianshu.engine.matching.ranking.model import FEATURES, Memory, Model, Path
from lianshu.engine.matching.ranking.ordinal import Curve, Trees
from lianshu.engine.matching.ranking.spaces import Space
from lianshu.engine.matching.vocabulary import Grams, Words

VERSION = 1
MANIFEST, ARRAYS = "manifest.json", "arrays.npz"
Arrays = dict[str, NDArray[Any]]


class ModelError(Exception):
    """A folder that is no usable model; `str()` says what is wrong and what to do."""


def write_model(model: Model, folder: File) -> None:
    """Write the model beside `folder`, then put it in its place whole.

    Replaces an older model there; refuses to replace a folder that is none.
    """
    taken = folder.exists() and not (folder / MANIFEST).is_file()
    if taken and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"{folder}：这里已有别的文件，不是模型文件夹，不会覆盖。请换一个文件夹。")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        fresh.mkdir()
        _write(model, fresh)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: File, folder: File) -> None:
    if not folder.exists():
        fresh.replace(folder)
        return
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
    folder.replace(old)
    try:
        fresh.replace(folder)
    except OSError:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(model: Model, folder: File) -> None:
    with (folder / ARRAYS).open("wb") as stream:
        np.savez(stream, allow_pickle=False, **_arrays(model))
    paths: dict[str, dict[str, object]] = {}
    for name, path in model.paths.items():
        grown = path.trees.models if path.trees else ()
        for level, text in zip(LEVELS, grown, strict=False):
            (folder / f"{name}-{level}.txt").write_text(text, encoding="utf-8")
        paths[name] = {
            "trees": path.trees is not None,
            "share": path.share,
            "curve": {"slope": path.curve.slope, "shift": path.curve.shift},
        }
    manifest = {
        "format": "lianshu-ranker",
        "version": VERSION,
        "about": model.about,
        "start": {"slope": model.start.slope, "shift": model.start.shift},
        "paths": paths,
        "judged": model.memory is not None,
        "features": dict(FEATURES),
        "files": {one.name: _digest(one) for one in sorted(folder.iterdir())},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _digest(file: File) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def load(folder: File) -> Model:
    """The model of a folder. Raises ModelError when it is damaged, altered or too old or new."""
    manifest = _manifest(folder)
    for name, digest in manifest["files"].items():
        file = folder / name
        if not file.is_file() or _digest(file) != digest:
            raise ModelError(
                f"{folder}：文件“{name}”缺少或被改动过，与清单不符。"
                "请重新运行 lianshu ranker learn。"
            )
    if list(manifest["features"]) != sorted(FEATURES):
        raise ModelError(f"{folder}：模型的特征与当前版本不同。请重新运行 lianshu ranker learn。")
    with np.load(folder / ARRAYS, allow_pickle=False) as stream:
        arrays = dict(stream)
    return Model(
        encoder=_encoder(arrays),
        memory=_memory(arrays) if manifest["judged"] else None,
        start=_curve(manifest["start"]),
        paths={name: _path(folder, name, one) for name, one in manifest["paths"].items()},
        about=manifest["about"],
    )


def _manifest(folder: File) -> Any:
    file = folder / MANIFEST
    if not file.is_file():
        raise ModelError(
            f"{folder}：没有找到 {MANIFEST}，这不是模型文件夹。请先运行 lianshu ranker learn。"
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != "lianshu-ranker":
        raise ModelError(f"{folder}：{MANIFEST} 读不懂。请重新运行 lianshu ranker learn。")
    if manifest.get("version") != VERSION:
        raise ModelError(
            f"{folder}：模型的格式是第 {manifest.get('version')} 版，这里只认第 {VERSION} 版。"
            "请重新运行 lianshu ranker learn。"
        )
    return manifest


def _curve(said: Mapping[str, list[float]]) -> Curve:
    return Curve(tuple(said["slope"]), tuple(said["shift"]))


def _path(folder: File, name: str, said: Mapping[str, Any]) -> Path:
    trees = None
    if said["trees"]:
        texts = [(folder / f"{name}-{level}.txt").read_text(encoding="utf-8") for level in LEVELS]
        trees = Trees(tuple(texts))
    return Path(trees, _curve(said["curve"]), float(said["share"]))


def _arrays(model: Model) -> Arrays:
    encoder = model.encoder
    found: Arrays = {
        "words": _strings(encoder.words.vocabulary.column),
        "grams": encoder.grams.vocabulary.keys,
        "whole": _strings(encoder.grams.vocabulary.whole.column),
    }
    for name, space in (("w", encoder.words), ("g", encoder.grams)):
        found |= {
            f"{name}.rarity": space.rarity,
            f"{name}.mean_lengths": np.array(space.mean_lengths),
            f"{name}.topics": space.topics,
            f"{name}.senses": space.senses,
        }
    memory = model.memory
    if memory is not None:
        judged = memory.judged
        found |= _encoded("d", judged.demands) | _encoded("r", judged.resources)
        found |= {
            "demand": judged.demand,
            "resource": judged.resource,
            "targets": judged.targets,
            "features": judged.features,
            "demand_ids": _strings(memory.demand_ids),
            "resource_ids": _strings(memory.resource_ids),
            "table": memory.table,
            "weights": memory.weights.each,
            "centre": memory.centre,
            "spread": memory.spread,
        }
    return found


def _strings(values: object) -> NDArray[Any]:
    """Texts as UTF-8 bytes with their ends: one long word would widen every row of an array."""
    parts = [str(one).encode("utf-8", "surrogatepass") for one in values]  # type: ignore[attr-defined]
    ends = np.cumsum([len(one) for one in parts], dtype=np.int64)
    head = np.array([len(parts)], np.int64)
    body = np.frombuffer(b"".join(parts), np.uint8)
    return np.concatenate([np.concatenate([head, ends]).view(np.uint8), body])


def _texts(packed: NDArray[Any]) -> tuple[str, ...]:
    size = int(packed[:8].view(np.int64)[0])
    ends = packed[8 : 8 + 8 * size].view(np.int64)
    body = packed[8 + 8 * size :].tobytes()
    starts = [0, *ends[:-1].tolist()]
    return (
        tuple(
            body[start:end].decode("utf-8", "surrogatepass")
            for start, end in zip(starts, ends.tolist(), strict=True)
        )
        if size
        else ()
    )


_FIELDS = tuple(one.name for one in fields(Field))


def _encoded(prefix: str, encoded: Encoded) -> Arrays:
    return {
        f"{prefix}.{space}.{part}.{name}": getattr(getattr(getattr(encoded, space), part), name)
        for space in ("words", "grams")
        for part in ("title", "content", "whole")
        for name in _FIELDS
    }


def _decoded(prefix: str, arrays: Arrays) -> Encoded:
    def fields_of(space: str) -> Fields:
        return Fields(
            *(
                Field(**{name: arrays[f"{prefix}.{space}.{part}.{name}"] for name in _FIELDS})
                for part in ("title", "content", "whole")
            )
        )

    return Encoded(fields_of("words"), fields_of("grams"))


def _encoder(arrays: Arrays) -> Encoder:
    def numbers(name: str) -> tuple[NDArray[Any], tuple[float, float], NDArray[Any], NDArray[Any]]:
        lengths = arrays[f"{name}.mean_lengths"].tolist()
        return (
            arrays[f"{name}.rarity"],
            (lengths[0], lengths[1]),
            arrays[f"{name}.topics"],
            arrays[f"{name}.senses"],
        )

    return Encoder(
        Space(Words(_texts(arrays["words"])), *numbers("w")),
        Space(Grams(arrays["grams"], Words(_texts(arrays["whole"]))), *numbers("g")),
    )


def _memory(arrays: Arrays) -> Memory:
    judged = Judged(
        _decoded("d", arrays),
        _decoded("r", arrays),
        arrays["demand"],
        arrays["resource"],
        arrays["targets"],
        arrays["features"],
    )
    return Memory(
        judged,
        _texts(arrays["demand_ids"]),
        _texts(arrays["resource_ids"]),
        arrays["table"],
        Weights(arrays["weights"]),
        arrays["centre"],
        arrays["spread"],
    )
