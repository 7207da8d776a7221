"""Questions about the ledger of messages."""
