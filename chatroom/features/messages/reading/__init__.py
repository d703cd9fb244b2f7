"""History and its cache, resume after an absence, read marks."""
