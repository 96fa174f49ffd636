"""What a registry says of images and what belongs to them, asked for before a notification about them is kept."""
