"""One folder per outside system; the doors call these, the rooms know nothing of them."""
