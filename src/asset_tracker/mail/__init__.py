"""Letters: composed in both languages, put into an outbox with what they tell of, sent afterwards."""
