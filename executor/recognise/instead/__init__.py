"""What to write instead of a sentence that stays open, and the real cause that it does."""
