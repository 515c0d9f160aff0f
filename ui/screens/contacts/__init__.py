"""Log a contact: the panel, finding who it was with, the form, and the questions that some contacts bring."""

from ui.screens.contacts.form import ContactForm, draft_key
from ui.screens.contacts.panel import ContactPanel

__all__ = ["ContactForm", "ContactPanel", "draft_key"]
