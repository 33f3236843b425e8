"""What a donor takes along."""
