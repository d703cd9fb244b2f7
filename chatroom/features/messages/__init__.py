"""What is said in rooms: sending through the group-committing writer, history, resume, read marks."""
