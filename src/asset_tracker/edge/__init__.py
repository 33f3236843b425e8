"""What the JSON and the page edge share: problems, the request's transaction, the actor."""
