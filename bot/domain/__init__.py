"""The words and the decisions: pure, without clock, randomness, input or output."""
