"""Listeners in, the Chat port out; the door to slack_bolt and slack_sdk."""
