"""Invented documents to be drafted from."""

import hashlib


def document_of(body: str, **more):
    """Return metadata and text of a document whose title stands above its body."""
    title = "云溪区支持企业发展若干措施"
    text = f"{title}\n{body}"
    unknown = (
        "number",
        "issued_on",
        "written_on",
        "published_on",
        "effective_from",
        "valid_to",
        "source_url",
        "checked_on",
    )
    metadata = {
        "schema": 1, "id": "yunxi-measures", "title": title, "heading": title, "status": "in_force", "region": "440114",
        "issuers": ["云溪区人民政府"], "sha256": hashlib.sha256(text.encode()).hexdigest(),
        **dict.fromkeys(unknown, "unknown"), **more,
    }  # fmt: skip
    return metadata, text
