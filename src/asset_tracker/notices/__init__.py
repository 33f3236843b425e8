"""News of what was recorded: letters to people who asked for them, and webhooks to programs."""
