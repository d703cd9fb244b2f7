"""Sessions and their tokens: opening, refreshing, listing and ending them."""
