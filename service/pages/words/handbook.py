"""Words around the handbook."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "handbook.title": ("使用手册", "Handbook"),
    "handbook.lead": (
        "分四部分，各写给一类读者。手册所写与本服务当前版本一致。",
        "Four parts, each for one kind of reader, kept in step with the version you are looking at.",
    ),
    "handbook.language": (
        "",
        "The handbook is written in Chinese. Below, each part is summed up in English; headings and text are Chinese.",
    ),
    "handbook.contents": ("本部分目录", "In this part"),
    "handbook.parts": ("手册各部分", "Parts of the handbook"),
    "handbook.back": ("返回手册目录", "All parts"),
    "handbook.about.company": (
        "",
        "For a company: filling in, reading verdicts and quotes, what to do next.",
    ),
    "handbook.about.park": (
        "",
        "For a park operator: preparing and uploading a register, reading and deleting results.",
    ),
    "handbook.about.portal": (
        "",
        "For a portal: how to embed the self-check with one script, its events, partner keys, and a TLS proxy.",
    ),
    "handbook.about.operations": (
        "",
        "For whoever runs the service: settings, backup and restore, upgrade, retention, personal data, logs, keys.",
    ),
}
