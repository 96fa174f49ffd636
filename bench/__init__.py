"""How fast, how soon, how large: `make bench` prints one table that anyone can reproduce."""
