"""The record of one client: header, safe contact, and the tabs Overview, Contacts and History."""

from ui.screens.client.screen import ClientPage

__all__ = ["ClientPage"]
