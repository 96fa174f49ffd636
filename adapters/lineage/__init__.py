"""What happened to one change, run or artifact, told by the events about it. Pure, but for reading them."""
