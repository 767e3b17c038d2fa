"""Rows: schema, migrations, one module per noun, two executors; the door to sqlite_utils."""
