"""State in, Slack message out: pure."""
