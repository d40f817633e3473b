"""Other answers to the assignment of chapter 5: typical mistakes, and right ones."""
