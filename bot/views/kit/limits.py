"""Slack's limits, by name, and our own smaller ones: no other module writes these numbers down."""

BLOCKS = 50  # in a message
VIEW_BLOCKS = 100  # in a modal or the Home tab
SECTION = 3_000  # characters of a text object, after escaping
HEADER = 150
CONTEXT = 10  # elements
BUTTON = 75  # characters of a label, and of its spoken twin
OPTION = 75
OPTION_VALUE = 150
OPTIONS = 100
TITLE = 24  # of a modal, its submit and its close button
CARRIED = 3_000  # private metadata of a modal
PLACEHOLDER = 150
INPUT_LABEL = 2_000
INPUT = 3_000  # characters somebody may type into a field
TEXT = 4_000  # of a message that may be edited
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_TEXT = 10_000  # characters of all cells together
URL = 3_000

# ours: what a person on a phone can take in
LINE_1 = 44
LINE_2 = 60
BUTTONS = 3
SPAN = 120  # characters of one untrusted text, unless told otherwise
SPOKEN = 600  # characters of a message's `text`
LINES = 2_900  # characters of one section made of lines, so that "+ 37 more" always fits
