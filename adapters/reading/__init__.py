"""Files and objects as notifications: lines and records of them, or whole, from any place in them."""
