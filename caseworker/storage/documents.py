"""The list of documents in the vault: recorded, corrected with a reason, withdrawn but never removed."""

from __future__ import annotations

from caseworker.domain.documents import Document
from caseworker.storage.nouns import Noun

_DOCUMENTS = Noun(Document, "document", "recorded DESC, id DESC")

save = _DOCUMENTS.save
withdraw = _DOCUMENTS.withdraw
restore = _DOCUMENTS.restore
get = _DOCUMENTS.get
for_client = _DOCUMENTS.for_client
