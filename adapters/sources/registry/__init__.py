"""The labels of images, asked of the registry that has them, before a notification about them is kept."""
