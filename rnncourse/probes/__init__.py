"""What the course measures of a network."""
