"""Files that grow: each line, or record of several, is a notification, wherever rotation puts the file."""
